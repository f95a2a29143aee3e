"""What was known about a person on the date: the one gate between events and anything printed on a list.

An event that was not visible on the as-of date, or had not happened before it, never passes; so nothing downstream
(reasons, eligibility, school status, gaps) can cite it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from features.definition import NEEDS_SPELLS, Feature, Summary, Where
from features.windows import (
    NEVER,
    LookBack,
    day_from_epoch,
    days_back,
    days_since_epoch,
    in_look_back,
    is_visible,
    overlap_days,
)

COLUMNS = ("person", "kind", "role", "code", "happened_on", "ended_on", "available_on", "withdrawn_on", "value",
           "gravity", "place", "source", "record")  # fmt: skip
"""The event columns read, of listed people only."""


@dataclass(frozen=True, order=True)
class Record:
    """One event that was known on the date. Days are days since 1970-01-01; an open spell ends ``NEVER``."""

    happened_on: int
    available_on: int
    kind: str
    role: str
    code: str
    source: str
    record: str
    ended_on: int
    value: float | None
    gravity: float | None
    place: str | None

    @property
    def happened(self) -> date:
        """The day it happened (a spell: began)."""
        return day_from_epoch(self.happened_on)

    @property
    def available(self) -> date:
        """The day by which we had been told."""
        return day_from_epoch(self.available_on)


@dataclass(frozen=True)
class History:
    """A person's known records on ``as_of`` (days since 1970), oldest first."""

    as_of: int
    records: tuple[Record, ...] = ()

    def behind(self, feature: Feature) -> tuple[Record, ...]:
        """The records a feature's value rests on, oldest first: those it matches, inside its window.

        None where they are somebody else's or an area's, which are never shown on a person's row; nor where the window
        starts at a birthday, since a list holds no month of birth.
        """
        if feature.of is not None or feature.window.since_age is not None:
            return ()
        return tuple(one for one in self.matching(feature.events) if self._counts(one, feature))

    def _counts(self, one: Record, feature: Feature) -> bool:
        if feature.summary is Summary.ONGOING:
            return self.is_open(one)
        if feature.summary in NEEDS_SPELLS:
            return overlap_days(one.happened_on, one.ended_on, self.as_of, feature.window.edge) > 0
        return self.is_within(one, feature.window)

    def matching(self, where: Where) -> tuple[Record, ...]:
        """The records of these kinds, roles and codes, oldest first."""
        return tuple(one for one in self.records if where.matches(one.kind, one.role, one.code, one.happened))

    def of(self, *kinds: str) -> tuple[Record, ...]:
        """The records of these kinds, oldest first."""
        return tuple(one for one in self.records if one.kind in kinds)

    @property
    def home(self) -> str | None:
        """The small area (LSOA code) lived in, chosen among records of one day as the cohort chooses."""
        homes = [one for one in self.of("residence") if one.place]
        return max(homes, key=lambda one: (one.happened_on, one.available_on, one.place or "")).place if homes else None

    def is_open(self, one: Record) -> bool:
        """Whether a spell was still going on after the date, as far as we knew."""
        return days_back(one.ended_on, self.as_of) < 0

    def is_within(self, one: Record, window: LookBack) -> bool:
        """Whether the record happened inside the window."""
        return in_look_back(days_back(one.happened_on, self.as_of), window.edge)

    def is_earlier(self, one: Record, other: Record) -> bool:
        """Whether ``one`` happened on an earlier day than ``other``."""
        return days_back(one.happened_on, other.happened_on) > 0

    def days_since(self, one: Record) -> int:
        """Days from the record to the as-of date; 1 or more."""
        return days_back(one.happened_on, self.as_of)


def histories(events: pa.Table, persons: Iterable[int], as_of: date) -> dict[int, History]:
    """Each person's history on ``as_of``, empty for those without events; the order of ``events`` does not matter.

    ``events`` has at least ``COLUMNS``. Events not visible on the date, or that had not yet happened, are left out.
    """
    day = days_since_epoch(as_of)
    found: dict[int, list[Record]] = {person: [] for person in persons}
    for person, *rest in _rows(events):
        one = _known(rest, day)
        if one is not None and person in found:
            found[person].append(one)
    return {person: History(day, tuple(sorted(set(records), key=_in_order))) for person, records in found.items()}


def _rows(events: pa.Table) -> Iterable[tuple[Any, ...]]:
    return zip(*(_plain_values(events[name]) for name in COLUMNS), strict=True)


def _plain_values(column: pa.ChunkedArray) -> Sequence[Any]:
    return column.cast(pa.int32()).to_pylist() if pa.types.is_date32(column.type) else column.to_pylist()


def _known(values: Sequence[Any], as_of: int) -> Record | None:
    kind, role, code, happened, ended, available, withdrawn, value, gravity, place, source, record = values
    never = NEVER if withdrawn is None else withdrawn
    if not is_visible(available, never, as_of) or days_back(happened, as_of) < 1:
        return None
    end = NEVER if ended is None else ended
    return Record(happened, available, kind, role, code, source, record, end, value, gravity, place)


def _in_order(one: Record) -> tuple[Any, ...]:
    return (one.happened_on, one.available_on, one.kind, one.role, one.code, one.source, one.record, one.ended_on)
