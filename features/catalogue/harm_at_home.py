"""Harm at home: domestic abuse the young person lived with, or was hurt by.

All of it is sensitive: reading it out in front of the wrong person could put somebody in danger.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW
from features.definition import AnyFeature, Strength, Where

THEME = "harm at home"
ABOUT = "domestic abuse at home"
GRADES = "of 3 (1 standard, 2 medium, 3 high)"

INCIDENTS = Story(
    "home_abuse", THEME, Where("da_incident"), "recorded", about=ABOUT,
    family="domestic abuse at home", direction=1, sensitive=True,
)  # fmt: skip
SERIOUS = Story(
    "home_abuse_graded_medium_or_high", THEME, Where("da_incident", code=("medium", "high")),
    "recorded and graded medium or high", about=ABOUT, family="domestic abuse at home", direction=1, sensitive=True,
)  # fmt: skip
GRAVEST = Story(
    "home_abuse_graded_high", THEME, Where("da_incident", code="high"), "recorded and graded high", about=ABOUT,
    family="domestic abuse at home", direction=1, sensitive=True,
)  # fmt: skip
VICTIM = Story(
    "victim_domestic", THEME, Where("domestic_occurrence", role="victim"),
    "recorded as a victim in a domestic incident", family="victim in domestic incidents", direction=1, sensitive=True,
)  # fmt: skip
ASSESSED = Story(
    "assessed_home_abuse", THEME, Where("cin_factor", code="3"), "found at home in a social care assessment",
    about="domestic abuse", family="domestic abuse at home", direction=1, sensitive=True,
)  # fmt: skip
TOLD = Story(
    "school_told", THEME, Where("encompass_notice"), "told to school", about=ABOUT, family="notices to school",
    direction=1, sensitive=True,
)  # fmt: skip
TOLD_LATE = Story(
    "school_told_late", THEME, Where("encompass_notice", code="late"), "told to school after the next school day",
    about=ABOUT, family="notices to school", sensitive=True,
)  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *INCIDENTS.counts(*EVERY_WINDOW),
    *INCIDENTS.days(365, None),
    *INCIDENTS.worst(365, 730, None, scale=GRADES),
    *INCIDENTS.typical(None, scale=GRADES),
    *INCIDENTS.weight(365, 730, scale="each from 1 to 3"),
    *INCIDENTS.since_first(),
    *INCIDENTS.since_last(Strength("No domestic abuse at home recorded in the past year", at_least=366)),
    *INCIDENTS.change(),
    *INCIDENTS.counts_since(10),
    *INCIDENTS.gaps(730),
    *INCIDENTS.busiest(30, 365),
    *INCIDENTS.streak(182),
    *SERIOUS.counts(182, 365, 730, None),
    *GRAVEST.counts(365, None),
    *GRAVEST.since_last(),
    *VICTIM.counts(365, 730, None),
    *VICTIM.worst(None),
    *VICTIM.since_last(),
    *ASSESSED.counts(730, None),
    *TOLD.counts(365, 730, None),
    *TOLD.since_last(),
    *TOLD_LATE.counts(365),
)  # fmt: skip
