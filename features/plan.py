"""Feature definitions turned into the few arrays the compiled kernel runs on.

Many features share work: five windows of one count are one *slot* with five buckets of days, and sum, mean, extremes,
first, last and recency of the same events are one *cell*. The plan lists, for every class of event (kind, role, code),
which slots and cells it feeds, and, for every feature, what to read. Buckets are cut at every window edge in the
catalogue, so a running total over buckets gives every window at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.definition import USES_MEASURE, Feature, Measure, Summary, Where
from features.errors import BadConfiguration
from features.windows import NEVER

COUNT, SUM_T, SUM_TT, SUM_TV, DAYS = range(5)
OVERLAP, ONGOING = range(5, 7)
LAST_ADDED = DAYS
"""What a slot keeps. The first five add up over buckets (SUM_T, SUM_TT and SUM_TV are for slopes); the last two are of
spells, and are filled for every window at once."""

VALUED, SUM, SMALLEST, LARGEST, FIRST, LAST, NEAREST, FARTHEST = range(8)
EMPTY_CELL = (0.0, 0.0, np.inf, -np.inf, np.nan, np.nan, np.inf, -np.inf)
"""What a cell keeps, all in one visit: events with the measure, its sum, extremes, first and last; days back. Beside it
lies a set of bits, one a code."""

READ_PLAIN, READ_NONZERO, READ_ANY, READ_VALUE, READ_DAYS, READ_CODES, READ_MEAN, READ_SLOPE = range(8)
"""How a feature is read: a slot as it is; missing if 0; and so on; a field of a cell if any event carries it."""

MOST_CODES = 63
"""Bits in a cell's set."""

SLOTS: dict[Summary, tuple[int, ...]] = {
    Summary.COUNT: (COUNT,), Summary.ANY: (COUNT,), Summary.DISTINCT_DAYS: (DAYS,),
    Summary.OVERLAP_DAYS: (OVERLAP,), Summary.ONGOING: (ONGOING,), Summary.TREND: (SUM_T, SUM_TT, SUM_TV),
}  # fmt: skip
"""The slots a summary is read from."""

