"""What the kernel is given, read from the warehouse: rows, and events sorted by person, with those of others lent.

Engines differ in where they run the kernel; what it reads is made here, so they cannot differ in that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from features.plan import Plan
from features.warehouse import Warehouse
from features.where import Around, Holding, as_tuple
from features.windows import sql_both_known, sql_lent_from, sql_lent_until, sql_while_related

COLUMNS = "person, class_id, happened_on, ended_on, available_on, withdrawn_on, value, gravity"
"""All columns of events the kernel can read; it is given those its plan asks for."""
MOST_OF_RANGE = 0.8
"""The share of the people in a range from which all their neighbours' events are read with theirs."""
ORDER = "person, happened_on, available_on, class_id, record"


def rows_for(warehouse: Warehouse, rows: pa.Table, plan: Plan) -> pa.Table:
    """``rows`` in their order, with ``birth_month`` (date32) where the plan needs it."""
    if not plan.needs_birth_month:
        return rows
    place = pa.array(np.arange(len(rows)))
    return warehouse.sql(
        "SELECT given.* EXCLUDE (place), p.birth_month FROM given LEFT JOIN person p USING (person) ORDER BY place",
        given=rows.append_column("place", place),
    )


def events_for(warehouse: Warehouse, persons: pa.ChunkedArray, plan: Plan) -> pa.Table:
    """The events that feed a feature of these persons, in the kernel's columns and order.

    Where the plan needs it there are also events of others, as the person's, with ``circle`` saying whose. Such an
    event is available once both it and the relation were (and the relation had begun), withdrawn when either was;
    however many records relate the two, it is there once on any date.
    """
    if plan.relabelling is None or not plan.relabelling.circles:
        return _own_events(warehouse, persons, plan)
    people = pa.table({"person": np.unique(persons.to_numpy())})
    own = f"""SELECT {COLUMNS}, record, 0::SMALLINT AS circle FROM event
        WHERE person IN (SELECT person FROM people) AND list_contains($classes_0::SMALLINT[], class_id)"""
    lent = (_lent(circle, number) for number, circle in enumerate(plan.relabelling.circles, 1))
    return warehouse.sql(
        f"""SELECT {_columns(plan)} FROM ({" UNION ALL ".join((own, *lent))})
            ORDER BY {ORDER}, circle, available_on, withdrawn_on""",
        {f"classes_{number}": list(used) for number, used in enumerate(plan.used)},
        people=people,
    )


def _own_events(warehouse: Warehouse, persons: pa.ChunkedArray, plan: Plan) -> pa.Table:
    """These people's events as they lie in the warehouse: by person, in time, those of a day in a fixed order.

    Where most people of the range are meant, all of it is read, which is faster; the kernel skips the others. The order
    is asked for by place in the table: DuckDB's threads may hand over filtered blocks as they come.
    """
    people = np.unique(persons.to_numpy())
    given = {"classes": list(plan.used[0]), "first": int(people[0]), "last": int(people[-1])}
    inside = "person BETWEEN $first AND $last"
    there = warehouse.sql(
        f"SELECT count(*) AS n FROM person WHERE {inside}", {"first": given["first"], "last": given["last"]}
    )["n"][0].as_py()
    wanted = f"SELECT {_columns(plan)} FROM event WHERE {inside} AND list_contains($classes::SMALLINT[], class_id)"
    if len(people) >= MOST_OF_RANGE * there:
        return warehouse.sql(f"{wanted} ORDER BY event.rowid", given)
    few = f"{wanted} AND person IN (SELECT person FROM people) ORDER BY event.rowid"
    return warehouse.sql(few, given, people=pa.table({"person": people}))


def _columns(plan: Plan) -> str:
    return ", ".join(plan.event_columns)


def _lent(circle: Around, number: int) -> str:
    """SQL: the events of those around each person, each at most once on any date (dates known are merged)."""
    kinds = ", ".join(repr(kind) for kind in as_tuple(circle.relation))
    at_the_time = f"AND {sql_while_related('r', 'e')}" if circle.holding is Holding.WHEN_IT_HAPPENED else ""
    only_while = circle.holding is Holding.ON_THE_DATE
    return f"""(
        WITH pair AS (
            SELECT e.* EXCLUDE (person, available_on, withdrawn_on), r.person, e.rowid AS which,
                   {sql_lent_from("r", "e")} AS available_on, {sql_lent_until("r", "e", only_while)} AS withdrawn_on
            FROM relation r JOIN event e ON e.person = r.other
            WHERE r.person IN (SELECT person FROM people) AND r.kind IN ({kinds}) {at_the_time}
              AND list_contains($classes_{number}::SMALLINT[], e.class_id)
        ), known AS (SELECT * FROM pair WHERE {sql_both_known("available_on", "withdrawn_on")}
        ), apart AS (
            SELECT *, max(withdrawn_on) OVER (PARTITION BY person, which ORDER BY available_on, withdrawn_on
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM known
        ), island AS (
            SELECT *, sum(CASE WHEN until IS NULL OR {sql_both_known("until", "available_on")} THEN 1 ELSE 0 END)
                OVER (PARTITION BY person, which ORDER BY available_on, withdrawn_on) AS stretch FROM apart
        )
        SELECT person, any_value(class_id) AS class_id, any_value(happened_on) AS happened_on,
               any_value(ended_on) AS ended_on, min(available_on) AS available_on, max(withdrawn_on) AS withdrawn_on,
               any_value(value) AS value, any_value(gravity) AS gravity, any_value(record) AS record,
               {number}::SMALLINT AS circle
        FROM island GROUP BY person, which, stretch)"""


def area_events_for(warehouse: Warehouse, places: Sequence[str], plan: Plan) -> pa.Table:
    """Events of areas in the kernel's columns and order; ``person`` is a position in ``places``."""
    named = pa.table({"place": pa.array(places, pa.string()), "person": pa.array(range(len(places)), pa.int64())})
    return warehouse.sql(
        f"""SELECT {_columns(plan)} FROM area_event JOIN places USING (place)
            WHERE list_contains($classes::SMALLINT[], class_id) ORDER BY {ORDER}""",
        {"classes": list(plan.used[0])},
        places=named,
    )
