"""The local engine: DuckDB reads one range of people at a time, the compiled kernel aggregates it in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from features.definition import Feature
from features.kernel import aggregate
from features.plan import make_plan
from features.warehouse import Warehouse

ROWS_A_RANGE = 200_000
"""Person-dates per range: about 150 MB of features at 150 features, plus those people's events."""


def feature_ranges(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature], threads: int | None = None
) -> Iterator[pa.Table]:
    """The event features of ``rows`` (person, as_of, ...; sorted by person), one range of people after another."""
    classes = warehouse.event_classes()
    plan = make_plan(features, classes)
    for part in split_by_person(rows, ROWS_A_RANGE):
        events = _events_of(warehouse, part["person"], plan.used_classes())
        yield aggregate(events, part, plan, threads)


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


def _events_of(warehouse: Warehouse, person: pa.ChunkedArray, class_ids: Sequence[int]) -> pa.Table:
    people = pa.table({"person": np.unique(person.to_numpy())})
    return warehouse.sql(
        """SELECT person, class_id, happened_on, ended_on, available_on, withdrawn_on, value, gravity
           FROM event WHERE person IN (SELECT person FROM people) AND list_contains($classes::SMALLINT[], class_id)
           ORDER BY person, happened_on, available_on, class_id, record""",
        {"classes": list(class_ids)},
        people=people,
    )
