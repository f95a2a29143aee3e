"""School: suspensions, exclusion and attendance. Missing where no school record is held, never taken for good news.

A suspension with several reasons is several events on one day, so suspensions are counted by day and sessions added up.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW, said, suffix
from features.definition import AnyFeature, Feature, Phrase, Ratio, Strength, Summary, Where
from features.windows import LookBack

THEME = "school"
REASONS: dict[str, tuple[tuple[str, ...], str]] = {
    "violence": (("PP", "PA"), "physical violence"),
    "threats": (("VP", "VA"), "threats or verbal abuse"),
    "weapon": (("OW",), "having or threatening with a weapon"),
    "bullying_or_hate": (("BU", "RA", "LG", "DS"), "bullying or hateful abuse"),
    "drugs_or_alcohol": (("DA",), "drugs or alcohol"),
    "disruption": (("DB",), "disruptive behaviour"),
    "theft_or_damage": (("TH", "DM"), "theft or damage"),
}
"""The Department for Education's reasons, grouped; sexual misconduct has no feature of its own, being rare."""

SUSPENSIONS = Story(
    "suspensions", THEME, Where("suspension"), "suspended from school", family="suspensions", direction=1,
)  # fmt: skip
EXCLUDED = Story("exclusions", THEME, Where("exclusion"), "permanently excluded from school", family="exclusion",
                 direction=1)  # fmt: skip
NOT_KNOWN = "No attendance known"


def _for_reason(reason: str, *windows: int | None) -> tuple[Feature, ...]:
    codes, words = REASONS[reason]
    story = Story(f"suspensions_{reason}", THEME, Where("suspension", code=codes), f"suspended from school for {words}",
                  family=f"suspensions for {words}", direction=1)  # fmt: skip
    return story.counts(*windows, summary=Summary.DISTINCT_DAYS)


def _sessions(*windows: int | None) -> tuple[Feature, ...]:
    """Half days of school lost to suspension."""
    return tuple(
        SUSPENSIONS.ask(
            f"sessions_{suffix(window)}", f"How many half days of school were lost to suspension {said(window)}?",
            window, Summary.TOTAL,
            Phrase(none=f"{SUSPENSIONS.never} {said(window)}",
                   one=f"Lost {{n}} half day of school to suspension {said(window)}",
                   many=f"Lost {{n}} half days of school to suspension {said(window)}"),
        )
        for window in map(LookBack, windows)
    )  # fmt: skip


def absence(
    ending: str, question: str, summary: Summary, many: str, days: int, kind: str = "attendance", **more: Strength
) -> Feature:
    """A share of school sessions missed; missing where no term is known in the window."""
    window = LookBack(days)
    family = "school attendance" if kind == "attendance" else "absence without leave"
    story = Story("absence" if kind == "attendance" else "absence_without_leave", THEME, Where(kind), "", family=family,
                  direction=1)  # fmt: skip
    phrase = Phrase(many, as_percent=True, unknown=f"{NOT_KNOWN} {said(window)}")
    return story.ask(f"{ending}_{suffix(window)}", question, window, summary, phrase, when_missing=None, **more)


def _trend(kind: str, words: str) -> Feature:
    """The slope of a term's share over two years, as a change a year."""
    window = LookBack(730)
    stem = "absence" if kind == "attendance" else "absence_without_leave"
    family = "school attendance" if kind == "attendance" else "absence without leave"
    phrase = Phrase(f"{words} grew by {{n}}% of sessions a year {said(window)}", as_percent=True,
                    none=f"{words} stayed the same {said(window)}",
                    falling=f"{words} fell by {{n}}% of sessions a year {said(window)}",
                    unknown="Fewer than two terms of attendance known in the past 2 years")  # fmt: skip
    return Story(stem, THEME, Where(kind), "", family=family).ask(
        "trend_last_730_days", f"Has {words[0].lower()}{words[1:]} grown or fallen {said(window)}?", window,
        Summary.TREND, phrase, when_missing=None,
        strength=Strength(f"{words} has fallen over the past 2 years", at_most=-0.02),
    )  # fmt: skip


GOOD = Strength("Good attendance: missed no more than 5% of the latest term known", at_most=0.05)

FEATURES: tuple[AnyFeature, ...] = (
    *SUSPENSIONS.counts(*EVERY_WINDOW, summary=Summary.DISTINCT_DAYS),
    *_sessions(182, 365, 730, None),
    *SUSPENSIONS.kinds(365, None, thing="reason"),
    *SUSPENSIONS.since_first(),
    *SUSPENSIONS.since_last(Strength("Suspended from school before, but not in the past year", at_least=366)),
    *SUSPENSIONS.change(),
    *(feature for reason in REASONS for feature in _for_reason(reason, 365, None)),
    *EXCLUDED.counts(None),
    *EXCLUDED.since_last(),
    absence("latest_term", "What share of the latest term known did the young person miss?", Summary.LAST_VALUE,
             "Missed {n}% of the latest school term known, in the past year", 365, strength=GOOD),
    absence("average", "What share of school did the young person miss in the past year?", Summary.MEAN,
             "Missed {n}% of school in the past year", 365),
    absence("average", "What share of school did the young person miss in the past 2 years?", Summary.MEAN,
             "Missed {n}% of school in the past 2 years", 730),
    absence("worst_term", "What share did the young person miss in the worst term of the past 2 years?",
             Summary.LARGEST, "Missed {n}% of school in the worst term of the past 2 years", 730),
    _trend("attendance", "Absence from school"),
    Ratio(
        "absence_past_year_against_two_years", "Was more of school missed in the past year than over the past 2 years?",
        theme=THEME, family="school attendance", when_missing=None,
        over="absence_average_last_365_days", under="absence_average_last_730_days",
        phrase=Phrase("Absence in the past year was {n}% of what it was over the past 2 years", as_percent=True,
                      none="Missed no school in the past year, after some absence before",
                      unknown="Nothing to compare: no absence, or no attendance known, in the past 2 years"),
        strength=Strength("Attendance in the past year is better than before", at_most=0.8),
    ),
    absence("latest_term", "What share of the latest term known was missed without leave?", Summary.LAST_VALUE,
             "Missed {n}% of the latest school term known without leave, in the past year", 365,
             "unauthorised_absence"),
    absence("average", "What share of school was missed without leave in the past year?", Summary.MEAN,
             "Missed {n}% of school without leave in the past year", 365, "unauthorised_absence"),
    absence("worst_term", "What share was missed without leave in the worst term of the past 2 years?",
             Summary.LARGEST, "Missed {n}% of school without leave in the worst term of the past 2 years", 730,
             "unauthorised_absence"),
    _trend("unauthorised_absence", "Absence without leave"),
    Story("school_terms_known", THEME, Where("attendance"), "", family="school record held").ask(
        "last_365_days", "For how many terms of the past year is attendance known?", LookBack(365), Summary.COUNT,
        Phrase(none="No attendance known in the past year: may not be on a school's roll",
               one="Attendance known for one term in the past year",
               many="Attendance known for {n} terms in the past year"),
    ),
    Ratio(
        "suspensions_per_term_last_365_days", "How many suspensions were there for each term known in the past year?",
        theme=THEME, family="suspensions", when_missing=None,
        over="suspensions_last_365_days", under="school_terms_known_last_365_days",
        phrase=Phrase("Suspended from school about {n} times for each term known in the past year",
                      one="Suspended from school about {n} time for each term known in the past year",
                      none="Not suspended from school in the past year",
                      unknown="No school term known in the past year, so suspensions are not known either"),
        strength=Strength("At school, with no suspensions in the past year", at_most=0),
    ),
)  # fmt: skip
