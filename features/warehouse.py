"""The pseudonymised warehouse: what it holds, the only way to read it, and the only ways to replace it (whole)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from features.errors import BadInput, MissingStep, all_faults
from features.events import EVENT_SCHEMA
from features.store import Connection, StoreError, connect, save_tables, scratch_store
from features.workspace import Workspace, digest

COLUMNS = tuple(EVENT_SCHEMA.names)
TOTAL_ORDER = (
    "person, happened_on, available_on, class_id, record, withdrawn_on, ended_on, source, value, gravity, place"
)
"""How events lie on disk: a person's events together, in time, then in an order that leaves no two rows tied."""

STORED = {
    "person": "SELECT person, birth_month FROM new_person ORDER BY person",
    "protected": "SELECT person, characteristic, value FROM new_protected ORDER BY ALL",
    "area": "SELECT lsoa_code, lsoa_name, local_authority, local_authority_code, rural_urban, "
    "population_10_17::INTEGER AS population_10_17, imd_decile::INTEGER AS imd_decile FROM new_area ORDER BY lsoa_code",
    "event_class": "SELECT class_id, kind, role, code FROM event_class ORDER BY class_id",
    "event": f"SELECT {', '.join(COLUMNS)}, class_id FROM new_event ORDER BY {TOTAL_ORDER}",
    "feed": "SELECT name, partner, rows_loaded, rows_quarantined, content_digest FROM new_feed ORDER BY name",
    "load": "SELECT input_digest, report FROM new_load",
}


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
    "feed": pa.schema([
        pa.field("name", pa.string(), nullable=False), pa.field("partner", pa.string(), nullable=False),
        pa.field("rows_loaded", pa.int64()), pa.field("rows_quarantined", pa.int64()),
        pa.field("content_digest", pa.string(), nullable=False),
    ]),
}  # fmt: skip
"""The tables ``write_events`` takes."""

MISFITS = {
    "event: {rows} row(s) have a kind, role or code that is not in the vocabulary (features/events.py)":
        "SELECT count(*) FROM given_event ANTI JOIN event_class USING (kind, role, code)",
    "event: {rows} row(s) are about a person who is not in the person table":
        "SELECT count(*) FROM given_event ANTI JOIN given_person USING (person)",
    "protected: {rows} row(s) are about a person who is not in the person table":
        "SELECT count(*) FROM given_protected ANTI JOIN given_person USING (person)",
    "person: {rows} row(s) repeat a person": "SELECT count(*) - count(DISTINCT person) FROM given_person",
    "event: {rows} row(s) come from a source that is not in the feed table":
        "SELECT count(*) FROM given_event e ANTI JOIN given_feed f ON e.source = f.name",
}  # fmt: skip


class Warehouse:
    """A read-only view of a workspace's warehouse; use it in a ``with`` block.

    :raises MissingStep: nothing has been loaded there. :raises BadInput: the file is not a warehouse.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise MissingStep(f"no warehouse at {path}: load the partners' extracts first")
        try:
            self._connection = connect(path, read_only=True)
            self._connection.execute("SELECT input_digest FROM load").fetchall()
        except StoreError:
            raise BadInput(f"{path} is not a warehouse this version can read: move it away and load again") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def sql(
        self, query: str, params: Sequence[object] | Mapping[str, object] | None = None, **tables: pa.Table
    ) -> pa.Table:
        """The rows of one query, as Arrow; ``tables`` are Arrow tables it may name beside the warehouse's own.

        Dates are compared only with the helpers of ``features.windows``.
        """
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            return self._connection.sql(query, params=params).to_arrow_table()
        finally:
            for name in tables:
                self._connection.unregister(name)

    def event_classes(self) -> list[tuple[str, str, str]]:
        """(kind, role, code) of every class of event; ``class_id`` is a position in this list."""
        rows = self.sql("SELECT class_id, kind, role, code FROM event_class ORDER BY class_id").to_pylist()
        return [(row["kind"], row["role"], row["code"]) for row in rows]

    def events(self, persons: range | Sequence[int] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Events in (person, happened_on, ...) order, with ``class_id`` (int16) after the columns of EVENT_SCHEMA.

        ``persons`` is everybody, a ``range`` of person numbers (fast: events lie in that order) or a list of them.
        """
        wanted = ", ".join(columns or (*COLUMNS, "class_id"))
        if persons is None:
            return self.sql(f"SELECT {wanted} FROM event")
        if isinstance(persons, range):
            return self.sql(
                f"SELECT {wanted} FROM event WHERE person BETWEEN ? AND ?", [persons.start, persons.stop - 1]
            )
        listed = "SELECT unnest(?::BIGINT[])"
        return self.sql(
            f"SELECT {wanted} FROM event WHERE person IN ({listed}) ORDER BY {TOTAL_ORDER}", [list(persons)]
        )

    def protected(self) -> pa.Table:
        """Protected characteristics (person, characteristic, value). For audits only."""
        return self.sql("SELECT * FROM protected")

    def areas(self) -> pa.Table:
        """Small areas, one row an LSOA."""
        return self.sql("SELECT * FROM area")

    def feeds(self) -> pa.Table:
        """What each feed brought: rows loaded and quarantined, and a digest of its validated content."""
        return self.sql("SELECT * FROM feed")

    @property
    def fingerprint(self) -> str:
        """A digest (16 hex characters) of what every feed brought: equal when the loaded content is equal."""
        return fingerprint_of(self.feeds().to_pylist())

    @property
    def input_digest(self) -> str:
        """Which input, code and key made it; the same again means there is nothing to load."""
        return str(self.sql("SELECT input_digest FROM load")["input_digest"][0])

    @property
    def report(self) -> str:
        """The intake report of its load, as JSON."""
        return str(self.sql("SELECT report FROM load")["report"][0])


