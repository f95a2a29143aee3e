"""Feature definitions turned into the few arrays the compiled kernel runs on.

Many features share work: five windows of one count are one *accumulator* with five buckets of days. The plan lists, for
every class of event (kind, role, code), which accumulators it feeds, and, for every feature, which accumulator and
which bucket to read. Buckets are cut at every window edge in the catalogue, so a running total over buckets gives
every window at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.definition import USES_MEASURE, Feature, Measure, Summary, Where
from features.errors import BadConfiguration
from features.windows import NEVER

COUNT, SUM, SMALLEST, LARGEST, NEAREST, FARTHEST, FIRST, LAST, CODES, DAYS, OVERLAP, ONGOING, VALUED = range(13)
SUM_T, SUM_TT, SUM_TV = range(13, 16)
"""What an accumulator keeps: VALUED counts events that carry the measure; SUM_T, SUM_TT and SUM_TV are for slopes."""

MOST_CODES = 64

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

SUMMARY_CODES = {summary: code for code, summary in enumerate(PARTS)}
MOST_PARTS = max(len(parts) for parts in PARTS.values())

EventClass = tuple[str, str, str]


@dataclass(frozen=True)
class Plan:
    """What the kernel needs. ``A`` accumulators, ``B`` buckets, ``C`` classes of event, ``F`` features.

    A class's accumulators are ``feeds[feeds_from[c]:feeds_from[c + 1]]``. ``bucket_of_day[d]`` is the bucket of an
    event ``d`` days back, for ``d`` up to the longest finite window; ``beyond`` is the bucket for older ones, or -1.
    """

    names: tuple[str, ...]
    edges: NDArray[np.int64]
    bucket_of_day: NDArray[np.int32]
    beyond: int
    feeds_from: NDArray[np.int32]
    feeds: NDArray[np.int32]
    code_bit: NDArray[np.int64]
    operation: NDArray[np.int32]
    uses_gravity: NDArray[np.bool_]
    summary: NDArray[np.int32]
    parts: NDArray[np.int32]
    bucket: NDArray[np.int32]
    missing: NDArray[np.float64]


def make_plan(features: Sequence[Feature], classes: Sequence[EventClass]) -> Plan:
    """The plan for these features over this table of event classes (``class_id`` is a position in it).

    :raises BadConfiguration: a feature asks for distinct codes over more than 64 codes.
    """
    edges = sorted({feature.window.edge for feature in features})
    accumulators: dict[tuple[int, Where, bool], int] = {}
    parts = np.full((len(features), MOST_PARTS), -1, np.int32)
    for place, feature in enumerate(features):
        gravity = feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE
        for part, operation in enumerate(PARTS[feature.summary]):
            key = (operation, feature.events, gravity)
            parts[place, part] = accumulators.setdefault(key, len(accumulators))
    feeds_from, feeds = _feeds(list(accumulators), classes)
    bucket_of_day, beyond = _buckets(edges)
    return Plan(
        names=tuple(feature.name for feature in features),
        edges=np.array(edges, np.int64),
        bucket_of_day=bucket_of_day,
        beyond=beyond,
        feeds_from=feeds_from,
        feeds=feeds,
        code_bit=_code_bits(features, classes),
        operation=np.array([operation for operation, _, _ in accumulators], np.int32),
        uses_gravity=np.array([gravity for _, _, gravity in accumulators], np.bool_),
        summary=np.array([SUMMARY_CODES[feature.summary] for feature in features], np.int32),
        parts=parts,
        bucket=np.array([edges.index(feature.window.edge) for feature in features], np.int32),
        missing=np.array([np.nan if f.when_missing is None else f.when_missing for f in features], np.float64),
    )


def _feeds(
    accumulators: Sequence[tuple[int, Where, bool]], classes: Sequence[EventClass]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each class, the accumulators it feeds, as offsets and one flat list."""
    offsets: list[int] = [0]
    flat: list[int] = []
    for kind, role, code in classes:
        flat.extend(n for n, (_, where, _) in enumerate(accumulators) if where.matches(kind, role, code))
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
    if len(codes) > MOST_CODES - 1:
        raise BadConfiguration(f"distinct codes: {len(codes)} codes, at most {MOST_CODES - 1}; group them first")
    bit = {code: 1 << place for place, code in enumerate(codes)}
    return np.array([bit.get(code, 0) for _, _, code in classes], np.int64)
