"""Feature definitions turned into the few arrays the compiled kernel runs on.

Many features share work: five windows of one count are one *slot*, and sum, mean, extremes, first, last and recency of
the same events are one *cell*. The plan lists, for every class of event (kind, role, code), which slots and cells it
feeds. The kernel goes back in time from the as-of date and stops at every window's edge; the plan says which features
are read there, so one pass over a person's events gives every window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.definition import USES_MEASURE, Feature, Measure, Summary, Where
from features.errors import BadConfiguration

COUNT, SUM_T, SUM_TT, SUM_TV, DAYS = range(5)
OVERLAP, ONGOING = range(5, 7)
LAST_ADDED = DAYS
"""What a slot keeps. The first five are added to event by event (SUM_T, SUM_TT and SUM_TV are for slopes); the last two
are of spells, whose days in each window are known beforehand."""

VALUED, SUM, SMALLEST, LARGEST, FIRST, LAST, NEAREST, FARTHEST = np.arange(8, dtype=np.uintp)
EMPTY_CELL = (0.0, 0.0, np.inf, -np.inf, np.nan, np.nan, np.inf, -np.inf)
"""What a cell keeps, all in one visit: events with the measure, its sum, extremes, first and last; days back. Beside it
lies a set of bits, one a code. (Unsigned, like every position here: compiled code need not ask if it counts back.)"""

READ_PLAIN, READ_NONZERO, READ_ANY, READ_VALUE, READ_DAYS, READ_CODES, READ_MEAN, READ_SLOPE = range(8)
WAYS = 8
"""How a feature is read: a slot as it is; missing if 0; and so on; a field of a cell if any event carries it."""

MOST_CODES = 63
"""Bits in a cell's set."""

SLOTS: dict[Summary, tuple[int, ...]] = {
    Summary.COUNT: (COUNT,), Summary.ANY: (COUNT,), Summary.DISTINCT_DAYS: (DAYS,),
    Summary.OVERLAP_DAYS: (OVERLAP,), Summary.ONGOING: (ONGOING,), Summary.TREND: (SUM_T, SUM_TT, SUM_TV),
}  # fmt: skip
"""The slots a summary is read from."""

FIELDS: dict[Summary, np.uintp] = {
    Summary.TOTAL: SUM, Summary.MEAN: SUM, Summary.SMALLEST: SMALLEST, Summary.LARGEST: LARGEST,
    Summary.FIRST_VALUE: FIRST, Summary.LAST_VALUE: LAST, Summary.DAYS_SINCE_FIRST: FARTHEST,
    Summary.DAYS_SINCE_LAST: NEAREST, Summary.TREND: SUM, Summary.DISTINCT_CODES: VALUED,
}  # fmt: skip
"""The field of a cell a summary is read from."""

READING = {
    Summary.ANY: READ_ANY, Summary.DISTINCT_CODES: READ_CODES, Summary.MEAN: READ_MEAN, Summary.TREND: READ_SLOPE,
    Summary.DAYS_SINCE_FIRST: READ_DAYS, Summary.DAYS_SINCE_LAST: READ_DAYS, Summary.COUNT: READ_NONZERO,
    Summary.DISTINCT_DAYS: READ_NONZERO, Summary.OVERLAP_DAYS: READ_NONZERO, Summary.ONGOING: READ_NONZERO,
}  # fmt: skip
"""Every other summary is READ_VALUE."""

EventClass = tuple[str, str, str]


class Feeds(NamedTuple):
    """What an event feeds, by its class: slots (sorted by operation) and cells.

    Class ``c`` feeds the counts ``counts[counts_from[c]:counts_from[c + 1]]``; cells, other slots and spells alike. A
    cell ``m`` uses gravity where ``cell_gravity[m]``, a slot where ``slot_gravity[s]``. Slots from ``first_spell`` on
    are of spells.
    """

    counts_from: NDArray[np.uint64]
    counts: NDArray[np.uint64]
    cells_from: NDArray[np.uint64]
    cells: NDArray[np.uint64]
    others_from: NDArray[np.uint64]
    others: NDArray[np.uint64]
    spells_from: NDArray[np.uint64]
    spells: NDArray[np.uint64]
    code_bit: NDArray[np.int64]
    operation: NDArray[np.int32]
    slot_gravity: NDArray[np.bool_]
    cell_gravity: NDArray[np.bool_]
    first_spell: int