def save_warehouse(connection: Connection, target: Path, input_digest: str, report: str) -> None:
    """Write ``new_person``, ``new_protected``, ``new_area``, ``new_event`` and ``new_feed`` as a warehouse."""
    connection.execute("CREATE TABLE new_load AS SELECT ? AS input_digest, ? AS report", [input_digest, report])
    save_tables(connection, target, STORED)


def fingerprint_of(feeds: Sequence[Mapping[str, object]]) -> str:
    """The fingerprint of these feeds (``name``, ``content_digest``)."""
    return digest(sorted((str(feed["name"]), str(feed["content_digest"])) for feed in feeds))


def write_events(
    workspace: Workspace, persons: pa.Table, protected: pa.Table, areas: pa.Table, events: pa.Table, feeds: pa.Table
) -> None:
    """Make a warehouse from Arrow tables (``events`` as EVENT_SCHEMA), replacing the one there.

    Equal events are kept once. Person numbers stay as they are, so they must not be anybody's real number.

    :raises BadInput: columns or types are wrong, cells that must hold something are empty, a kind, role or code is not
        in the vocabulary, a person or source is not in its table: all faults together.
    """
    given = {"person": persons, "protected": protected, "area": areas, "event": events, "feed": feeds}
    cast, faults = {}, []
    for name, table in given.items():
        try:
            cast[name] = _as_given(table, GIVEN[name])
        except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            faults.append(f"{name}: its columns are not {', '.join(GIVEN[name].names)} ({type(error).__name__})")
    faults += [fault for name, table in cast.items() for fault in _empty_cells(name, table)]
    with scratch_store(workspace.data) as connection:
        for name, table in cast.items():
            connection.register(f"given_{name}", table)
        if len(cast) == len(given):
            faults += _misfits(connection)
        if faults:
            raise BadInput(all_faults(f"events for {workspace.warehouse.name}, {len(faults)} fault(s):", faults))
        for name in ("person", "protected", "area", "feed"):
            connection.execute(f"CREATE VIEW new_{name} AS SELECT * FROM given_{name}")
        connection.execute(
            "CREATE TABLE new_event AS SELECT DISTINCT * FROM given_event JOIN event_class USING (kind, role, code)"
        )
        save_warehouse(connection, workspace.warehouse, fingerprint_of(feeds.to_pylist()), "{}")


def _as_given(table: pa.Table, schema: pa.Schema) -> pa.Table:
    plain = pa.schema([pa.field(field.name, field.type) for field in schema])
    return table.select(schema.names).cast(plain)


def _empty_cells(name: str, table: pa.Table) -> list[str]:
    return [
        f"{name}, column {field.name}: {table[field.name].null_count} cell(s) are empty"
        for field in GIVEN[name]
        if not field.nullable and table[field.name].null_count
    ]


def _misfits(connection: Connection) -> list[str]:
    found = []
    for says, query in MISFITS.items():
        rows = connection.execute(query).fetchall()[0][0]
        if rows:
            found.append(says.format(rows=rows))
    return found
