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
MOST_OF_RANGE = 0.8
"""The share of the people in a range from which all their neighbours' events are read with theirs."""


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
    """These people's events as they lie in the warehouse: by person, in time, those of a day in a fixed order.

    Where most people of the range are meant, all of it is read, which is faster; the kernel skips the others. The order
    is asked for by place in the table: DuckDB's threads may hand over filtered blocks as they come.
    """
    people = np.unique(person.to_numpy())
    given = {"classes": list(class_ids), "first": int(people[0]), "last": int(people[-1])}
    inside = "person BETWEEN $first AND $last"
    there = warehouse.sql(
        f"SELECT count(*) AS n FROM person WHERE {inside}", {"first": given["first"], "last": given["last"]}
    )["n"][0].as_py()
    wanted = f"""SELECT person, class_id, happened_on, ended_on, available_on, withdrawn_on, value, gravity FROM event
        WHERE {inside} AND list_contains($classes::SMALLINT[], class_id)"""
    if len(people) >= MOST_OF_RANGE * there:
        return warehouse.sql(f"{wanted} ORDER BY event.rowid", given)
    few = f"{wanted} AND person IN (SELECT person FROM people) ORDER BY event.rowid"
    return warehouse.sql(few, given, people=pa.table({"person": people}))
