"""The catalogue: every feature the project knows, one file a theme, joined by hand."""

from __future__ import annotations

from features.catalogue import (
    about_the_person,
    broward,
    care,
    contact_as_suspect,
    contact_as_victim,
    data_coverage,
    family_and_friends,
    fire_setting,
    harm_at_home,
    home_and_tenancy,
    missing_and_exploitation,
    place,
    police_response,
    protection_notices,
    school,
    stop_and_search,
    strengths,
)
from features.definition import AnyFeature, check_definitions, parts_of
from features.errors import BadConfiguration, all_faults
from features.switches import SWITCHES, left_out_unless

CATALOGUE: tuple[AnyFeature, ...] = (
    *about_the_person.FEATURES,
    *contact_as_victim.FEATURES,
    *harm_at_home.FEATURES,
    *missing_and_exploitation.FEATURES,
    *protection_notices.FEATURES,
    *fire_setting.FEATURES,
    *contact_as_suspect.FEATURES,
    *police_response.FEATURES,
    *school.FEATURES,
    *care.FEATURES,
    *strengths.FEATURES,
    *data_coverage.FEATURES,
    *family_and_friends.FEATURES,
    *place.FEATURES,
    *home_and_tenancy.FEATURES,
    *stop_and_search.FEATURES,
)
"""Northumbria's features. The last four themes are left out unless an experiment asks (see ``features.switches``)."""

THEMES: dict[str, str] = {
    "about the person": "The young person's age",
    "contact as victim": "Harm done to the young person, or seen by them",
    "harm at home": "Domestic abuse the young person lived with, or was hurt by",
    "missing and exploitation": "Missing episodes, return-home interviews and concern about exploitation",
    "protection notices": "What worried an officer about the young person; a worry is not a finding",
    "fire setting": "Referrals to the fire service's work with children who set fires",
    "contact as suspect": "Police records that name the young person as a suspect; reports of anti-social behaviour",
    "police response": "How records as a suspect ended, time in police custody, and diversion already offered",
    "school": "Suspensions, exclusion and attendance",
    "care": "Support from children's social care: child in need, child protection and care",
    "strengths and protective factors": "Times without trouble on record, settled schooling, and help taken up",
    "data coverage": "How much is on record and how fresh it is; never a reason",
    "family and friends": "What is on record about people around the young person; only if asked for, and never said",
    "place": "What was recorded in the home area; only if asked for",
    "home and tenancy": "Social tenancies and rent arrears of the household; only if asked for",
    "stop and search": "Stop and search, and records that mostly come from it; only ever in an ablation",
    "earlier record": "Broward County: earlier charges known at screening",
    "current charge": "Broward County: the charge that led to the screening",
    "time in jail": "Broward County: time in jail before the screening",
}
"""Each theme and what it is about, in the order a reader meets them."""

CATALOGUES: dict[str, tuple[AnyFeature, ...]] = {"northumbria": CATALOGUE, "broward": broward.BROWARD}


def chosen(
    catalogue: str = "northumbria", themes: tuple[str, ...] = (), discretion: bool = False, *, others: bool = False,
    place: bool = False, means: bool = False,
) -> tuple[AnyFeature, ...]:  # fmt: skip
    """The features of a catalogue in these themes (none named: all), in catalogue order, definitions checked.

    Without the switch of that name, features that depend on what police choose to look for (``discretion``), that are
    about other people (``others``), about where somebody lives (``place``) or what a family can pay (``means``) are
    left out. A ratio or change comes only with all its parts, so it is left out when one of them is not chosen.

    :raises BadConfiguration: an unknown catalogue or theme, or nothing left to choose.
    """
    if catalogue not in CATALOGUES:
        raise BadConfiguration(f"no catalogue {catalogue!r}; there are {', '.join(CATALOGUES)}")
    features = CATALOGUES[catalogue]
    known = tuple(dict.fromkeys(feature.theme for feature in features))
    if unknown := [theme for theme in themes if theme not in known]:
        raise BadConfiguration(all_faults(
            f"themes, {len(unknown)} not in the {catalogue} catalogue:",
            [f"{theme!r}; there are {', '.join(known)}" for theme in unknown],
        ))  # fmt: skip
    on = {name for name, given in zip(SWITCHES, (discretion, others, place, means), strict=True) if given}
    wanted = [feature for feature in features if not themes or feature.theme in themes]
    kept = [feature for feature in wanted if left_out_unless(feature, features) <= on]
    if not kept:
        asked = sorted({name for feature in wanted for name in left_out_unless(feature, features) - on})
        says = " and ".join(f"{name} = true" for name in asked)
        raise BadConfiguration(f"themes {', '.join(themes)}: nothing is left unless [features] says {says}")
    names = {feature.name for feature in kept}
    whole = tuple(feature for feature in kept if names.issuperset(parts_of(feature)))
    check_definitions(whole)
    return whole
