"""Checks a delivery against its feeds' contracts, in DuckDB. Every fault is named; no cell's value ever is.

Why not a data-frame validator: three million rows of text are typed and checked here in seconds, in bounded memory.
"""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from features.feeds.feed import Column, Feed, Type, column_said, sql_name, sql_text
from features.store import Connection, StoreError
from features.windows import sql_in_order

CHUNK = 1 << 20
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

    @property
    def readable(self) -> bool:
        """Whether its rows can be looked at."""
        return not self.faults


def open_extract(feed: Feed, delivery: Path) -> Extract:
    """A feed's file in a delivery: there, not empty, UTF-8, with the columns the feed reads."""
    extract = Extract(feed, delivery / feed.file_name)
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
    """Read and type the rows into ``checked_<feed>``: the feed's columns, ``reason`` ('' if good), ``sent`` if bad.

    Lines that are not rows (too few or too many cells, an open quotation mark) and a file with no rows are faults.
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
            ), typed AS (
                SELECT {", ".join(f"{_typed(c)} AS {sql_name(c.name)}" for c in feed.columns)}, sent FROM sent
            )
            SELECT * REPLACE (CASE WHEN reason <> '' THEN sent END AS sent)
            FROM (SELECT *, concat_ws('; ', {", ".join(_reasons(feed))}) AS reason FROM typed)
        """)
    except StoreError as error:
        extract.faults.append(f"{feed.file_name}: cannot be read as CSV ({type(error).__name__}); export it again")
        return
    extract.faults.extend(_ragged(connection, feed))
    if extract.readable and not _one(connection, f"SELECT count(*) FROM checked_{feed.name}"):
        extract.faults.append(f"{feed.file_name}: no rows under the header")


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
    if not _one(connection, f"SELECT count(*) - count(DISTINCT ({key})) {good}"):
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
    name = sql_name(column.name)
    if column.type is Type.WHOLE:
        number = f"TRY_CAST({name} AS INTEGER)"
        inside = f"NOT contains({name}, '.') AND {number} BETWEEN {column.least} AND {column.most}"
        return f"CASE WHEN {inside} THEN {number} END"
    if column.type is Type.TEXT:
        return name
    read = f"TRY_CAST({name} AS {'DATE' if column.type is Type.DAY else 'TIMESTAMP'})"
    return f"CASE WHEN year({read}) BETWEEN 1900 AND 2100 THEN {read} END"


def _reasons(feed: Feed) -> list[str]:
    found = [reason for column in feed.columns for reason in _column_reasons(column)]
    for earlier, later in feed.in_order:
        said = f"{later} is before {earlier}"
        found.append(f"CASE WHEN NOT {sql_in_order(sql_name(earlier), sql_name(later))} THEN {sql_text(said)} END")
    return found


def _column_reasons(column: Column) -> list[str]:
    name, sent = sql_name(column.name), f"sent.{sql_name(column.name)}"
    found = []
    if column.required:
        found.append(f"CASE WHEN {sent} IS NULL THEN {sql_text(column.name + ' is missing')} END")
    if column.type is not Type.TEXT:
        said = f"{column.name} is not {column.type}"
        found.append(f"CASE WHEN {name} IS NULL AND {sent} IS NOT NULL THEN {sql_text(said)} END")
    if column.codes:
        listed = ", ".join(sql_text(code) for code in column.codes)
        said = f"{column.name} is not in its code list"
        found.append(f"CASE WHEN {name} NOT IN ({listed}) THEN {sql_text(said)} END")
    return found


def _one(connection: Connection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
