"""Strengths and protective factors: times without trouble on record, settled schooling, and help taken up.

What is good in a young person's life is mostly on no record; these are the few signs of it that are. A quiet record of
somebody nobody looked at is no strength, so each needs something on record to be quiet after.
"""

from __future__ import annotations

from features.catalogue.school import NOT_KNOWN, absence
from features.catalogue.story import Story
from features.definition import AnyFeature, Phrase, Strength, Summary, Where
from features.windows import LookBack

THEME = "strengths and protective factors"

TROUBLE = Story(
    "trouble", THEME, Where(("occurrence", "asb", "missing", "custody"), role=("suspect", "subject")),
    "recorded as a suspect, in anti-social behaviour, in custody or missing", family="time without trouble on record",
    direction=1,
)  # fmt: skip
TAKEN_UP = Story(
    "support_taken_up", THEME,
    Where(("return_interview", "fire_programme", "outcome"), code=("accepted", "completed", "diversionary")),
    "taking up support that was offered", family="support taken up",
)  # fmt: skip
TERMS = Story("school_terms", THEME, Where("attendance"), "", family="settled at school")
QUIET = Strength("Not recorded as a suspect, in anti-social behaviour, in custody or missing in the past 6 months",
                 at_least=183)  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *TROUBLE.counts(91, 182, 365, 730),
    *TROUBLE.days(365),
    *TROUBLE.since_first(),
    *TROUBLE.since_last(QUIET),
    *TROUBLE.change(),
    *TROUBLE.gaps(730),
    *TROUBLE.streak(91),
    *TAKEN_UP.counts(365, 730, None, strength=Strength("Took up support in the past year", at_least=1)),
    *TAKEN_UP.since_last(),
    absence("best_term", "What share of school did the young person miss in the best term of the past 2 years?",
            Summary.SMALLEST, "Missed {n}% of school in the best term of the past 2 years", 730,
            strength=Strength("Has had a term of very good attendance in the past 2 years", at_most=0.02)),
    TERMS.ask(
        "in_a_row", "For how many half years in a row, back from the date, is attendance at school known?", LookBack(),
        Summary.STREAK,
        Phrase(none=f"{NOT_KNOWN} in the past 6 months", one="School attendance known for the past half year",
               many="School attendance known for each of the past {n} half years"),
        span_days=183, strength=Strength("On a school's roll for two years or more", at_least=4),
    ),
)  # fmt: skip
