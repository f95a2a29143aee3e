"""Checks a delivery against its feeds' contracts. Every fault is named; no cell's value ever is.

DuckDB reads and types a file; its contract (``features.contracts``) is checked a chunk of rows at a time, so memory
stays bounded; keys and references, which need the whole table, are checked in DuckDB again.
"""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from features.contracts import AS_SENT, broken_rows, schema_of
from features.errors import BadInput
from features.feeds.feed import Column, Feed, Type, column_said, sql_name, sql_text
from features.sources import as_csv
from features.store import Connection, StoreError

CHUNK = 1 << 20
ROWS_AT_ONCE = 250_000
LINES_NAMED = 5
LINES_COUNTED = 1000


@dataclass
class Extract:
    """One file of a delivery: its digest, its header, and what is wrong with it as a whole."""

    feed: Feed
    path: Path
    digest: str = ""
    header: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    left_out: bool = False
    """It need not be there, and is not."""

    @property
    def readable(self) -> bool:
        """Whether its rows can be looked at."""
        return not self.faults and not self.left_out


def open_extract(feed: Feed, delivery: Path, scratch: Callable[[], Path]) -> Extract:
    """A feed's file in a delivery: there, not empty, UTF-8, with the columns the feed reads."""
    try:
        extract = Extract(feed, as_csv(feed, delivery, scratch))
    except BadInput as refusal:
        return Extract(feed, delivery / feed.file_name, faults=[f"{refusal}"])
    if feed.optional and not extract.path.exists():
        extract.left_out = True
        return extract
    if not extract.path.is_file():
        extract.faults.append(f"{feed.file_name}: the file is not in the delivery")
        return extract
    try:
        _digest_and_decode(extract)
        if extract.readable:
            _read_header(extract)
    except (OSError, csv.Error) as error:
        extract.faults.append(f"{feed.file_name}: cannot be read ({type(error).__name__}); send it again")
    return extract


def _digest_and_decode(extract: Extract) -> None:
    """One pass over the bytes: their digest, and whether they are UTF-8."""
    summed = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    try:
        with extract.path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                summed.update(chunk)
                decoder.decode(chunk)
                position += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        extract.faults.append(f"{extract.feed.file_name}: not UTF-8 (near byte {position}); export it as UTF-8")
    extract.digest = summed.hexdigest()
    if extract.readable and not position:
        extract.faults.append(f"{extract.feed.file_name}: the file is empty")


def _read_header(extract: Extract) -> None:
    name, read = extract.feed.file_name, [column.name for column in extract.feed.columns]
    with extract.path.open(encoding="utf-8-sig", newline="") as stream:
        header = tuple(next(csv.reader([stream.readline(CHUNK)]), []))
    if not set(read) & set(header):
        extract.faults.append(f"{name}: its first line is not a header: no column of this feed is in it")
        return
    extract.header = header
    extract.faults += [
        f'{name}: no column "{column}"; {len(header)} columns were sent' for column in read if column not in header
    ]
    for place, column in enumerate(header):
        if column in header[:place]:
            extract.faults.append(f"{name}: {column_said(header, place)} is there more than once")


def check_rows(connection: Connection, extract: Extract) -> None:
    """Read and type the rows into ``checked_<feed>``: the feed's columns, what could not be read, ``reason``.

    The reason is '' for a good row. Lines that are not rows (too few or too many cells, an open quotation mark) and a
    file with no rows are faults.
    """
    feed = extract.feed
    quoted = ", ".join(f"{sql_text(name)}: 'VARCHAR'" for name in extract.header)
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    try:
        connection.execute(f"""
            CREATE OR REPLACE TABLE checked_{feed.name} AS
            WITH sent AS (
                SELECT {", ".join(f"nullif(trim({sql_name(c.name)}), '') AS {sql_name(c.name)}" for c in feed.columns)}
                FROM read_csv({sql_text(glob.escape(str(extract.path)))}, columns = {{{quoted}}}, header = true,
                              auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
                              rejects_limit = {LINES_COUNTED})
            )
            SELECT {", ".join(_typed(c) for c in feed.columns)}, '' AS reason FROM sent
        """)
    except StoreError as error:
        extract.faults.append(f"{feed.file_name}: cannot be read as CSV ({type(error).__name__}); export it again")
        return
    extract.faults.extend(_ragged(connection, feed))
    if extract.readable and not _one(connection, f"SELECT count(*) FROM checked_{feed.name}"):
        extract.faults.append(f"{feed.file_name}: no rows under the header")
    if extract.readable:
        _check_contract(connection, feed)


