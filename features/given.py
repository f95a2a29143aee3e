"""Events given as Arrow tables: what the tables must look like, and every fault they have, found before any is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from features.errors import BadInput, all_faults
from features.events import AREA_EVENT_SCHEMA, EVENT_SCHEMA, RELATION_SCHEMA, RELATIONS
from features.store import Connection
from features.windows import sql_in_order

GIVEN: dict[str, pa.Schema] = {
    "person": pa.schema([pa.field("person", pa.int64(), nullable=False), pa.field("birth_month", pa.date32())]),
    "protected": pa.schema([
        pa.field("person", pa.int64(), nullable=False), pa.field("characteristic", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
    ]),
    "area": pa.schema([
        pa.field("lsoa_code", pa.string(), nullable=False), pa.field("lsoa_name", pa.string()),
        pa.field("local_authority", pa.string(), nullable=False),
        pa.field("local_authority_code", pa.string(), nullable=False), pa.field("rural_urban", pa.string()),
        pa.field("population_10_17", pa.int32()), pa.field("imd_decile", pa.int32()),
    ]),
    "event": EVENT_SCHEMA,
    "relation": RELATION_SCHEMA,
    "area_event": pa.schema([f.with_nullable(f.nullable and f.name != "place") for f in AREA_EVENT_SCHEMA]),
    "feed": pa.schema([
        pa.field("name", pa.string(), nullable=False), pa.field("partner", pa.string(), nullable=False),
        pa.field("rows_loaded", pa.int64()), pa.field("rows_quarantined", pa.int64()),
        pa.field("content_digest", pa.string(), nullable=False),
    ]),
}  # fmt: skip
"""The tables ``write_events`` takes; those of MAY_BE_LEFT_OUT are then empty."""
MAY_BE_LEFT_OUT = ("relation", "area_event")

MISFITS = {
    "event: {rows} row(s) are about a person who is not in the person table; add the person, or leave the rows out":
        "SELECT count(*) FROM given_event ANTI JOIN given_person USING (person)",
    "event, column happened_on: {rows} row(s) happened before the person was born; correct the day or the birth_month":
        "SELECT count(*) FROM given_event JOIN given_person USING (person) "
        f"WHERE NOT {sql_in_order('birth_month', 'happened_on')}",
    "event, column ended_on: {rows} row(s) end before they start; correct the days, or leave ended_on empty":
        f"SELECT count(*) FROM given_event WHERE NOT {sql_in_order('happened_on', 'ended_on')}",
    "area_event, column ended_on: {rows} row(s) end before they start; correct the days, or leave ended_on empty":
        f"SELECT count(*) FROM given_area_event WHERE NOT {sql_in_order('happened_on', 'ended_on')}",
    "area_event: {rows} row(s) are about a place that is not in the area table":
        "SELECT count(*) FROM given_area_event e ANTI JOIN given_area a ON e.place = a.lsoa_code",
    "relation: {rows} row(s) name somebody who is not in the person table":
        "SELECT count(*) FROM (SELECT person FROM given_relation UNION ALL SELECT other FROM given_relation) "
        "ANTI JOIN given_person USING (person)",
    f"relation, column kind: {{rows}} row(s) are none of {', '.join(RELATIONS)}":
        f"SELECT count(*) FROM given_relation WHERE kind NOT IN ({', '.join(map(repr, RELATIONS))})",
    "relation: {rows} row(s) relate somebody to themselves": "SELECT count(*) FROM given_relation WHERE person = other",
    "relation, column ended_on: {rows} row(s) end before they start; correct the days, or leave ended_on empty":
        f"SELECT count(*) FROM given_relation WHERE NOT {sql_in_order('happened_on', 'ended_on')}",
    "protected: {rows} row(s) are about a person who is not in the person table":
        "SELECT count(*) FROM given_protected ANTI JOIN given_person USING (person)",
    "person: {rows} row(s) repeat a person": "SELECT count(*) - count(DISTINCT person) FROM given_person",
    "event: {rows} row(s) come from a source that is not in the feed table":
        "SELECT count(*) FROM given_event e ANTI JOIN given_feed f ON e.source = f.name",
}  # fmt: skip
"""What is wrong with rows, with the query that counts them."""


def take_tables(connection: Connection, given: Mapping[str, pa.Table | None], where: str) -> None:
    """Register each table as ``given_<name>``, in the columns and types of GIVEN. The store has ``event_class``.

    :raises BadInput: every fault of every table together, as ``where``'s.
    """
    cast, faults = {}, []
    for name, schema in GIVEN.items():
        table = given.get(name)
        if table is None and name in MAY_BE_LEFT_OUT:
            table = schema.empty_table()
        try:
            cast[name] = _as_given(table, schema)
        except (AttributeError, KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            faults.append(f"{name}: its columns are not {', '.join(schema.names)} ({type(error).__name__})")
    faults += [fault for name, table in cast.items() for fault in _empty_cells(name, table)]
    for name, table in cast.items():
        connection.register(f"given_{name}", table)
    if len(cast) == len(GIVEN):
        faults += [*_unknown_classes(connection), *_misfits(connection)]
    if faults:
        raise BadInput(all_faults(f"{where}, {len(faults)} fault(s):", faults))


def _as_given(table: pa.Table, schema: pa.Schema) -> pa.Table:
    plain = pa.schema([pa.field(field.name, field.type) for field in schema])
    return table.select(schema.names).cast(plain)


def _empty_cells(name: str, table: pa.Table) -> list[str]:
    return [
        f"{name}, column {field.name}: {table[field.name].null_count} cell(s) are empty"
        for field in GIVEN[name]
        if not field.nullable and table[field.name].null_count
    ]


def _unknown_classes(connection: Connection) -> Iterator[str]:
    """Rows outside the vocabulary, and in which column of which kind; cells may hold data, so are not quoted."""
    for name in ("event", "area_event"):
        found = connection.execute(f"""
            WITH known AS (SELECT kind, list(role) AS roles, list(code) AS codes FROM event_class GROUP BY kind)
            SELECT CASE WHEN roles IS NULL THEN 'column kind'
                        WHEN NOT list_contains(roles, role) THEN 'column role of ' || kind
                        ELSE 'column code of ' || kind END AS place, count(*) AS rows
            FROM (SELECT * FROM given_{name} ANTI JOIN event_class USING (kind, role, code))
            LEFT JOIN known USING (kind) GROUP BY ALL ORDER BY rows DESC, place
        """).fetchall()
        if found:
            places = "; ".join(f"{place}: {rows}" for place, rows in found)
            yield (f"{name}: {sum(rows for _, rows in found)} row(s) have a kind, role or code that is not in the "
                   f"vocabulary ({places}). Correct them, or add them to features/events.py")  # fmt: skip


def _misfits(connection: Connection) -> Iterator[str]:
    for says, query in MISFITS.items():
        rows = connection.execute(query).fetchall()[0][0]
        if rows:
            yield says.format(rows=rows)
