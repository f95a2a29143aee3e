"""Contact as a suspect: police records that name the young person as a suspect, and reports of anti-social behaviour.

A record is not a finding. Records as a victim are never added to these. Totals include every offence group; "reported
harm" leaves out drugs and weapon possession, which mostly come to light when police search.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW, OFFENCES
from features.definition import AnyFeature, Phrase, Ratio, Strength, Where

THEME = "contact as suspect"
REPORTED_HARM = ("homicide", "violence_with_injury", "violence_without_injury", "sexual", "robbery", "theft",
                 "criminal_damage_arson", "public_order")  # fmt: skip
"""Offence groups that usually come to light because somebody reports them."""

RECORDS = Story(
    "suspect_records", THEME, Where("occurrence", role="suspect"), "recorded as a suspect",
    family="records as a suspect", direction=1,
)  # fmt: skip
REPORTED = Story(
    "suspect_reported_harm", THEME, Where("occurrence", role="suspect", code=REPORTED_HARM),
    "recorded as a suspect in a matter other people usually report", family="records as a suspect", direction=1,
)  # fmt: skip
WEAPON = Story(
    "suspect_weapon_used", THEME, Where("weapon_occurrence", role="suspect"),
    "recorded as a suspect in an incident involving a weapon", family="weapons as a suspect", direction=1,
)  # fmt: skip
DOMESTIC = Story(
    "suspect_domestic", THEME, Where("domestic_occurrence", role="suspect"),
    "recorded as a suspect in a domestic incident", family="domestic incidents as a suspect", direction=1,
    sensitive=True,
)  # fmt: skip
ANTISOCIAL = Story(
    "asb_reports", THEME, Where("asb", role="subject"), "named in a report of anti-social behaviour",
    family="reports of anti-social behaviour", direction=1,
)  # fmt: skip


def suspect_of(offence: str, sensitive: bool = False) -> Story:
    """The story of being recorded as a suspect for one offence group."""
    codes, words = OFFENCES[offence]
    return Story(
        f"suspect_{offence}", THEME, Where("occurrence", role="suspect", code=codes),
        f"recorded as a suspect for {words}", family=f"{words} as a suspect", direction=1, sensitive=sensitive,
    )  # fmt: skip


def asb_of(category: str, words: str) -> Story:
    """The story of being named in reports of one category of anti-social behaviour."""
    return Story(
        f"asb_{category}", THEME, Where("asb", role="subject", code=category), f"named in a report of {words}",
        family="reports of anti-social behaviour", direction=1,
    )  # fmt: skip


VIOLENCE = suspect_of("violence")

FEATURES: tuple[AnyFeature, ...] = (
    *RECORDS.counts(*EVERY_WINDOW),
    *RECORDS.days(365, None),
    *RECORDS.kinds(365, 730, None),
    *RECORDS.worst(182, 365, 730, None),
    *RECORDS.typical(365, None),
    *RECORDS.weight(182, 365, 730),
    *RECORDS.since_first(),
    *RECORDS.since_last(Strength("Not recorded as a suspect in the past 6 months", at_least=183)),
    *RECORDS.change(),
    *RECORDS.counts_since(10),
    *RECORDS.gaps(730),
    *RECORDS.busiest(30, 365),
    *RECORDS.streak(91),
    *REPORTED.counts(182, 365, 730, None),
    *REPORTED.counts_since(10),
    *REPORTED.busiest(30, 365),
    *VIOLENCE.counts(182, 365, 730, None),
    *VIOLENCE.since_last(Strength("Not recorded as a suspect for violence in the past year", at_least=366)),
    *VIOLENCE.change(),
    *VIOLENCE.counts_since(10),
    *VIOLENCE.gaps(730),
    Ratio(
        "suspect_violence_share_ever", "What share of the records as a suspect are for violence?",
        theme=THEME, family="violence as a suspect", when_missing=None,
        over="suspect_violence_ever", under="suspect_records_ever",
        phrase=Phrase(none="None of the records as a suspect are for violence",
                      many="{n}% of the records as a suspect are for violence",
                      unknown="Not recorded as a suspect in the records held", as_percent=True),
    ),
    *suspect_of("injury").counts(365, None),
    *suspect_of("robbery").counts(365, None),
    *suspect_of("theft").counts(365, None),
    *suspect_of("damage").counts(365, None),
    *suspect_of("public_order").counts(365, None),
    *suspect_of("sexual", sensitive=True).counts(None),
    *WEAPON.counts(365, None),
    *DOMESTIC.counts(365, None),
    *ANTISOCIAL.counts(*EVERY_WINDOW),
    *ANTISOCIAL.days(365),
    *ANTISOCIAL.since_last(Strength("No report of anti-social behaviour in the past 6 months", at_least=183)),
    *ANTISOCIAL.change(),
    *ANTISOCIAL.counts_since(10),
    *ANTISOCIAL.gaps(730),
    *ANTISOCIAL.busiest(30, 365),
    *ANTISOCIAL.streak(91),
    *asb_of("personal", "anti-social behaviour aimed at a person").counts(365),
    *asb_of("nuisance", "nuisance behaviour").counts(365),
    *asb_of("environmental", "damage or mess in a public place").counts(365),
)  # fmt: skip
