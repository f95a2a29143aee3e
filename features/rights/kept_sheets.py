"""Partners' rows in files, as they were sent or set aside: CSV, Parquet and Excel. Other rows stay byte for byte."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.agreements import AGREEMENTS
from features.feeds import FEEDS
from features.rights.place import At, Keeping, Told
from features.rights.subjects import NUMBER_COLUMNS, Subjects
from features.workspace import whole_file

Row = dict[str, str]
Owns = Callable[[Row], bool]
KNOWN_BY = {*NUMBER_COLUMNS, "forename", "surname", "source_table"}
MOST_LINES = 20
"""A row over more lines than this has a quote that was never closed: each of its lines is read by itself."""
AS_SENT = {"encoding": "utf-8", "errors": "surrogateescape"}
"""Bytes that are not text come out as they went in."""
_UNDER = {feed.name: AGREEMENTS[feed.agreement] for feed in FEEDS}


class Sheets(Keeping):
    """Files of partners' rows. ``title`` heads them in what a person is shown; without one they are not shown."""

    def __init__(self, title: str = "") -> None:
        self._title = title

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Rows of theirs."""
        return sum(1 for path in files for row in rows_of(path) if subjects.owns(row))

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Write each file again without their rows."""
        return sum(without_rows(path, subjects.owns) for path in files)

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """Their rows, file by file, with the agreement each came in under."""
        found = []
        for path in files if self._title else ():
            rows = tuple(row for row in rows_of(path) if subjects.owns(row))
            under = _UNDER.get(path.stem)
            about = f"{under.controller}; agreement {under.reference}; {under.regime}." if under else ""
            if rows:
                found.append(Told(f"{self._title}: {path.stem.replace('_', ' ')}", about, rows))
        return found


class Doubtful(Keeping):
    """Pairs of records that wait for a person to decide: a pair goes with either of its people."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Pairs with them in it."""
        return sum(1 for path in files for row in rows_of(path) if _is_of(row, subjects))

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Take out the pairs."""
        return sum(without_rows(path, lambda row: _is_of(row, subjects)) for path in files)

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """How many pairs there are; who else is in them is not said."""
        count = self.find(at, files, subjects)
        about = f"{count} pair(s) of records wait for somebody to decide whether both are about you."
        return [Told("Doubtful links", about, ())] if count else []


def _is_of(row: Row, subjects: Subjects) -> bool:
    ends = {(row.get(f"{side}_numbering", ""), row.get(f"{side}_who", "")) for side in ("left", "right")}
    return bool(ends & subjects.numbers)


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a file as text, by column; none where no column could say whom they are about."""
    reader = {".csv": _csv_rows, ".parquet": _parquet_rows, ".xlsx": _excel_rows}.get(path.suffix)
    return (row for _, row in reader(path) if row) if reader else iter(())


def without_rows(path: Path, owns: Owns) -> int:
    """Write a file again without some rows, whole; how many they were. Untouched if there are none."""
    writer = {".csv": _csv_without, ".parquet": _parquet_without, ".xlsx": _excel_without}.get(path.suffix)
    if writer is None or not any(owns(row) for row in rows_of(path)):
        return 0
    mode = path.stat().st_mode
    with whole_file(path) as scratch:
        count = writer(path, scratch, owns)
        os.chmod(scratch, mode)
    return count


def _csv_rows(path: Path) -> Iterator[tuple[list[str], Row]]:
    """Each row with the lines of the file it stands on; the header comes first, as an empty row."""
    with path.open(newline="", **AS_SENT) as stream:  # type: ignore[call-overload]
        lines: list[str] = []
        reader = csv.reader(_remembering(stream, lines))
        header = [name.lstrip("\ufeff") for name in next(_lenient(reader), [])]
        yield list(lines), {}
        lines.clear()
        for cells in _lenient(reader):
            if len(lines) > MOST_LINES:
                yield from (([line], _one_line(header, line)) for line in lines)
            else:
                yield list(lines), dict(zip(header, cells, strict=False))
            lines.clear()


def _one_line(header: list[str], line: str) -> Row:
    return dict(zip(header, next(_lenient(csv.reader([line])), []), strict=False))


def _remembering(stream: Iterator[str], lines: list[str]) -> Iterator[str]:
    for line in stream:
        lines.append(line)
        yield line


def _lenient(reader: Any) -> Iterator[list[str]]:
    """Rows of a file that may be damaged: what the parser cannot take is passed over, and kept as it is."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield []


def _csv_without(path: Path, scratch: Path, owns: Owns) -> int:
    count = 0
    with scratch.open("w", newline="", **AS_SENT) as stream:  # type: ignore[call-overload]
        for lines, row in _csv_rows(path):
            if row and owns(row):
                count += 1
            else:
                stream.writelines(lines)
    return count


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    names = pq.read_schema(path).names
    if not KNOWN_BY & set(names):
        return
    for place, row in enumerate(pq.read_table(path).to_pylist()):
        yield place, {name: "" if value is None else f"{value}" for name, value in row.items()}


def _parquet_without(path: Path, scratch: Path, owns: Owns) -> int:
    table = pq.read_table(path)
    out = [owns(row) for _, row in _parquet_rows(path)]
    pq.write_table(table.filter(pa.array([not each for each in out])), scratch)
    return sum(out)


def _excel_rows(path: Path) -> Iterator[tuple[int, Row]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    book = load_workbook(path, read_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [f"{name}" for name in next(rows, ())]
        for place, cells in enumerate(rows, 2):
            texts = ("" if cell is None else f"{cell}".removesuffix(" 00:00:00") for cell in cells)
            yield place, dict(zip(header, texts, strict=False))
    finally:
        book.close()


def _excel_without(path: Path, scratch: Path, owns: Owns) -> int:
    from openpyxl import load_workbook

    book = load_workbook(path)
    out = [place for place, row in _excel_rows(path) if owns(row)]
    for place in reversed(out):
        book.worksheets[0].delete_rows(place)
    book.save(scratch)
    return len(out)
