"""How police and youth justice responded: how records ended, time in custody, and diversion already offered.

Charges and cautions are left out on purpose: they are the outcome arriving, not a sign of what may come. Earlier
diversion stays in: it changes what happens next, so a model that cannot see it would misread its effect.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW, said, suffix
from features.definition import AnyFeature, Feature, Phrase, Ratio, Strength, Summary, Where
from features.windows import LookBack

THEME = "police response"
WITHOUT_CHARGE = ("community_resolution", "no_further_action", "diversionary", "other")


def _ended(stem: str, code: str, words: str) -> Story:
    """A story of records as a suspect that ended in one way."""
    return Story(
        f"outcome_{stem}", THEME, Where("outcome", role="suspect", code=code), f"a suspect in a matter that {words}",
        family=f"matters that {words}",
    )  # fmt: skip


def _released(stem: str, code: str, words: str) -> Story:
    """A story of leaving custody in one way."""
    return Story(f"custody_{stem}", THEME, Where("custody", code=code), words, family="police custody")


CLOSED = Story(
    "outcome_without_charge", THEME, Where("outcome", role="suspect", code=WITHOUT_CHARGE),
    "a suspect in a matter that ended without charge or caution", family="matters that ended without charge",
)  # fmt: skip
NO_FURTHER_ACTION = _ended("no_further_action", "no_further_action", "ended with no further action")
RESOLVED = _ended("community_resolution", "community_resolution", "ended in a community resolution")
DIVERTED = _ended("diversionary", "diversionary", "ended after a diversion activity was finished")
CUSTODY = Story("custody", THEME, Where("custody"), "held in police custody", family="police custody", direction=1)
NOT_PROVEN = Story(
    "court_not_proven", THEME, Where("court_hearing", code="not_proven"), "in court for a matter that was not proven",
    family="matters not proven in court",
)  # fmt: skip
OFFERED = Story(
    "diversion", THEME, Where("yj_disposal", code=("CR", "O22")), "given a community resolution or diversion",
    family="earlier diversion",
)  # fmt: skip


def _hours(summary: Summary, ending: str, question: str, many: str, *windows: int | None) -> tuple[Feature, ...]:
    """Hours in custody; 0 where there were none."""
    return tuple(
        CUSTODY.ask(
            f"{ending}_{suffix(window)}", f"{question} {said(window)}?", window, summary,
            Phrase(none=f"{CUSTODY.never} {said(window)}", one=f"{many.replace('hours', 'hour')} {said(window)}",
                   many=f"{many} {said(window)}"),
        )
        for window in map(LookBack, windows)
    )  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *CLOSED.counts(365, None),
    *NO_FURTHER_ACTION.counts(182, 365, 730, None),
    *NO_FURTHER_ACTION.since_last(),
    Ratio(
        "outcome_no_further_action_share_ever",
        "What share of the matters that ended without charge or caution ended with no further action?",
        theme=THEME, family="matters that ended with no further action", when_missing=None,
        over="outcome_no_further_action_ever", under="outcome_without_charge_ever",
        phrase=Phrase(none="None of the matters that ended without charge or caution ended with no further action",
                      many="{n}% of the matters that ended without charge or caution ended with no further action",
                      unknown=f"{CLOSED.never} in the records held", as_percent=True),
    ),
    *RESOLVED.counts(365, None),
    *RESOLVED.since_last(),
    *DIVERTED.counts(None, strength=Strength("Finished a diversion activity", at_least=1)),
    *CUSTODY.counts(*EVERY_WINDOW),
    *CUSTODY.since_last(Strength("Not held in police custody in the past year", at_least=366)),
    *CUSTODY.change(),
    *CUSTODY.counts_since(10),
    *_hours(Summary.TOTAL, "hours", "How many hours was the young person held in police custody",
            "Held in police custody for {n} hours in total", 365, None),
    *_hours(Summary.LARGEST, "longest_hours", "How many hours was the young person's longest time in police custody",
            "Longest time in police custody: {n} hours", 365, None),
    *_released("under_investigation", "released_under_investigation",
               "released from custody under investigation").counts(365, None),
    *_released("bail", "bail", "released from custody on bail").counts(365),
    *_released("no_further_action", "no_further_action",
               "released from custody with no further action").counts(365, None),
    *NOT_PROVEN.counts(730, None),
    *OFFERED.counts(365, 730, None),
    *OFFERED.since_last(),
    *OFFERED.worst(None, scale="of 5"),
    Ratio(
        "suspect_records_last_182_days_per_diversion",
        "After a community resolution or diversion, how often was the young person recorded as a suspect "
        "in the past 6 months?",
        theme=THEME, family="earlier diversion", when_missing=None,
        over="suspect_records_last_182_days", under="diversion_ever",
        phrase=Phrase(none="Had a community resolution or diversion; not recorded as a suspect in the past 6 months",
                      many="Had a community resolution or diversion; recorded as a suspect in the past 6 months",
                      unknown="Not given a community resolution or diversion in the records held"),
        strength=Strength("Had a community resolution or diversion, with no record as a suspect in the past 6 months",
                          at_most=0),
    ),
)  # fmt: skip
