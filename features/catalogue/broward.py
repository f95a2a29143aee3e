"""Broward County: what was known of an adult on the day before a justice screening. A check on real data, never used.

Counts of earlier charges carry the eve of the screening as their date (see ``features.feeds.broward``), so only
all-time windows make sense of them.
"""

from __future__ import annotations

from features.catalogue.wording import said, suffix
from features.definition import Age, AnyFeature, Feature, Phrase, Ratio, Summary, Where
from features.windows import LookBack

EARLIER, CHARGE, JAIL = "earlier record", "current charge", "time in jail"
JUVENILE = ("juvenile_felony", "juvenile_misdemeanour", "juvenile_other")
EVER = LookBack()


def _charges(name: str, codes: str | tuple[str, ...] | None, words: str) -> Feature:
    """The number of earlier charges of a type."""
    return Feature(
        name, f"How many {words}s were known at screening?", theme=EARLIER, family=f"{words}s", direction=1,
        events=Where("prior_record", code=codes), window=EVER, summary=Summary.TOTAL,
        phrase=Phrase(none=f"No {words} known at screening", one=f"One {words} known at screening",
                      many=f"{{n}} {words}s known at screening"),
    )  # fmt: skip


def _charged_with(name: str, code: str, words: str) -> Feature:
    """Whether the current charge is of a degree."""
    return Feature(
        name, f"Is the current charge {words}?", theme=CHARGE, family="degree of the current charge",
        events=Where("charge", code=code), window=EVER, summary=Summary.ANY,
        phrase=Phrase(none=f"The current charge is not known to be {words}", many=f"The current charge is {words}"),
    )  # fmt: skip


def _jail_days(days: int) -> Feature:
    """Days of the window spent in jail."""
    window = LookBack(days)
    return Feature(
        f"jail_days_{suffix(window)}", f"How many days did the person spend in jail {said(window)}?",
        theme=JAIL, family="time in jail", events=Where("jail"), window=window, summary=Summary.OVERLAP_DAYS,
        phrase=Phrase(none=f"No day spent in jail {said(window)}", many=f"In jail for {{n}} {said(window)}",
                      as_duration=True),
    )  # fmt: skip


BROWARD: tuple[AnyFeature, ...] = (
    Age("age_years", "How old is the person?", theme="about the person", family="age", phrase=Phrase("Aged {n}")),
    _charges("prior_charges", "adult_prior", "earlier charge"),
    _charges("juvenile_felony_charges", "juvenile_felony", "juvenile felony charge"),
    _charges("juvenile_misdemeanour_charges", "juvenile_misdemeanour", "juvenile misdemeanour charge"),
    _charges("juvenile_other_charges", "juvenile_other", "other juvenile charge"),
    _charges("juvenile_charges", JUVENILE, "juvenile charge"),
    _charges("all_earlier_charges", None, "adult or juvenile charge"),
    Feature(
        "any_juvenile_charge", "Was any juvenile charge known at screening?", theme=EARLIER, family="juvenile charges",
        events=Where("prior_record", code=JUVENILE), window=EVER, summary=Summary.ANY, direction=1,
        phrase=Phrase(none="No juvenile charge known at screening", many="A juvenile charge was known at screening"),
    ),
    Feature(
        "any_earlier_charge", "Was any earlier charge known at screening?", theme=EARLIER, family="earlier charges",
        events=Where("prior_record"), window=EVER, summary=Summary.ANY, direction=1,
        phrase=Phrase(none="No earlier charge known at screening", many="An earlier charge was known at screening"),
    ),
    Feature(
        "kinds_of_earlier_charge", "How many kinds of earlier charge (of four) were known at screening?",
        theme=EARLIER, family="earlier charges", events=Where("prior_record"), window=EVER,
        summary=Summary.DISTINCT_CODES, direction=1,
        phrase=Phrase(none="No earlier charge known at screening", one="One kind of earlier charge known at screening",
                      many="{n} kinds of earlier charge known at screening"),
    ),
    Ratio(
        "juvenile_share_of_earlier_charges", "What share of the earlier charges were as a juvenile?",
        theme=EARLIER, family="juvenile charges", when_missing=None,
        over="juvenile_charges", under="all_earlier_charges",
        phrase=Phrase("{n}% of the earlier charges were as a juvenile", as_percent=True,
                      none="None of the earlier charges was as a juvenile",
                      unknown="No earlier charge known at screening"),
    ),
    _charged_with("charged_with_felony", "felony", "a felony"),
    _charged_with("charged_with_misdemeanour", "misdemeanour", "a misdemeanour"),
    Feature(
        "current_charges_known", "How many current charges dated before the screening are known?", theme=CHARGE,
        family="current charge known", events=Where("charge"), window=EVER, summary=Summary.COUNT,
        phrase=Phrase(none="No current charge dated before the screening is known", one="The current charge is known",
                      many="{n} current charges are known"),
    ),
    Feature(
        "days_since_current_offence", "How long before the screening was the alleged offence?", theme=CHARGE,
        family="date of the current charge", events=Where("charge"), window=EVER, summary=Summary.DAYS_SINCE_LAST,
        when_missing=None,
        phrase=Phrase("The alleged offence was {n} before the screening", as_duration=True,
                      unknown="No current charge dated before the screening is known"),
    ),
    Feature(
        "in_jail_now", "Was the person in jail on the day of screening?", theme=JAIL, family="time in jail",
        events=Where("jail"), window=EVER, summary=Summary.ONGOING,
        phrase=Phrase(none="Not in jail on the day of screening", many="In jail on the day of screening"),
    ),
    _jail_days(30),
    _jail_days(91),
    _jail_days(365),
    Feature(
        "days_since_jail_began", "How long before the screening did the latest time in jail begin?", theme=JAIL,
        family="time in jail", events=Where("jail"), window=EVER, summary=Summary.DAYS_SINCE_LAST, when_missing=None,
        phrase=Phrase("The latest time in jail began {n} before the screening", as_duration=True,
                      unknown="No time in jail before the screening is known"),
    ),
)  # fmt: skip
"""Twenty features; the published references use a subset of the same facts."""
