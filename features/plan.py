"""Feature definitions turned into the few arrays the compiled kernel runs on.

Many features share work: five windows of one count are one *accumulator* with five buckets of days. The plan lists, for
every class of event (kind, role, code), which accumulators it feeds, and, for every feature, which accumulator and
which bucket to read. Buckets are cut at every window edge in the catalogue, so a running total over buckets gives
every window at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.definition import USES_MEASURE, Feature, Measure, Summary, Where
from features.errors import BadConfiguration
from features.windows import NEVER

COUNT, SUM, VALUED, SUM_T, SUM_TT, SUM_TV, DAYS = range(7)
SMALLEST, LARGEST, NEAREST, FARTHEST, FIRST, LAST = range(7, 13)
CODES, OVERLAP, ONGOING = range(13, 16)
OPERATIONS, LAST_ADDED = 16, DAYS
"""What an accumulator keeps. The first seven add up over buckets; the next six start missing and give way. VALUED
counts events with the measure; SUM_T, SUM_TT and SUM_TV are for slopes; CODES is a set of bits."""

READ_PLAIN, READ_NONZERO, READ_PRESENT, READ_ANY, READ_CODES, READ_TOTAL, READ_MEAN, READ_SLOPE = range(8)
"""How a feature is read off its accumulator: as it is; missing if 0; missing if absent; and so on."""

MOST_CODES = 52
"""Bits a float64 slot holds exactly."""

PARTS: dict[Summary, tuple[int, ...]] = {
    Summary.COUNT: (COUNT,),
    Summary.ANY: (COUNT,),
    Summary.TOTAL: (SUM, VALUED),
    Summary.MEAN: (SUM, VALUED),
    Summary.SMALLEST: (SMALLEST,),
    Summary.LARGEST: (LARGEST,),
    Summary.FIRST_VALUE: (FIRST,),
    Summary.LAST_VALUE: (LAST,),
    Summary.DAYS_SINCE_FIRST: (FARTHEST,),
    Summary.DAYS_SINCE_LAST: (NEAREST,),
    Summary.DISTINCT_CODES: (CODES,),
    Summary.DISTINCT_DAYS: (DAYS,),
    Summary.OVERLAP_DAYS: (OVERLAP,),
    Summary.ONGOING: (ONGOING,),
    Summary.TREND: (SUM, VALUED, SUM_T, SUM_TT, SUM_TV),
}
"""The accumulators each summary is made from, in the order the kernel's last step reads them."""

READING = {
    Summary.ANY: READ_ANY, Summary.DISTINCT_CODES: READ_CODES, Summary.TOTAL: READ_TOTAL, Summary.MEAN: READ_MEAN,
    Summary.TREND: READ_SLOPE, Summary.COUNT: READ_NONZERO, Summary.DISTINCT_DAYS: READ_NONZERO,
    Summary.OVERLAP_DAYS: READ_NONZERO, Summary.ONGOING: READ_NONZERO,
}  # fmt: skip
MOST_PARTS = max(len(parts) for parts in PARTS.values())

EventClass = tuple[str, str, str]


@dataclass(frozen=True)
class Plan:
    """What the kernel needs. ``A`` accumulators sorted by operation, ``B`` buckets, ``C`` classes, ``F`` features.

    Class ``c`` feeds the counts ``counts[counts_from[c]:counts_from[c + 1]]`` and the ``others`` alike. Accumulators
    ``first_of[op]`` to ``first_of[op + 1]`` do ``op``; from ``gravity_from[op]`` on they use gravity, not value.
    ``bucket_of_day[d]`` is the bucket of an event ``d`` days back, up to the longest finite window; ``beyond`` is the
    bucket for older ones, or -1. Features ``features[features_from[way]:...]`` are read in that ``way``.
    """

    names: tuple[str, ...]
    bucket_of_day: NDArray[np.int32]
    beyond: int
    edges: NDArray[np.int64]
    counts_from: NDArray[np.int32]
    counts: NDArray[np.int32]
    others_from: NDArray[np.int32]
    others: NDArray[np.int32]
    code_bit: NDArray[np.int64]
    first_of: NDArray[np.int32]
    gravity_from: NDArray[np.int32]
    empty: NDArray[np.float64]
    features_from: NDArray[np.int32]
    features: NDArray[np.int32]
    parts: NDArray[np.int32]
    bucket: NDArray[np.int32]
    missing: NDArray[np.float64]

    def used_classes(self) -> list[int]:
        """The class ids that feed at least one feature; the rest need not be read."""
        fed = np.diff(self.counts_from) + np.diff(self.others_from)
        return np.flatnonzero(fed).tolist()


Key = tuple[int, bool, Where]
"""What one accumulator does: its operation, whether it uses gravity, and which events it takes."""


def make_plan(features: Sequence[Feature], classes: Sequence[EventClass]) -> Plan:
    """The plan for these features over this table of event classes (``class_id`` is a position in it).

    :raises BadConfiguration: features of distinct codes look at more than 52 codes.
    """
    edges = sorted({feature.window.edge for feature in features})
    wanted = {key: None for feature in features for key in _keys(feature)}
    keys = sorted(wanted, key=lambda key: key[:2])
    place = {key: n for n, key in enumerate(keys)}
    parts = np.full((len(features), MOST_PARTS), -1, np.int32)
    for n, feature in enumerate(features):
        parts[n, : len(PARTS[feature.summary])] = [place[key] for key in _keys(feature)]
    counts_from, counts = _feeds(keys, classes, lambda op: op == COUNT)
    others_from, others = _feeds(keys, classes, lambda op: op != COUNT)
    operations = np.array([key[0] for key in keys])
    bucket_of_day, beyond = _buckets(edges)
    ways = [_way(feature) for feature in features]
    return Plan(
        names=tuple(feature.name for feature in features),
        bucket_of_day=bucket_of_day,
        beyond=beyond,
        edges=np.array(edges, np.int64),
        counts_from=counts_from,
        counts=counts,
        others_from=others_from,
        others=others,
        code_bit=_code_bits(features, classes),
        first_of=np.searchsorted(operations, np.arange(OPERATIONS + 1)).astype(np.int32),
        gravity_from=np.searchsorted([2 * op + uses for op, uses, _ in keys], 2 * np.arange(OPERATIONS) + 1).astype(
            np.int32
        ),
        empty=np.where((operations >= SMALLEST) & (operations <= LAST), np.nan, 0.0)[:, None] * np.ones(len(edges)),
        features_from=np.searchsorted(sorted(ways), np.arange(READ_SLOPE + 2)).astype(np.int32),
        features=np.argsort(ways, kind="stable").astype(np.int32),
        parts=parts,
        bucket=np.array([edges.index(feature.window.edge) for feature in features], np.int32),
        missing=np.array([np.nan if f.when_missing is None else f.when_missing for f in features], np.float64),
    )


def _keys(feature: Feature) -> list[Key]:
    gravity = feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE
    return [(operation, gravity, feature.events) for operation in PARTS[feature.summary]]


def _way(feature: Feature) -> int:
    way = READING.get(feature.summary, READ_PRESENT)
    return READ_PLAIN if way == READ_NONZERO and feature.when_missing == 0 else way


def _feeds(
    keys: Sequence[Key], classes: Sequence[EventClass], chosen: Callable[[int], bool]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each class, the chosen accumulators it feeds, as offsets and one flat list."""
    offsets: list[int] = [0]
    flat: list[int] = []
    for kind, role, code in classes:
        flat.extend(n for n, (op, _, where) in enumerate(keys) if chosen(op) and where.matches(kind, role, code))
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
