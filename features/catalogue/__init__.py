"""The catalogue: every feature the project knows, one file a theme, joined by hand."""

from __future__ import annotations

from features.catalogue import (
    about_the_person,
    broward,
    care,
    contact_as_suspect,
    contact_as_victim,
    harm_at_home,
    missing_and_exploitation,
    police_response,
    school,
    stop_and_search,
)
from features.definition import AnyFeature, check_definitions, depends_on_discretion, parts_of
from features.errors import BadConfiguration, all_faults

CATALOGUE: tuple[AnyFeature, ...] = (
    *about_the_person.FEATURES,
    *contact_as_victim.FEATURES,
    *harm_at_home.FEATURES,
    *missing_and_exploitation.FEATURES,
    *contact_as_suspect.FEATURES,
    *police_response.FEATURES,
    *school.FEATURES,
    *care.FEATURES,
    *stop_and_search.FEATURES,
)
"""Northumbria's features. Those of ``stop and search`` depend on police discretion and are left out by default."""

THEMES: dict[str, str] = {
    "about the person": "The young person's age",
    "contact as victim": "Harm done to the young person, or seen by them",
    "harm at home": "Domestic abuse the young person lived with, or was hurt by",
    "missing and exploitation": "Missing episodes, return-home interviews and concern about exploitation",
    "contact as suspect": "Police records that name the young person as a suspect; reports of anti-social behaviour",
    "police response": "How records as a suspect ended, time in police custody, and diversion already offered",
    "school": "Suspensions, exclusion and attendance",
    "care": "Support from children's social care: child in need, child protection and care",
    "stop and search": "Stop and search, and records that mostly come from it; only ever in an ablation",
    "earlier record": "Broward County: earlier charges known at screening",
    "current charge": "Broward County: the charge that led to the screening",
    "time in jail": "Broward County: time in jail before the screening",
}
"""Each theme and what it is about, in the order a reader meets them."""

CATALOGUES: dict[str, tuple[AnyFeature, ...]] = {"northumbria": CATALOGUE, "broward": broward.BROWARD}


def chosen(
    catalogue: str = "northumbria", themes: tuple[str, ...] = (), discretion: bool = False
) -> tuple[AnyFeature, ...]:
    """The features of a catalogue in these themes (none named: all), in catalogue order, definitions checked.

    Without ``discretion``, features that depend on what police choose to look for are left out. A ratio or change
    comes only with all its parts, so it is left out when one of them is in a theme that was not chosen.

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
    kept = [
        feature for feature in features
        if (not themes or feature.theme in themes) and (discretion or not depends_on_discretion(feature, features))
    ]  # fmt: skip
    if not kept:
        raise BadConfiguration(f"themes {', '.join(themes)}: nothing is left unless [features] says discretion = true")
    names = {feature.name for feature in kept}
    whole = tuple(feature for feature in kept if names.issuperset(parts_of(feature)))
    check_definitions(whole)
    return whole
