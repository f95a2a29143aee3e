"""What partners send becomes one CSV file an extract, whatever it was: CSV, Parquet, Excel, months of it, or a query.

``<feed>.csv``, ``<feed>.parquet`` or ``<feed>.xlsx`` lie in the delivery, or in its folders of months (``2026-01/``),
which are put together in order. A query is named in the delivery's ``delivery.toml``::

    [database]
    url_in = "PARTNER_DATABASE_URL"          # the environment variable that holds the address; never the address itself
    queries.custody = "SELECT custody_id, ... FROM custody_export"

Nothing is judged here but whether it can be read: contracts see every cell as text.
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from features import street_crime
from features.deliveries import NOTE
from features.errors import BadInput
from features.feeds.feed import Feed, sql_text
from features.store import Connection, StoreError, connect

SUFFIXES = (".csv", ".parquet", ".xlsx")
MONTH = re.compile(r"\d{4}-\d{2}")
ROWS_A_FETCH = 20_000

Rows = Iterator[Sequence[Any]]


def files_of(feed: Feed, delivery: Path) -> list[Path]:
    """Every file of a feed in a delivery, those of its months in order."""
    months = sorted(path for path in delivery.glob("*") if path.is_dir() and MONTH.fullmatch(path.name))
    found = [folder / f"{feed.name}{suffix}" for folder in (delivery, *months) for suffix in SUFFIXES]
    published = street_crime.published_files(delivery) if feed.name == "street_crime" else []
    return [path for path in (*found, *published) if path.is_file()]


def everything_sent(delivery: Path) -> list[Path]:
    """Every data file of a delivery by its extract's name, also those no feed reads."""
    sent = (*delivery.glob("*"), *delivery.glob("????-??/*"))
    return sorted(path for path in sent if path.suffix in SUFFIXES and not street_crime.is_published(path))


def queries_of(delivery: Path) -> dict[str, str]:
    """The queries a delivery's note names, by feed.

    :raises BadInput: the note cannot be read, or its queries are not text.
    """
    path = delivery / NOTE
    if not path.exists():
        return {}
    try:
        queries = tomllib.loads(path.read_text(encoding="utf-8")).get("database", {}).get("queries", {})
    except (ValueError, AttributeError):
        raise BadInput(f"{NOTE}: not a delivery's note; see docs/own_data.md") from None
    if not isinstance(queries, dict) or not all(isinstance(query, str) for query in queries.values()):
        raise BadInput(f"{NOTE}: [database] queries are one SELECT a feed, as text")
    return dict(queries)


def as_csv(feed: Feed, delivery: Path, scratch: Callable[[], Path]) -> Path:
    """The one CSV file to check: the partner's own where there is just that, or one made in ``scratch()``.

    :raises BadInput: a file or query cannot be read, or a feed comes in two ways at once.
    """
    files, query = files_of(feed, delivery), queries_of(delivery).get(feed.name)
    plain = len(files) == 1 and files[0].stem == feed.name and files[0].suffix == ".csv"
    if not query and (not files or plain):
        return files[0] if files else delivery / feed.file_name
    published = [path for path in files if path.suffix == ".zip" or street_crime.is_published(path)]
    folders = [path.parent for path in files if path not in published] + [delivery] * bool(published)
    if len(set(folders)) < len(folders) or (query and files):
        raise BadInput(
            f"{feed.name}: it comes in two ways at once ({', '.join(_said(files, query))}); leave one of them"
        )
    target = scratch() / feed.file_name
    try:
        parts = [_query_rows(feed, delivery, query)] if query else [_rows_of(p) for p in files if p not in published]
        parts += [street_crime.monthly_counts(published)] if published else []
        _write(target, parts)
    except BadInput:
        raise
    except Exception as error:  # whatever a parser of broken files may raise is the file's fault
        raise BadInput(f"{feed.name}: {_said(files, query)[0]} cannot be read ({type(error).__name__})") from None
    return target


def _said(files: Sequence[Path], query: str | None) -> list[str]:
    return [f"{path.name}" for path in files] + (["a query"] if query else [])


def _write(target: Path, parts: Iterable[Rows]) -> None:
    """One CSV file; the columns of later parts are put in the order of the first part's header."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        os.chmod(target, 0o600)
        writer = csv.writer(stream, lineterminator="\n")
        first: list[str] = []
        for rows in parts:
            header = [_text(cell) for cell in next(rows, [])]
            if not first:
                first = header
                writer.writerow(first)
            if sorted(header) != sorted(first):
                raise BadInput(f"{target.stem}: its months do not have the same columns; send them alike")
            order = [header.index(name) for name in first]
            for row in rows:
                cells = [_text(cell) for cell in row]
                writer.writerow([cells[at] for at in order] if len(cells) == len(header) else cells)


def _text(cell: Any) -> str:
    """A cell as partners write it: ISO dates, whole numbers without a fraction, nothing where it is empty."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return f"{int(cell)}" if isinstance(cell, float) and cell.is_integer() else f"{cell}"


def _rows_of(path: Path) -> Rows:
    return {".csv": _csv_rows, ".parquet": _parquet_rows, ".xlsx": _excel_rows}[path.suffix](path)


def _csv_rows(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.reader(stream, strict=True)


def _parquet_rows(path: Path) -> Rows:
    store: Connection = connect(Path(":memory:"))
    try:
        reading = store.execute(f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({sql_text(str(path))})")
        names = [column[0] for column in reading.description or []]
        batches = iter(lambda: reading.fetchmany(ROWS_A_FETCH), [])
        yield from chain([names], chain.from_iterable(batches))
    except StoreError as error:
        raise BadInput(f"{path.name}: not a Parquet file that can be read ({type(error).__name__})") from None
    finally:
        store.close()


def _excel_rows(path: Path) -> Rows:
    """The first sheet's rows. Formulas are refused: what they show depends on who opens them."""
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    street_crime.refuse_bomb(path)
    book = load_workbook(path, read_only=True, data_only=False)
    try:
        for number, row in enumerate(book.worksheets[0].iter_rows(), 1):
            formula = next((place for place, cell in enumerate(row, 1) if cell.data_type == "f"), None)
            if formula:
                raise BadInput(f"{path.name}: row {number}, column {formula} is a formula; paste the sheet as values")
            cells = [cell.value for cell in row]
            if any(cell is not None for cell in cells):
                yield cells
    finally:
        book.close()


def _query_rows(feed: Feed, delivery: Path, query: str) -> Rows:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    named = tomllib.loads((delivery / NOTE).read_text(encoding="utf-8"))["database"].get("url_in", "")
    if not os.environ.get(named):
        raise BadInput(f"{NOTE}: [database] url_in names the environment variable with the database's address; set it")
    try:
        engine = create_engine(os.environ[named])
        reads = {"stream_results": True, "postgresql_readonly": True} if engine.name == "postgresql" else {}
        with engine.connect().execution_options(**reads) as connection:
            result = connection.execute(text(query))
            yield list(result.keys())
            for rows in result.partitions(ROWS_A_FETCH):
                yield from rows
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        said = f"{feed.name}: its query failed ({type(error).__name__}); try it in the partner's database"
        raise BadInput(said) from None
