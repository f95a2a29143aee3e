"""Pseudonyms under a new key: everybody's number and every record's, in every place, by a list kept sealed meanwhile.

The list (old to new) is drawn up once and written to ``rekeying.sealed`` before anything changes. While that file is
there the warehouse and the identity store are not opened for anything else, so nobody works with half of each; the next
call goes on from it. A value that is not in the list stays as it is, so that a place may be gone through twice.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import checking, loading
from features.feeds import FEEDS
from features.identities import read_key, read_sealed, write_sealed
from features.pseudonyms import KEY_BYTES, Pseudonymiser, key_path, read_key_file, write_key_file
from features.pseudonyms import read_key as read_pseudonym_key
from features.rights.kept_rows import WHO, renumbered
from features.rights.kept_warehouse import COLUMNS, change_warehouse
from features.store import Connection, scratch_store, turned_to_csv
from features.warehouse import Warehouse
from features.workspace import Workspace

SEPARATOR = "\x1f"
FORMER = "former"
"""What is put before a number whose identity, or record, is not at hand: it is keyed from its old number."""
PLAIN_RECORDS = f"CREATE TEMP MACRO record_hash(record_of, number) AS record_of || '{SEPARATOR}' || number"
RECORD_TABLES = ("event", "area_event")


@dataclass(frozen=True)
class Rekeying:
    """One change of pseudonyms: ``persons`` and ``records`` (old to new), and the act it belongs to."""

    persons: Mapping[int, int]
    records: Mapping[str, str]
    act: Mapping[str, Any]


def new_key_path(workspace: Workspace) -> Path:
    """Where the new key lies until everything is under it."""
    return key_path(workspace).with_suffix(".key.new")


def begin(workspace: Workspace, places: Iterable[Path], delivery: Path | None, act: Mapping[str, Any]) -> Rekeying:
    """Make the new key and draw up the list; written down, but nothing changed yet."""
    path = new_key_path(workspace)
    if not path.exists():
        write_key_file(path, secrets.token_bytes(KEY_BYTES))
    old, new = Pseudonymiser(read_pseudonym_key(workspace)), Pseudonymiser(read_key_file(path, "a pseudonym key"))
    made = Rekeying(_persons(workspace, places, new), _records(workspace, delivery, old, new), act)
    write_sealed(workspace.rekeying, _as_tables(made), read_key(workspace))
    return made


def resume(workspace: Workspace) -> Rekeying | None:
    """The change that was begun and not ended, or None."""
    if not workspace.rekeying.exists():
        return None
    tables = read_sealed(workspace.rekeying, read_key(workspace))
    maps = {name: dict(zip(*(tables[name][end].to_pylist() for end in ("old", "new")), strict=True))
            for name in ("person", "record")}  # fmt: skip
    return Rekeying(maps["person"], maps["record"], tables["act"].to_pylist()[0])


def rekey_identities(workspace: Workspace, rekeying: Rekeying) -> None:
    """The identity store under the new numbers."""
    key = read_key(workspace)
    tables = read_sealed(workspace.identities, key)
    write_sealed(workspace.identities, {name: renumbered(each, rekeying.persons) for name, each in tables.items()}, key)


def rekey_warehouse(workspace: Workspace, rekeying: Rekeying) -> None:
    """The warehouse under the new numbers, its deliveries as if they had been loaded with the new key."""
    new = Pseudonymiser(_new_key(workspace)).key_check
    with Warehouse(workspace.warehouse, rekeying=True) as warehouse:
        report = json.loads(warehouse.report)
    for delivery in report.get("deliveries", ()):
        delivery["key"] = new
    now = json.dumps(report, indent=2, sort_keys=True) + "\n"
    change_warehouse(workspace, lambda connection: _rename(connection, rekeying), rekeying=True, report=now)


def end(workspace: Workspace, keep_old: Path | None) -> None:
    """The new key in place of the old, which is destroyed, or moved to a folder outside the workspace."""
    path, new = key_path(workspace), new_key_path(workspace)
    if new.exists():
        if keep_old is not None:
            old = read_key_file(path, "a pseudonym key")
            write_key_file(keep_old / f"pseudonym-{Pseudonymiser(old).key_check}.key", old)
        new.replace(path)
    workspace.rekeying.unlink(missing_ok=True)


def _new_key(workspace: Workspace) -> bytes:
    """The new key, also where a change was stopped once it had taken the old one's place."""
    new = new_key_path(workspace)
    return read_key_file(new, "a pseudonym key") if new.exists() else read_pseudonym_key(workspace)


