"""DuckDB, opened with the project's settings; scratch stores that vanish; files that are replaced whole. No other file
imports it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psutil  # type: ignore[import-untyped]
import pyarrow as pa

from features.errors import Refusal
from features.events import VOCABULARY
from features.feeds.feed import sql_text
from features.workspace import whole_file

Connection = duckdb.DuckDBPyConnection
StoreError = duckdb.Error

THREADS = 2
MEMORY = "1000MB"
LOADING = ".loading"
TURNED = ".turned."
LEFT_BEHIND = (".warehouse.duckdb.*", ".identities.sealed.*", ".quarantine.*", "quarantine/.refused.*",
               f"{LOADING}/store.duckdb*", f"{LOADING}/.spill/*", ".disturbed.*")  # fmt: skip
"""Under a workspace's data: files and folders that only a killed load, or a killed full audit, leaves."""


def connect(path: Path, read_only: bool = False) -> Connection:
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
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


def event_classes() -> pa.Table:
    """Every (kind, role, code) of the vocabulary with its ``class_id`` (int16), in alphabetical order."""
    classes = sorted((kind.name, role, code) for kind in VOCABULARY for role in kind.roles for code in kind.codes)
    kinds, roles, codes = zip(*classes, strict=True)
    ids = pa.array(range(len(classes)), pa.int16())
    return pa.table({"class_id": ids, "kind": pa.array(kinds), "role": pa.array(roles), "code": pa.array(codes)})


@contextmanager
def scratch_store(folder: Path) -> Iterator[Connection]:
    """A private, empty store for one load under ``folder``, gone afterwards; it has the table ``event_class``.

    :raises Refusal: another load is running in this workspace.
    """
    home = folder / LOADING
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _lock(home / "lock.duckdb")
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


@contextmanager
def turned_to_csv(folder: Path) -> Iterator[Callable[[], Path]]:
    """A function that gives a private folder for files made from other formats; it is gone afterwards."""
    made: list[Path] = []

    def home() -> Path:
        if not made:
            folder.mkdir(parents=True, exist_ok=True)
            made.append(Path(tempfile.mkdtemp(dir=folder, prefix=f"{TURNED}{os.getpid()}.")))
        return made[0]

    try:
        yield home
    finally:
        for path in made:
            shutil.rmtree(path, ignore_errors=True)


def _lock(path: Path) -> Connection:
    """DuckDB lets one process write to a file, and forgets a process that was killed."""
    try:
        return connect(path)
    except StoreError as error:
        if "not a valid" not in str(error):
            raise Refusal(f"another load is running in {path.parent.parent}: wait for it to end") from None
        path.unlink()
        return connect(path)


def sweep_if_killed(folder: Path) -> None:
    """Remove what a load left behind that was killed once its warehouse was written: no other load would."""
    if (folder / LOADING).exists():
        with scratch_store(folder):
            pass


def _sweep(folder: Path) -> None:
    """Remove what a killed load left behind: it may hold names."""
    for left in folder.glob(f"{TURNED}*"):
        if not psutil.pid_exists(int(left.name.removeprefix(TURNED).split(".")[0])):
            shutil.rmtree(left)
    for pattern in LEFT_BEHIND:
        for left in folder.glob(pattern):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)


def save_tables(connection: Connection, target: Path, tables: dict[str, str]) -> None:
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