class Reading(NamedTuple):
    """How features are read, in order of their window's edge (days back, nearest first), then of their way.

    The features of ``edges[b]`` and way ``w`` are those from ``starts[b * WAYS + w]`` to the next start. Feature ``f``
    is at ``at[f]``: a slot, or a place in the flat cells, and then of the cell ``cell[f]``; ``slope[f]`` are the slots
    of a slope; ``missing[f]`` stands for nothing.
    """

    edges: NDArray[np.int64]
    starts: NDArray[np.uint64]
    at: NDArray[np.uint64]
    cell: NDArray[np.uint64]
    slope: NDArray[np.uint64]
    missing: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What the kernel needs. Feature ``names[n]`` is the ``place_of[n]``-th it reads."""

    names: tuple[str, ...]
    place_of: NDArray[np.intp]
    feeds: Feeds
    reading: Reading

    def used_classes(self) -> list[int]:
        """The class ids that feed at least one feature; the rest need not be read."""
        feeds = self.feeds
        starts = (feeds.counts_from, feeds.cells_from, feeds.others_from, feeds.spells_from)
        return np.flatnonzero(sum(np.diff(each) for each in starts)).tolist()


SlotKey = tuple[int, bool, Where]
"""What one slot does: its operation, whether it uses gravity, and which events it takes."""
CellKey = tuple[bool, Where]


def make_plan(features: Sequence[Feature], classes: Sequence[EventClass]) -> Plan:
    """The plan for these features over this table of event classes (``class_id`` is a position in it).

    :raises BadConfiguration: features of distinct codes look at more than 63 codes.
    """
    edges = sorted({feature.window.edge for feature in features})
    slots = sorted({key: None for feature in features for key in _slots(feature)}, key=lambda key: key[:2])
    cells = list({_cell(feature): None for feature in features if feature.summary in FIELDS})
    steps = np.array([edges.index(feature.window.edge) * WAYS + _way(feature) for feature in features], np.int64)
    order = np.argsort(steps, kind="stable")
    in_order = [features[place] for place in order]
    return Plan(
        names=tuple(feature.name for feature in features),
        place_of=np.argsort(order),
        feeds=_feeds(features, classes, slots, cells),
        reading=Reading(
            edges=np.array(edges, np.int64),
            starts=np.searchsorted(steps[order], np.arange(len(edges) * WAYS + 1)).astype(np.uint64),
            at=_indices(_place(feature, slots, cells) for feature in in_order),
            cell=_indices(cells.index(_cell(f)) if f.summary in FIELDS else 0 for f in in_order),
            slope=_slope_slots(in_order, slots),
            missing=np.array([np.nan if f.when_missing is None else f.when_missing for f in in_order], np.float64),
        ),
    )


def _feeds(
    features: Sequence[Feature], classes: Sequence[EventClass], slots: Sequence[SlotKey], cells: Sequence[CellKey]
) -> Feeds:
    operations = [operation for operation, _, _ in slots]
    first_other, first_spell = (sum(o <= last for o in operations) for last in (COUNT, LAST_ADDED))
    takes = [where for _, _, where in slots]
    return Feeds(
        *_fed(takes[:first_other], classes, 0),
        *_fed([where for _, where in cells], classes, 0),
        *_fed(takes[first_other:first_spell], classes, first_other),
        *_fed(takes[first_spell:], classes, first_spell),
        code_bit=_code_bits(features, classes),
        operation=np.array(operations, np.int32),
        slot_gravity=np.array([gravity for _, gravity, _ in slots], np.bool_),
        cell_gravity=np.array([gravity for gravity, _ in cells], np.bool_),
        first_spell=first_spell,
    )


def _place(feature: Feature, slots: Sequence[SlotKey], cells: Sequence[CellKey]) -> int:
    """The slot a feature is read from, or its place in the flat cells where it is kept in one."""
    if feature.summary in FIELDS:
        return cells.index(_cell(feature)) * len(EMPTY_CELL) + int(FIELDS[feature.summary])
    return slots.index(_slots(feature)[0])


def _slope_slots(features: Sequence[Feature], slots: Sequence[SlotKey]) -> NDArray[np.uint64]:
    """``(features, 3)``: the slots of each slope; 0 where it is none."""
    found = [[slots.index(key) for key in _slots(f)] if f.summary is Summary.TREND else [0, 0, 0] for f in features]
    return np.array(found, np.uint64).reshape(-1, 3)


def _uses_gravity(feature: Feature) -> bool:
    return feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE


def _slots(feature: Feature) -> list[SlotKey]:
    return [(operation, _uses_gravity(feature), feature.events) for operation in SLOTS.get(feature.summary, ())]


def _cell(feature: Feature) -> CellKey:
    return _uses_gravity(feature), feature.events


def _way(feature: Feature) -> int:
    way = READING.get(feature.summary, READ_VALUE)
    return READ_PLAIN if way == READ_NONZERO and feature.when_missing == 0 else way


def _fed(
    takes: Sequence[Where], classes: Sequence[EventClass], first: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """For each class, which of these it feeds (numbered from ``first``), as offsets and one flat list."""
    offsets: list[int] = [0]
    flat: list[int] = []
    for kind, role, code in classes:
        flat.extend(first + n for n, where in enumerate(takes) if where.matches(kind, role, code))
        offsets.append(len(flat))
    return _indices(offsets), _indices(flat)


def _indices(numbers: Iterable[int]) -> NDArray[np.uint64]:
    """Positions, unsigned: compiled code need not ask whether they count from the end."""
    return np.array(list(numbers), np.uint64)


def _code_bits(features: Sequence[Feature], classes: Sequence[EventClass]) -> NDArray[np.int64]:
    """One bit per distinct code among the classes that any distinct-codes feature looks at."""
    wanted = [feature.events for feature in features if feature.summary is Summary.DISTINCT_CODES]
    codes = sorted({c[2] for c in classes if any(where.matches(*c) for where in wanted)})
    if len(codes) > MOST_CODES:
        raise BadConfiguration(f"distinct codes: {len(codes)} codes, at most {MOST_CODES}; group them first")
    bit = {code: 1 << place for place, code in enumerate(codes)}
    return np.array([bit.get(code, 0) for _, _, code in classes], np.int64)
