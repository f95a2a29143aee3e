"""One feature of one person on one date, the plain way: their records, why each counts or not, and what they add up to.

It shares the rules of time with the kernel, and nothing else; the value in the table is checked against it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from features.adding_up import Counted, add_up
from features.definition import Around, ByCode, Feature, HomeArea, Summary
from features.events import KINDS
from features.warehouse import Warehouse
from features.windows import (
    NEVER,
    birthdays,
    day_from_epoch,
    days_back,
    days_since_epoch,
    in_look_back,
    is_visible,
    overlap_days,
)

COUNTS = "counts"
NOT_SHOWN = "made from records about others, which are not shown here"
CLOSE = 1e-5
"""How far apart, of their size, two values may lie and still be equal: the table holds float32."""


@dataclass(frozen=True)
class Looked:
    """One record looked at; ``verdict`` is COUNTS or why it does not count. ``partner`` sent it, as ``source``."""

    kind: str
    role: str
    code: str
    happened_on: date
    ended_on: date | None
    available_on: date
    withdrawn_on: date | None
    value: float | None
    gravity: float | None
    source: str
    partner: str
    verdict: str

    @property
    def counts(self) -> bool:
        """Whether it is part of the value."""
        return self.verdict == COUNTS


@dataclass(frozen=True)
class Trace:
    """``added_up`` is what the records that count come to, ``in_table`` what the kernel made (both NaN where missing).

    ``records`` is None, and ``added_up`` NaN, where a feature is made from records about others.
    """

    feature: Feature
    as_of: date
    records: tuple[Looked, ...] | None
    added_up: float
    in_table: float

    @property
    def agrees(self) -> bool:
        """Whether both ways give the same value; nothing is said where only one way was gone."""
        if self.records is None or (math.isnan(self.added_up) and math.isnan(self.in_table)):
            return True
        return math.isclose(self.added_up, self.in_table, rel_tol=CLOSE, abs_tol=CLOSE)


def trace(
    warehouse: Warehouse, features: Sequence[Feature], person: int, as_of: date, in_table: Sequence[float]
) -> list[Trace]:
    """How each feature comes to its value for a person on a date; ``in_table`` are the values the kernel made."""
    rows = warehouse.events([person]).to_pylist()
    born = warehouse.sql("SELECT birth_month FROM person WHERE person = ?", [person])["birth_month"].to_pylist()
    birthday = _Birthday(born[0] if born else None)
    return [
        _trace(feature, rows, birthday, as_of, value) for feature, value in zip(features, in_table, strict=True)
    ]  # fmt: skip


def _trace(feature: Feature, rows: list[dict[str, Any]], born: _Birthday, as_of: date, in_table: float) -> Trace:
    if isinstance(feature.of, Around | HomeArea):
        return Trace(feature, as_of, None, math.nan, in_table)
    meant = [row for row in rows if feature.events.matches(row["kind"], row["role"], row["code"], row["happened_on"])]
    days = born.window_days(feature, as_of)
    looked = tuple(_looked(feature, row, days, as_of) for row in meant)
    records = [_counted(feature, each, days, as_of) for each in looked if each.counts]
    made = add_up(feature, records, days_since_epoch(as_of))
    otherwise = math.nan if feature.when_missing is None else float(feature.when_missing)
    return Trace(feature, as_of, looked, otherwise if made is None else float(made), in_table)


@dataclass(frozen=True)
class _Birthday:
    birth_month: date | None

    def window_days(self, feature: Feature, as_of: date) -> int:
        """The length of a feature's window in days; 0 where it has not begun, or cannot be known to have."""
        if feature.window.since_age is None:
            return feature.window.edge
        if self.birth_month is None:
            return 0
        turned = birthdays(np.array([self.birth_month], "datetime64[M]"), feature.window.since_age)[0]
        return max(days_back(int(turned), days_since_epoch(as_of)), 0)


def _looked(feature: Feature, row: dict[str, Any], days: int, as_of: date) -> Looked:
    columns = ("kind", "role", "code", "happened_on", "ended_on", "available_on", "withdrawn_on", "value", "gravity",
               "source")  # fmt: skip
    each = Looked(**{name: row[name] for name in columns}, partner=KINDS[row["kind"]].partner, verdict=COUNTS)
    return replace(each, verdict=_verdict(feature, each, days, as_of))


def _verdict(feature: Feature, each: Looked, days: int, as_of: date) -> str:
    """Why a record does not count, the first reason there is; or that it does."""
    day = days_since_epoch(as_of)
    if not is_visible(days_since_epoch(each.available_on), NEVER, day):
        return f"not known: it reached us on {each.available_on}, not before the date"
    if not is_visible(days_since_epoch(each.available_on), _day(each.withdrawn_on), day):
        return f"not known: it was taken back on {each.withdrawn_on}, before the date"
    ago = days_back(days_since_epoch(each.happened_on), day)
    if not in_look_back(ago, NEVER):
        return "outside the window: it happened on the date or after"
    if feature.summary is Summary.OVERLAP_DAYS:
        covers = overlap_days(days_since_epoch(each.happened_on), _day(each.ended_on), day, days)
        return COUNTS if covers else "outside the window: it covers none of its days"
    if feature.summary is Summary.ONGOING and feature.window.since_age is None:
        return COUNTS if _is_ongoing(each, day) else f"over: it ended on {each.ended_on}"
    if not in_look_back(ago, days):
        return f"outside the window: it happened before {day_from_epoch(day - days)}"
    return COUNTS


def _counted(feature: Feature, each: Looked, days: int, as_of: date) -> Counted:
    day, begins = days_since_epoch(as_of), days_since_epoch(each.happened_on)
    covers = range(max(begins, day - days), min(_day(each.ended_on), day))
    if isinstance(feature.measure, ByCode):
        measure = feature.measure.of(each.code)
    else:
        measure = getattr(each, feature.measure.value)
    return Counted(each.code, begins, covers, measure, _is_ongoing(each, day))


def _is_ongoing(each: Looked, day: int) -> bool:
    """Whether a spell goes on past the date: not over the day after nor on it."""
    return not in_look_back(days_back(_day(each.ended_on), day) + 1, NEVER)


def _day(day: date | None) -> int:
    return NEVER if day is None else days_since_epoch(day)