def _persons(workspace: Workspace, places: Iterable[Path], new: Pseudonymiser) -> dict[int, int]:
    """Everybody's new number: of their identity where it is known, otherwise of their old number."""
    kept = read_sealed(workspace.identities, read_key(workspace))
    identity = dict(zip(*(kept["person"][name].to_pylist() for name in ("person", "identity")), strict=True))
    found = {*identity, *kept["number"]["person"].to_pylist()}
    with Warehouse(workspace.warehouse) as warehouse:
        for table, columns in COLUMNS.items():
            for column in columns:
                found |= set(warehouse.sql(f"SELECT DISTINCT {column} AS who FROM {table}")["who"].to_pylist())
    for path in (path for path in places if path.suffix == ".parquet"):
        names = [name for name in pq.read_schema(path).names if name in WHO]
        for column in pq.read_table(path, columns=names).columns:
            found |= set(np.unique(column.to_numpy()).tolist())
    return {person: new.person(identity.get(person, f"{FORMER}{SEPARATOR}{person}")) for person in sorted(found)}


def _records(workspace: Workspace, delivery: Path | None, old: Pseudonymiser, new: Pseudonymiser) -> dict[str, str]:
    """Every record's new number: of the partner's number where the delivery is at hand, otherwise of its old one."""
    with Warehouse(workspace.warehouse) as warehouse:
        tables = [warehouse.sql(f"SELECT DISTINCT record FROM {table}") for table in RECORD_TABLES]
    stored = {record for table in tables for record in table["record"].to_pylist()}
    named = {old.record(*name.split(SEPARATOR, 1)): name for name in _names_of_records(workspace, delivery)}
    names = {record: named.get(record, f"{FORMER}{SEPARATOR}{record}") for record in sorted(stored)}
    return {record: new.record(*name.split(SEPARATOR, 1)) for record, name in names.items()}


def _names_of_records(workspace: Workspace, delivery: Path | None) -> set[str]:
    """Partners' record numbers in a delivery (with the extract whose they are), by the queries that make events."""
    if delivery is None or not delivery.exists():
        return set()
    found: set[str] = set()
    with turned_to_csv(workspace.data) as scratch, scratch_store(workspace.data) as connection:
        extracts = [checking.open_extract(feed, delivery, scratch) for feed in FEEDS]
        readable = [extract for extract in extracts if extract.readable]
        for extract in readable:
            checking.check_rows(connection, extract)
        loading.show_feeds(connection, [extract.feed for extract in readable])
        connection.execute(PLAIN_RECORDS)
        there = {extract.feed.name for extract in readable}
        for query in (q for feed in FEEDS if feed.name in there for q in (feed.events, feed.area_events) if q):
            found |= {
                name for (name,) in connection.execute(f"SELECT DISTINCT record FROM ({query})").fetchall() if name
            }
    return found


def _rename(connection: Connection, rekeying: Rekeying) -> None:
    connection.register("persons", _pairs(rekeying.persons, pa.int64()))
    connection.register("records", _pairs(rekeying.records, pa.string()))
    for table, columns in COLUMNS.items():
        for column in columns:
            _replace(connection, table, column, "persons")
    for table in RECORD_TABLES:
        _replace(connection, table, "record", "records")
    connection.unregister("persons")
    connection.unregister("records")


def _replace(connection: Connection, table: str, column: str, names: str) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE new_{table} AS SELECT t.* REPLACE (coalesce(n.new, t.{column}) AS "
                       f"{column}) FROM new_{table} t LEFT JOIN {names} n ON n.old = t.{column}")  # fmt: skip


def _pairs(names: Mapping[Any, Any], kind: pa.DataType) -> pa.Table:
    return pa.table({"old": pa.array(names.keys(), kind), "new": pa.array(names.values(), kind)})


def _as_tables(rekeying: Rekeying) -> dict[str, pa.Table]:
    return {"person": _pairs(rekeying.persons, pa.int64()), "record": _pairs(rekeying.records, pa.string()),
            "act": pa.Table.from_pylist([dict(rekeying.act)])}  # fmt: skip