def _check_contract(connection: Connection, feed: Feed) -> None:
    """Mark the rows that break the feed's contract, a chunk at a time."""
    marked: dict[str, list[Any]] = {"row": [], "reason": []}
    names = ", ".join(sql_name(name) for name in schema_of(feed).columns)
    reading = connection.cursor()
    chunks = reading.sql(f"SELECT rowid AS row, {names} FROM checked_{feed.name}").to_arrow_reader(ROWS_AT_ONCE)
    for chunk in chunks:
        rows = pa.Table.from_batches([chunk])
        place = rows["row"].to_numpy()
        found = broken_rows(feed, rows.drop(["row"]).to_pandas(types_mapper=pd.ArrowDtype))
        for reason, failing in found.items():
            marked["row"].append(pa.array(place[failing]))
            marked["reason"].append(pa.repeat(reason, len(failing)))
    reading.close()
    if marked["row"]:
        _mark(connection, feed, pa.table({name: pa.chunked_array(parts) for name, parts in marked.items()}))


def _mark(connection: Connection, feed: Feed, marked: pa.Table) -> None:
    connection.register("marked", marked)
    connection.execute(f"""
        UPDATE checked_{feed.name} SET reason = m.reason
        FROM (SELECT row, string_agg(reason, '; ' ORDER BY reason) AS reason FROM marked GROUP BY row) AS m
        WHERE checked_{feed.name}.rowid = m.row
    """)
    connection.unregister("marked")


def _ragged(connection: Connection, feed: Feed) -> list[str]:
    lines = [row[0] for row in connection.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()]
    if not lines:
        return []
    named = ", ".join(str(line) for line in lines[:LINES_NAMED]) + (" ..." if len(lines) > LINES_NAMED else "")
    many = f"{len(lines)}{' or more' if len(lines) >= LINES_COUNTED else ''} line(s)"
    return [f"{feed.file_name}: {many} do not have one cell a column (line {named}); export it again"]


def check_keys(connection: Connection, feed: Feed) -> None:
    """Mark rows sent twice (one is kept) and rows that share a key but differ (none is)."""
    key = ", ".join(sql_name(name) for name in feed.key)
    table = f"checked_{feed.name}"
    good = f"FROM {table} WHERE reason = ''"
    if not _one(connection, f"SELECT (SELECT count(*) {good}) - (SELECT count(*) FROM (SELECT DISTINCT {key} {good}))"):
        return
    content = ", ".join(sql_name(column.name) for column in feed.columns)
    connection.execute(f"""
        WITH shared AS (
            SELECT rowid AS row, row_number() OVER (PARTITION BY {content}) AS copy,
                   count(*) OVER (PARTITION BY {key}) AS holders, count(*) OVER (PARTITION BY {content}) AS copies
            {good}
        )
        UPDATE {table} SET reason = CASE WHEN holders > copies THEN 'its key ({key.replace('"', "")}) is on other rows '
            'that differ' ELSE 'the same row again' END
        FROM shared WHERE {table}.rowid = shared.row AND holders > 1 AND (copy > 1 OR holders > copies)
    """)


def check_references(connection: Connection, feed: Feed, others: frozenset[str]) -> None:
    """Mark rows that point at a record which is not there (or was itself set aside). ``others`` were readable."""
    for reference in feed.references:
        if reference.feed not in others:
            continue
        still_good = "" if reference.feed == feed.name else "AND o.reason = ''"
        connection.execute(f"""
            UPDATE checked_{feed.name} AS c
            SET reason = concat_ws('; ', nullif(reason, ''), '{reference.column} is not in {reference.feed}')
            WHERE c.{sql_name(reference.column)} IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM checked_{reference.feed} AS o
                WHERE o.{sql_name(reference.target)} = c.{sql_name(reference.column)} {still_good})
        """)


def _typed(column: Column) -> str:
    """The column as its type and, where it is not text, what was sent where that could not be read."""
    name = sql_name(column.name)
    if column.type is Type.TEXT:
        return name
    if column.type is Type.WHOLE:
        number = f"TRY_CAST({name} AS INTEGER)"
        inside = f"NOT contains({name}, '.') AND {number} BETWEEN {column.least} AND {column.most}"
        read = f"CASE WHEN {inside} THEN {number} END"
    else:
        cast = f"TRY_CAST({name} AS {'DATE' if column.type is Type.DAY else 'TIMESTAMP'})"
        read = f"CASE WHEN year({cast}) BETWEEN 1900 AND 2100 THEN {cast} END"
    unread = f"CASE WHEN ({read}) IS NULL THEN {name} END"
    return f"{read} AS {name}, {unread} AS {sql_name(column.name + AS_SENT)}"


def _one(connection: Connection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
