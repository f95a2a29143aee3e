"""What is missing: which partners' records hold nothing about a person, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from features.events import KINDS
from features.windows import LookBack
from risk_model.referrals.history import History
from risk_model.referrals.wording import day_in_words

TWO_TERMS = LookBack(days=300)
"""Long enough to reach the last two terms whose attendance has been delivered, from any day of the year."""
MANY_MISSING = 0.25
ATTENDANCE = ("attendance", "unauthorised_absence")
SCHOOL = (*ATTENDANCE, "suspension", "exclusion")
OTHER_HOLDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("police", tuple(k.name for k in KINDS.values() if k.partner == KINDS["occurrence"].partner)),
    ("children's social care", ("cin", "cp", "cin_factor", "cla")),
    ("the youth justice service", ("yj_disposal",)),
)
NO_GAPS = "None of the records we draw on is empty for this young person."


@dataclass(frozen=True)
class Gap:
    """Something we do not hold. ``kinds`` are the kinds of event whose absence therefore tells us nothing."""

    sentence: str
    kinds: frozenset[str] = frozenset()


def gaps_for(history: History, missing_share: float) -> tuple[Gap, ...]:
    """What is missing for a person; ``missing_share`` is the share (0 to 1) of the model's features without a value."""
    found = [*_school(history), *_nothing_from(history)]
    if missing_share >= MANY_MISSING:
        found.append(Gap(f"{missing_share:.0%} of the figures the model uses are not known, so it rests on less."))
    return tuple(found)


def _school(history: History) -> list[Gap]:
    known = history.of(*ATTENDANCE)
    if not known and not history.of(*SCHOOL):
        sentence = "No school record is linked: we cannot see attendance, suspensions or exclusions."
        return [Gap(sentence, frozenset(SCHOOL))]
    if not known:
        return [Gap("No attendance figures are linked to this young person.", frozenset(ATTENDANCE))]
    if not history.is_within(known[-1], TWO_TERMS):
        last = day_in_words(known[-1].happened)
        return [Gap(f"No attendance figures for the last two terms; the latest are from {last}.", frozenset(SCHOOL))]
    return []


def _nothing_from(history: History) -> list[Gap]:
    silent = [name for name, kinds in OTHER_HOLDINGS if not history.of(*kinds)]
    if not silent:
        return []
    return [Gap(f"Nothing linked from {_listed(silent)}: no contact, or records that did not match.")]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
