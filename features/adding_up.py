"""Summaries the plain way, over a handful of records, as by hand. What the kernel makes is checked against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import stdev

from features.definition import Feature, Summary

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Counted:
    """A record that counts: its code, the day it happened on (since 1970), its days in the window if it is a spell, and
    its measure, if it has one."""

    code: str
    day: int
    covers: range
    measure: float | None
    is_ongoing: bool


Records = Sequence[Counted]


def add_up(feature: Feature, records: Records, as_of: int) -> float | None:
    """The summary of the records, earliest first; None where there is nothing to summarise."""
    made = _OF_RECORDS.get(feature.summary)
    if made is not None:
        return made(records, as_of)
    if feature.summary in _OF_GAPS:
        gaps = [later - earlier for earlier, later in pairwise(_days(records))]
        return _OF_GAPS[feature.summary](gaps) if gaps else None
    if feature.summary is Summary.MOST_WITHIN:
        days, span = [record.day for record in records], feature.span_days or 1
        return max((sum(day in range(first, first + span) for day in days) for first in days), default=None)
    if feature.summary is Summary.STREAK:
        return _streak(set(_days(records)), feature.span_days or 1, as_of) or None
    if feature.summary is Summary.TREND:
        return _slope([(record.day / DAYS_A_YEAR, record.measure) for record in records if record.measure is not None])
    values = [record.measure for record in records if record.measure is not None]
    if feature.summary is Summary.SPREAD:
        return stdev(values) if len(values) > 1 else None
    return _OF_VALUES[feature.summary](values) if values else None


def _days(records: Records) -> list[int]:
    return sorted({record.day for record in records})


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _streak(days: set[int], span: int, as_of: int) -> int:
    found = 0
    while days & set(range(as_of - span * (found + 1), as_of - span * found)):
        found += 1
    return found


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Least squares, a year."""
    if len({time for time, _ in points}) == len(points[:1]):
        return None
    middle, mean = (_mean(list(each)) for each in zip(*points, strict=True))
    return sum((t - middle) * (v - mean) for t, v in points) / sum((t - middle) ** 2 for t, _ in points)


def _covered(records: Records) -> int | None:
    return len({day for record in records for day in record.covers}) or None


_OF_RECORDS: dict[Summary, Callable[[Records, int], float | None]] = {
    Summary.COUNT: lambda records, as_of: len(records) or None,
    Summary.ANY: lambda records, as_of: float(bool(records)),
    Summary.DISTINCT_CODES: lambda records, as_of: len({record.code for record in records}) or None,
    Summary.DISTINCT_DAYS: lambda records, as_of: len(_days(records)) or None,
    Summary.DAYS_SINCE_FIRST: lambda records, as_of: as_of - _days(records)[0] if records else None,
    Summary.DAYS_SINCE_LAST: lambda records, as_of: as_of - _days(records)[-1] if records else None,
    Summary.OVERLAP_DAYS: lambda records, as_of: _covered(records),
    Summary.ONGOING: lambda records, as_of: 1.0 if any(record.is_ongoing for record in records) else None,
}
_OF_VALUES: dict[Summary, Callable[[list[float]], float]] = {
    Summary.TOTAL: sum, Summary.MEAN: _mean, Summary.SMALLEST: min, Summary.LARGEST: max,
    Summary.FIRST_VALUE: lambda values: values[0], Summary.LAST_VALUE: lambda values: values[-1],
}  # fmt: skip
_OF_GAPS: dict[Summary, Callable[[Iterable[int]], float]] = {
    Summary.MEAN_GAP: lambda gaps: _mean(list(gaps)), Summary.SHORTEST_GAP: min, Summary.LONGEST_GAP: max,
}  # fmt: skip
