"""The pseudonymised DuckDB store: the only file that opens it, and the only way it is ever replaced (whole)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from features.errors import BadInput, MissingStep, Refusal
from features.events import EVENT_SCHEMA, VOCABULARY
from features.feeds.feed import sql_text
from features.workspace import digest, whole_file

THREADS = 2
MEMORY = "1500MB"
COLUMNS = tuple(EVENT_SCHEMA.names)
TOTAL_ORDER = (
    "person, happened_on, class_id, available_on, withdrawn_on, ended_on, source, record, value, gravity, place"
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


def connect(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection with the project's settings: bounded memory, two threads, UTC, no network, spills beside it."""
    connection = duckdb.connect(
        str(path),
        read_only=read_only,
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "temp_directory": str(path.parent / ".spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def event_classes() -> pa.Table:
    """Every (kind, role, code) of the vocabulary with its ``class_id`` (int16), in alphabetical order."""
    classes = sorted((kind.name, role, code) for kind in VOCABULARY for role in kind.roles for code in kind.codes)
    kinds, roles, codes = zip(*classes, strict=True)
    ids = pa.array(range(len(classes)), pa.int16())
    return pa.table({"class_id": ids, "kind": pa.array(kinds), "role": pa.array(roles), "code": pa.array(codes)})


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
        except duckdb.Error:
            raise BadInput(f"{path} is not a warehouse this version can read: move it away and load again") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def sql(self, query: str, params: Sequence[object] | Mapping[str, object] | None = None) -> pa.Table:
        """The rows of one query, as Arrow. Dates are compared only with the helpers of ``features.windows``."""
        return self._connection.sql(query, params=params).to_arrow_table()

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


@contextmanager
def scratch_store(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private, empty store for one load under ``folder``, gone afterwards; it has the table ``event_class``.

    :raises Refusal: another load is running in this workspace.
    """
    home = folder / ".loading"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        connect(home / "lock.duckdb").close()
        lock = connect(home / "lock.duckdb")
    except duckdb.Error:
        raise Refusal(f"another load is running in {folder}: wait for it to end") from None
    connection = None
    try:
        _sweep(folder)
        connection = connect(home / "store.duckdb")
        connection.register("classes", event_classes())
        connection.execute("CREATE TABLE event_class AS SELECT * FROM classes")
        yield connection
    finally:
        if connection is not None:
            connection.close()
        lock.close()
        shutil.rmtree(home, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what a killed load left behind: it may hold names."""
    for pattern in (".warehouse.duckdb.*", ".identities.duckdb.*", ".loading/store.duckdb*", ".loading/.spill/*"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


def save_warehouse(connection: duckdb.DuckDBPyConnection, target: Path, input_digest: str, report: str) -> None:
    """Write ``new_person``, ``new_protected``, ``new_area``, ``new_event`` and ``new_feed`` as a warehouse."""
    connection.execute("CREATE TABLE new_load AS SELECT ? AS input_digest, ? AS report", [input_digest, report])
    save_tables(connection, target, STORED)


def fingerprint_of(feeds: Sequence[Mapping[str, object]]) -> str:
    """The fingerprint of these feeds (``name``, ``content_digest``)."""
    return digest(sorted((str(feed["name"]), str(feed["content_digest"])) for feed in feeds))


def save_tables(connection: duckdb.DuckDBPyConnection, target: Path, tables: dict[str, str]) -> None:
    """Write the results of queries as the tables of a new file (mode 0600) that replaces ``target`` at the end."""
    with whole_file(target) as scratch:
        scratch.unlink()
        connection.execute(f"ATTACH {sql_text(str(scratch))} AS saved")
        try:
            for name, query in tables.items():
                connection.execute(f"CREATE TABLE saved.{name} AS {query}")
        finally:
            connection.execute("DETACH saved")
            Path(f"{scratch}.wal").unlink(missing_ok=True)
        os.chmod(scratch, 0o600)
