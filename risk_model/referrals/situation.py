"""Where a young person is: school and home, from the records known on the date."""

from __future__ import annotations

from collections.abc import Mapping

from risk_model.referrals.gaps import TWO_TERMS
from risk_model.referrals.history import History, Record
from risk_model.referrals.wording import day_in_words


def school_status(history: History) -> str:
    """Whether they are in school and how often, from the latest exclusion, suspension and term's attendance."""
    terms = [one for one in history.of("attendance") if one.value is not None]
    excluded = history.of("exclusion")
    if excluded and (not terms or history.is_earlier(terms[-1], excluded[-1])):
        return f"Permanently excluded on {day_in_words(excluded[-1].happened)}; a new school is not on record"
    if not terms or not history.is_within(terms[-1], TWO_TERMS):
        return "School not known"
    return f"In school, {_attended(terms[-1])}{_suspended(history)}"


def _attended(term: Record) -> str:
    present = 1 - (term.value or 0.0)
    return f"attended about {present:.0%} in the latest term we hold (to {day_in_words(term.happened)})"


def _suspended(history: History) -> str:
    recent = [one for one in history.of("suspension") if history.is_within(one, TWO_TERMS)]
    return f"; last suspended on {day_in_words(recent[-1].happened)}" if recent else ""


def home_area(history: History, names: Mapping[str, str], otherwise: str) -> str:
    """The small area's name, never an address or postcode; ``otherwise`` where it is not known."""
    return names.get(history.home or "", otherwise)
