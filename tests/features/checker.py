"""An independent, slow, obvious computation of every summary: plain Python over one person's events.

It shares no code with the kernel (not even the date rules) and exists only to disagree with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from features.definition import Around, ByCode, Feature, Holding, Summary

ONE_DAY = timedelta(days=1)


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


@dataclass(frozen=True)
class Relation:
    person: int
    other: int
    kind: str
    happened_on: date
    available_on: date
    ended_on: date | None = None
    withdrawn_on: date | None = None


def is_known(row: Event | Relation, as_of: date) -> bool:
    return row.available_on <= as_of - ONE_DAY and (row.withdrawn_on is None or row.withdrawn_on >= as_of)


def slow_value(
    feature: Feature, events: Sequence[Event], person: int, as_of: date, born: date | None = None,
    relations: Sequence[Relation] = (),
) -> float:  # fmt: skip
    """The feature's value, computed the long way. ``born`` is the first of the month of birth."""
    mine = [e for e in events if e.person == person]
    if isinstance(feature.of, Around):
        mine = [e for e in events if is_around(feature.of, person, e, as_of, relations)]
    known = [e for e in sorted(mine, key=lambda e: e.happened_on) if is_known(e, as_of) and e.happened_on < as_of]
    known = [e for e in known if feature.events.matches(e.kind, e.role, e.code, e.happened_on)]
    otherwise = math.nan if feature.when_missing is None else float(feature.when_missing)
    first = first_day(feature, as_of, born)
    if feature.summary is Summary.OVERLAP_DAYS:
        return _covered(known, first, as_of) or otherwise
    known = [e for e in known if feature.summary is Summary.ONGOING or first <= e.happened_on]
    if feature.summary is Summary.ONGOING:
        since = [e for e in known if feature.window.since_age is None or first <= e.happened_on]
        return 1.0 if any(e.ended_on is None or e.ended_on > as_of for e in since) else otherwise
    return _summarise(feature, known, as_of, otherwise)


def is_around(around: Around, person: int, event: Event, as_of: date, relations: Sequence[Relation]) -> bool:
    kinds = (around.relation,) if isinstance(around.relation, str) else around.relation
    for tie in relations:
        if (tie.person, tie.other) != (person, event.person) or tie.kind not in kinds:
            continue
        day = {Holding.EVER: None, Holding.ON_THE_DATE: as_of, Holding.WHEN_IT_HAPPENED: event.happened_on}
        held = day[around.holding]
        holds = held is None or (tie.happened_on <= held and (tie.ended_on is None or held < tie.ended_on))
        if holds and is_known(tie, as_of) and tie.happened_on < as_of:
            return True
    return False


def first_day(feature: Feature, as_of: date, born: date | None) -> date:
    if feature.window.days is not None:
        return as_of - timedelta(days=feature.window.days)
    if feature.window.since_age is None:
        return date.min
    return date.max if born is None else born.replace(year=born.year + feature.window.since_age, day=15)


def _covered(known: list[Event], first: date, as_of: date) -> float:
    days = set()
    for event in known:
        day = event.happened_on
        while day < as_of and (event.ended_on is None or day < event.ended_on):
            if day >= first:
                days.add(day)
            day += ONE_DAY
    return float(len(days))


def _measured(feature: Feature, event: Event) -> float | None:
    if isinstance(feature.measure, ByCode):
        return dict(feature.measure.numbers).get(event.code, feature.measure.otherwise)
    return getattr(event, feature.measure.value)


def _summarise(feature: Feature, known: list[Event], as_of: date, otherwise: float) -> float:
    dates = [e.happened_on for e in known]
    pairs = [(e.happened_on, _measured(feature, e)) for e in known]
    pairs = [(day, v) for day, v in pairs if v is not None]
    values = [v for _, v in pairs]
    days = sorted(set(dates))
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    match feature.summary:
        case Summary.COUNT:
            return len(known) or otherwise
        case Summary.ANY:
            return float(bool(known))
        case Summary.DISTINCT_CODES:
            return len({e.code for e in known}) or otherwise
        case Summary.DISTINCT_DAYS:
            return len(days) or otherwise
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
        case Summary.SPREAD:
            mean = math.fsum(values) / max(len(values), 1)
            squares = math.fsum((v - mean) ** 2 for v in values)
            return math.sqrt(squares / (len(values) - 1)) if len(values) > 1 else otherwise
        case Summary.MEAN_GAP:
            return sum(gaps) / len(gaps) if gaps else otherwise
        case Summary.SHORTEST_GAP:
            return min(gaps, default=otherwise)
        case Summary.LONGEST_GAP:
            return max(gaps, default=otherwise)
        case Summary.MOST_WITHIN:
            spans = [[d for d in dates if 0 <= (d - start).days < feature.span_days] for start in days]
            return max(map(len, spans), default=otherwise)
        case Summary.STREAK:
            return _streak(days, feature.span_days, as_of) or otherwise
    raise AssertionError(feature.summary)


def _streak(days: list[date], span: int, as_of: date) -> int:
    found = 0
    while any(as_of - timedelta(days=span * (found + 1)) <= day < as_of - timedelta(days=span * found) for day in days):
        found += 1
    return found


def _slope(pairs: list[tuple[date, float]], otherwise: float) -> float:
    if len({day for day, _ in pairs}) < 2:
        return otherwise
    times = [day.toordinal() / 365.25 for day, _ in pairs]
    middle = sum(times) / len(times)
    mean = sum(v for _, v in pairs) / len(pairs)
    above = sum((t - middle) * (v - mean) for t, (_, v) in zip(times, pairs, strict=True))
    return above / sum((t - middle) ** 2 for t in times)