FIELDS: dict[Summary, int] = {
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


@dataclass(frozen=True)
class Plan:
    """What the kernel needs: slots (sorted by operation) and cells, with ``B`` buckets each, and how to read them.

    Class ``c`` feeds the counts ``counts[counts_from[c]:counts_from[c + 1]]``; cells and other slots alike. A cell
    ``m`` uses gravity where ``cell_gravity[m]``, a slot where ``slot_gravity[s]``. ``bucket_of_day[d]`` is the bucket
    of an event ``d`` days back, up to the longest finite window; ``beyond`` is for older ones, or -1. Features are read
    in ``order``, at ``at`` in the flat slots or cells: the first ``plain`` as they are, the others in their ``way``.
    """

    names: tuple[str, ...]
    bucket_of_day: NDArray[np.int32]
    beyond: int
    edges: NDArray[np.int64]
    counts_from: NDArray[np.int32]
    counts: NDArray[np.int32]
    cells_from: NDArray[np.int32]
    cells: NDArray[np.int32]
    others_from: NDArray[np.int32]
    others: NDArray[np.int32]
    code_bit: NDArray[np.int64]
    operation: NDArray[np.int32]
    slot_gravity: NDArray[np.bool_]
    cell_gravity: NDArray[np.bool_]
    empty_cells: NDArray[np.float64]
    order: NDArray[np.int32]
    plain: int
    at: NDArray[np.int64]
    way: NDArray[np.int32]
    slot: NDArray[np.int32]
    bucket: NDArray[np.int32]
    missing: NDArray[np.float64]

    def used_classes(self) -> list[int]:
        """The class ids that feed at least one feature; the rest need not be read."""
        fed = np.diff(self.counts_from) + np.diff(self.cells_from) + np.diff(self.others_from)
        return np.flatnonzero(fed).tolist()


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
    bucket_of_day, beyond = _buckets(edges)
    ways = [_way(feature) for feature in features]
    order = np.argsort(ways, kind="stable").astype(np.int32)
    takes = [where for _, _, where in slots]
    counted = sum(operation == COUNT for operation, _, _ in slots)
    counts_from, counts = _feeds(takes[:counted], classes, 0)
    others_from, others = _feeds(takes[counted:], classes, counted)
    cells_from, cell_feeds = _feeds([where for _, where in cells], classes, 0)
    return Plan(
        names=tuple(feature.name for feature in features),
        bucket_of_day=bucket_of_day,
        beyond=beyond,
        edges=np.array(edges, np.int64),
        counts_from=counts_from,
        counts=counts,
        cells_from=cells_from,
        cells=cell_feeds,
        others_from=others_from,
        others=others,
        code_bit=_code_bits(features, classes),
        operation=np.array([operation for operation, _, _ in slots], np.int32),
        slot_gravity=np.array([gravity for _, gravity, _ in slots], np.bool_),
        cell_gravity=np.array([gravity for gravity, _ in cells], np.bool_),
        empty_cells=np.tile(np.array(EMPTY_CELL), (len(cells), len(edges), 1)),
        order=order,
        plain=ways.count(READ_PLAIN),
        at=np.array([_place(features[f], slots, cells, edges) for f in order], np.int64),
        way=np.array(ways, np.int32),
        slot=np.array([[slots.index(k) for k in _slots(f)] + [-1] * (3 - len(_slots(f))) for f in features], np.int32),
        bucket=np.array([edges.index(feature.window.edge) for feature in features], np.int32),
        missing=np.array([np.nan if f.when_missing is None else f.when_missing for f in features], np.float64),
    )


def _place(feature: Feature, slots: Sequence[SlotKey], cells: Sequence[CellKey], edges: Sequence[int]) -> int:
    """Where a feature is read in the flat slots, or in the flat cells where it is kept in one."""
    bucket = edges.index(feature.window.edge)
    if feature.summary in FIELDS:
        return (cells.index(_cell(feature)) * len(edges) + bucket) * len(EMPTY_CELL) + FIELDS[feature.summary]
    return slots.index(_slots(feature)[0]) * len(edges) + bucket


def _uses_gravity(feature: Feature) -> bool:
    return feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE


def _slots(feature: Feature) -> list[SlotKey]:
    return [(operation, _uses_gravity(feature), feature.events) for operation in SLOTS.get(feature.summary, ())]


def _cell(feature: Feature) -> CellKey:
    return _uses_gravity(feature), feature.events


def _way(feature: Feature) -> int:
    way = READING.get(feature.summary, READ_VALUE)
    return READ_PLAIN if way == READ_NONZERO and feature.when_missing == 0 else way


def _feeds(
    takes: Sequence[Where], classes: Sequence[EventClass], first: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each class, which of these it feeds (numbered from ``first``), as offsets and one flat list."""
    offsets: list[int] = [0]
    flat: list[int] = []
    for kind, role, code in classes:
        flat.extend(first + n for n, where in enumerate(takes) if where.matches(kind, role, code))
        offsets.append(len(flat))
    return np.array(offsets, np.int32), np.array(flat, np.int32)


def _buckets(edges: Sequence[int]) -> tuple[NDArray[np.int32], int]:
    """The bucket of each day back up to the longest finite edge, and the bucket beyond it (-1: none looks there)."""
    finite = [edge for edge in edges if edge != NEVER]
    days = np.arange((finite[-1] if finite else 0) + 1)
    beyond = len(edges) - 1 if edges and edges[-1] == NEVER else -1
    return np.searchsorted(finite, days).astype(np.int32), beyond


def _code_bits(features: Sequence[Feature], classes: Sequence[EventClass]) -> NDArray[np.int64]:
    """One bit per distinct code among the classes that any distinct-codes feature looks at."""
    wanted = [feature.events for feature in features if feature.summary is Summary.DISTINCT_CODES]
    codes = sorted({c[2] for c in classes if any(where.matches(*c) for where in wanted)})
    if len(codes) > MOST_CODES:
        raise BadConfiguration(f"distinct codes: {len(codes)} codes, at most {MOST_CODES}; group them first")
    bit = {code: 1 << place for place, code in enumerate(codes)}
    return np.array([bit.get(code, 0) for _, _, code in classes], np.int64)
