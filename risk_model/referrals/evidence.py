"""The record a reason cites: when it happened, when we were told, whose it is, and who the young person was in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.definition import ByCode, Feature, Measure, Summary, duration
from features.events import KINDS
from features.feeds import partner_of
from risk_model.referrals.history import History, Record
from risk_model.referrals.wording import day_in_words, role_in_words

ABOUT_THE_FIRST = frozenset({Summary.DAYS_SINCE_FIRST, Summary.FIRST_VALUE})
"""Summaries that rest on the earliest record; LARGEST and SMALLEST rest on that record; all others on the latest."""
TERMS = ("attendance", "unauthorised_absence")


@dataclass(frozen=True)
class Evidence:
    """One record, as a reason cites it. ``when`` says how the date relates to the record: on, since, most recently."""

    when: str
    happened_on: date
    received_by: date
    days_before: int
    partner: str
    role: str
    kind: str

    @property
    def sentence(self) -> str:
        """``most recently 12 November 2025 (50 days before); Northumbria Police, received by 19 November``.

        The year is said once where both dates are in it.
        """
        received = day_in_words(self.received_by)
        if self.received_by.year == self.happened_on.year:
            received = received.removesuffix(f" {self.received_by.year}")
        return (
            f"{self.when} {day_in_words(self.happened_on)} ({duration(self.days_before)} before); "
            f"{self.partner}, received by {received}"
        )


def cite(feature: Feature, history: History) -> Evidence | None:
    """The record behind a feature's value, as known on the date; none where there is no such record."""
    records = history.behind(feature)
    if not records:
        return None
    one = _telling(records, feature)
    return Evidence(
        when=_when(one, records, history),
        happened_on=one.happened,
        received_by=one.available,
        days_before=history.days_since(one),
        partner=partner_of(one.source),
        role=role_in_words(one.kind, one.role),
        kind=one.kind,
    )


def _telling(records: Sequence[Record], feature: Feature) -> Record:
    """The record the value rests on; the later of two alike."""
    if feature.summary in ABOUT_THE_FIRST:
        return records[0]
    measured = [one for one in records if _measure(one, feature) is not None]
    if measured and feature.summary in (Summary.LARGEST, Summary.SMALLEST):
        sign = 1 if feature.summary is Summary.LARGEST else -1
        return max(reversed(measured), key=lambda one: sign * (_measure(one, feature) or 0.0))
    return records[-1]


def _measure(one: Record, feature: Feature) -> float | None:
    if isinstance(feature.measure, ByCode):
        return feature.measure.of(one.code)
    return one.gravity if feature.measure is Measure.GRAVITY else one.value


def _when(one: Record, records: Sequence[Record], history: History) -> str:
    if one.kind in TERMS:
        return "in the term that ended on"
    if KINDS[one.kind].spell:
        return "since" if history.is_open(one) else "most recently from"
    if not any(history.is_earlier(one, other) or history.is_earlier(other, one) for other in records):
        return "on"
    if one is records[-1]:
        return "most recently"
    return "first on" if one is records[0] else "on"
