"""An independent, slow, obvious computation of every summary: plain Python over one person's events.

It shares no code with the kernel (not even the date rules) and exists only to disagree with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from features.definition import Feature, Summary


@dataclass(frozen=True)
class Event:
    person: int
    kind: str
    role: str
    code: str
    happened_on: date
    available_on: date
    ended_on: date | None = None
    withdrawn_on: date | None = None
    value: float | None = None
    gravity: float | None = None


def slow_value(feature: Feature, events: list[Event], person: int, as_of: date) -> float:
    """The feature's value, computed the long way."""
    mine = sorted((e for e in events if e.person == person), key=lambda e: e.happened_on)
    known = [e for e in mine if e.available_on <= as_of - timedelta(days=1)]
    known = [e for e in known if e.withdrawn_on is None or e.withdrawn_on >= as_of]
    known = [e for e in known if feature.events.matches(e.kind, e.role, e.code) and e.happened_on < as_of]
    otherwise = math.nan if feature.when_missing is None else float(feature.when_missing)
    if feature.summary is Summary.OVERLAP_DAYS:
        return _covered(known, feature, as_of) or otherwise
    if feature.summary is Summary.ONGOING:
        return 1.0 if any(e.ended_on is None or e.ended_on > as_of for e in known) else otherwise
    if feature.window.days is not None:
        known = [e for e in known if as_of - timedelta(days=feature.window.days) <= e.happened_on]
    return _summarise(feature, known, as_of, otherwise)


def _covered(known: list[Event], feature: Feature, as_of: date) -> float:
    days = set()
    for event in known:
        day = event.happened_on
        while day < as_of and (event.ended_on is None or day < event.ended_on):
            if feature.window.days is None or day >= as_of - timedelta(days=feature.window.days):
                days.add(day)
            day += timedelta(days=1)
    return float(len(days))


def _summarise(feature: Feature, known: list[Event], as_of: date, otherwise: float) -> float:
    dates = [e.happened_on for e in known]
    pairs = [(e.happened_on, getattr(e, feature.measure.value)) for e in known]
    pairs = [(day, v) for day, v in pairs if v is not None]
    values = [v for _, v in pairs]
    match feature.summary:
        case Summary.COUNT:
            return len(known) or otherwise
        case Summary.ANY:
            return float(bool(known))
        case Summary.DISTINCT_CODES:
            return len({e.code for e in known}) or otherwise
        case Summary.DISTINCT_DAYS:
            return len(set(dates)) or otherwise
        case Summary.DAYS_SINCE_FIRST:
            return (as_of - min(dates)).days if dates else otherwise
        case Summary.DAYS_SINCE_LAST:
            return (as_of - max(dates)).days if dates else otherwise
        case Summary.TOTAL:
            return math.fsum(values) if values else otherwise
        case Summary.MEAN:
            return math.fsum(values) / len(values) if values else otherwise
        case Summary.SMALLEST:
            return min(values, default=otherwise)
        case Summary.LARGEST:
            return max(values, default=otherwise)
        case Summary.FIRST_VALUE:
            return values[0] if values else otherwise
        case Summary.LAST_VALUE:
            return values[-1] if values else otherwise
        case Summary.TREND:
            return _slope(pairs, otherwise)
    raise AssertionError(feature.summary)


def _slope(pairs: list[tuple[date, float]], otherwise: float) -> float:
    if len({day for day, _ in pairs}) < 2:
        return otherwise
    times = [day.toordinal() / 365.25 for day, _ in pairs]
    middle = sum(times) / len(times)
    mean = sum(v for _, v in pairs) / len(pairs)
    above = sum((t - middle) * (v - mean) for t, (_, v) in zip(times, pairs, strict=True))
    return above / sum((t - middle) ** 2 for t in times)
