"""The local engine: DuckDB reads one range of people at a time, the compiled kernel aggregates it in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from features.definition import Feature
from features.engines import spark
from features.engines.choice import chosen_engine
from features.engines.reading import events_for, rows_for
from features.kernel import aggregate
from features.plan import make_plan
from features.warehouse import Warehouse

ROWS_A_RANGE = 200_000
"""Person-dates per range: about 150 MB of features at 150 features, plus those people's events."""


def feature_ranges(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature], threads: int | None = None
) -> Iterator[pa.Table]:
    """The event features of ``rows`` (person, as_of, ...; sorted by person), one range of people after another.

    Spark computes them where it is the chosen engine: the same plan, the same reading, the same kernel.
    """
    plan = make_plan(features, warehouse.event_classes())
    engine = chosen_engine()
    if engine.is_spark:
        parts = split_by_person(rows, spark.rows_a_part(len(features)))
        yield from spark.feature_ranges(warehouse, parts, plan, engine.scratch)
        return
    for part in split_by_person(rows, ROWS_A_RANGE):
        events = events_for(warehouse, part["person"], plan)
        yield aggregate(events, rows_for(warehouse, part, plan), plan, threads)


def split_by_person(rows: pa.Table, about: int) -> Iterator[pa.Table]:
    """Consecutive slices of about that many rows; one person's rows are never parted."""
    person = rows["person"].to_numpy()
    start = 0
    while start < len(person):
        end = min(start + about, len(person))
        while end < len(person) and person[end] == person[end - 1]:
            end += 1
        yield rows.slice(start, end - start)
        start = end
