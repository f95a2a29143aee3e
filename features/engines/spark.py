"""The Spark engine: the very same kernel inside Apache Spark's ``applyInArrow``, one range of people a partition.

DuckDB reads and sorts here, as for the local engine and by the same code; Spark's machines aggregate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from features.engines.cluster import spread
from features.engines.reading import events_for, rows_for
from features.kernel import aggregate
from features.plan import Plan
from features.warehouse import Warehouse

CELLS_A_PART = 10_000_000
"""Person-dates times features in one part: 40 MB come back from it. Fewer parts would be moved faster, and need more
memory at once."""


def feature_ranges(
    warehouse: Warehouse, parts: Iterator[pa.Table], plan: Plan, scratch: Path | None
) -> Iterator[pa.Table]:
    """The event features of each range of rows; ``scratch`` is a folder that Spark's machines share."""
    given = ((events_for(warehouse, part["person"], plan), rows_for(warehouse, part, plan)) for part in parts)
    yield from aggregate_parts(given, plan, scratch)


def aggregate_parts(given: Iterable[tuple[pa.Table, pa.Table]], plan: Plan, scratch: Path | None) -> Iterator[pa.Table]:
    """The kernel's answer to each pair of events and rows, in their order."""
    yield from spread(given, partial(_aggregate, plan=plan), scratch)


def rows_a_part(features: int) -> int:
    """Person-dates in one part.

    >>> rows_a_part(100)
    100000
    """
    return max(CELLS_A_PART // max(features, 1), 1)


def _aggregate(events: pa.Table, rows: pa.Table, plan: Plan) -> pa.Table:
    """The kernel, on one thread: Spark runs as many parts at once as it has cores."""
    return aggregate(events, rows, plan, threads=1)
