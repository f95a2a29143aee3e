"""The pseudonymised warehouse: what it holds, the only way to read it, and the only ways to replace it (whole)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from features.agreements import tables as agreement_tables
from features.content import content_sql
from features.errors import BadInput, MissingStep
from features.events import AREA_EVENT_SCHEMA, EVENT_SCHEMA, RELATION_SCHEMA
from features.given import take_tables
from features.identities import refuse_half_rekeyed
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
    "relation": f"SELECT {', '.join(RELATION_SCHEMA.names)} FROM new_relation ORDER BY ALL",
    "area_event": f"SELECT {', '.join(AREA_EVENT_SCHEMA.names)}, class_id FROM new_area_event ORDER BY place, "
    "happened_on, class_id, available_on, withdrawn_on, ended_on, source, record, value, gravity",
    "content": content_sql(),
    "feed": "SELECT name, partner, rows_loaded, rows_quarantined, content_digest FROM new_feed ORDER BY name",
    "objection": "SELECT DISTINCT person FROM new_objection ORDER BY person",
    **agreement_tables.STORED,
    "load": "SELECT input_digest, report FROM new_load",
}


class Warehouse:
    """A read-only view of a workspace's warehouse; use it in a ``with`` block.

    :raises MissingStep: nothing has been loaded there. :raises BadInput: the file is not a warehouse.
    :raises NotPermitted: a change of pseudonyms was begun and not ended (only that change may open it: ``rekeying``).
    """

    def __init__(self, path: Path, *, rekeying: bool = False) -> None:
        if not path.exists():
            raise MissingStep(f"no warehouse at {path}: load the partners' extracts first")
        if not rekeying:
            refuse_half_rekeyed(path.parent)
        try:
            self._connection = connect(path, read_only=True)
            self._connection.execute(
                "SELECT input_digest FROM load, (SELECT count(part) FROM content), "
                "(SELECT count(person) FROM objection)"
            ).fetchall()
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
        """A digest (16 hex characters) of what every feed brought: equal when the loaded content is equal.

        Who objects to being scored is part of it, since nothing is learned from them either.
        """
        brought, objected = fingerprint_of(self.feeds().to_pylist()), self.objections()
        return digest([brought, objected]) if objected else brought

    def objections(self) -> list[int]:
        """The people who object to being scored and listed: they are in no cohort, of any date."""
        return [row["person"] for row in self.sql("SELECT person FROM objection").to_pylist()]

    @property
    def input_digest(self) -> str:
        """Which input, code and key made it; the same again means there is nothing to load."""
        return str(self.sql("SELECT input_digest FROM load")["input_digest"][0])

    @property
    def report(self) -> str:
        """The intake report of its load, as JSON."""
        return str(self.sql("SELECT report FROM load")["report"][0])


def save_warehouse(connection: Connection, target: Path, input_digest: str, report: str) -> None:
    """Write ``new_person``, ``new_protected``, ``new_area``, ``new_event`` and ``new_feed`` as a warehouse.

    Nobody objects where there is no ``new_objection``.
    Each of its tables and columns is written down with the agreements it is held under.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS new_objection (person BIGINT)")
    agreement_tables.make(connection, STORED)
    connection.execute("CREATE TABLE new_load AS SELECT ? AS input_digest, ? AS report", [input_digest, report])
    save_tables(connection, target, STORED)


def fingerprint_of(feeds: Sequence[Mapping[str, object]]) -> str:
    """The fingerprint of these feeds (``name``, ``content_digest``)."""
    return digest(sorted((str(feed["name"]), str(feed["content_digest"])) for feed in feeds))


def write_events(
    workspace: Workspace, persons: pa.Table, protected: pa.Table, areas: pa.Table, events: pa.Table, feeds: pa.Table,
    relations: pa.Table | None = None, area_events: pa.Table | None = None,
) -> None:  # fmt: skip
    """Make a warehouse from Arrow tables (as GIVEN says), replacing the one there.

    Equal events are kept once. Person numbers stay as they are, so they must not be anybody's real number.

    :raises BadInput: columns or types are wrong, cells that must hold something are empty, a kind, role or code is not
        in the vocabulary, a person or source is not in its table, something happened before birth or ended before it
        began: all faults together.
    """
    given = {"person": persons, "protected": protected, "area": areas, "event": events, "feed": feeds,
             "relation": relations, "area_event": area_events}  # fmt: skip
    with scratch_store(workspace.data) as connection:
        take_tables(connection, given, f"events for {workspace.warehouse.name}")
        for name in ("person", "protected", "area", "feed"):
            connection.execute(f"CREATE VIEW new_{name} AS SELECT * FROM given_{name}")
        connection.execute("CREATE VIEW new_relation AS SELECT DISTINCT * FROM given_relation")
        for name in ("event", "area_event"):
            given_rows = f"SELECT DISTINCT * FROM given_{name} JOIN event_class USING (kind, role, code)"
            connection.execute(f"CREATE TABLE new_{name} AS {given_rows}")
        save_warehouse(connection, workspace.warehouse, fingerprint_of(feeds.to_pylist()), "{}")
