"""Partners' rows in files: the person's go, everybody else's stay byte for byte, whatever the file is."""

from __future__ import annotations

import csv
import gzip
import sqlite3
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from features.pseudonyms import show
from features.rights.kept_sheets import Sheets, rows_of, without_rows
from features.rights.place import At
from features.rights.subjects import Subjects
from features.workspace import Workspace
from tests.searching import Wanted, search

HER = Subjects(frozenset({7}), frozenset({("school", "A100000000001"), ("police", "N1")}),
               frozenset({("ann", "doe", "2010-02-03")}), frozenset({("school", "A999999999999")}))  # fmt: skip
HEADER = "upn,forename,surname,dob,census_dt\r\n"
HERS = "A100000000001,Ann,Doe,2010-02-03,2024-01-18\r\n"
MISSPELT = "A10000000000X,ANN ,Doe,2010-02-03,2024-01-18\r\n"
NAMESAKE = "A999999999999,Ann,Doe,2010-02-03,2024-01-18\r\n"
ODD = '"A200000000002","Zoë ""Z""","O\'Hara\nSmith",2011-01-01,2024-01-18\r\n'


def test_her_rows_go_by_number_or_by_name_and_a_namesakes_stay(tmp_path: Path) -> None:
    path = tmp_path / "school_pupil.csv"
    path.write_bytes((HEADER + ODD + HERS + NAMESAKE + MISSPELT).encode())
    assert without_rows(path, HER.owns) == 2
    assert path.read_bytes() == (HEADER + ODD + NAMESAKE).encode()
    assert without_rows(path, HER.owns) == 0


def test_bytes_that_are_not_text_and_lines_that_are_too_long_or_short_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "school_pupil.csv"
    damaged = b"A3,\xff\xfe\n" + b"A4,too,many,cells,here,and,here\n" + b"\n" + b"A5"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + damaged[:5] + b"\n" + HERS.encode() + damaged)
    assert without_rows(path, HER.owns) == 1
    assert path.read_bytes() == b"\xef\xbb\xbf" + HEADER.encode() + damaged[:5] + b"\n" + damaged


def test_an_unclosed_quote_hides_nobody_in_what_it_swallows(tmp_path: Path) -> None:
    path = tmp_path / "school_pupil.csv"
    swallowing = 'A3,"Al,Doe,2010-01-01,2024-01-18\r\n'
    others = "".join(f"A4{n:011d},Bo,Day,2010-01-01,2024-01-18\r\n" for n in range(60))
    path.write_bytes((HEADER + swallowing + others + HERS + others).encode())
    assert without_rows(path, HER.owns) == 1
    assert path.read_bytes() == (HEADER + swallowing + others + others).encode()


CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0"), max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["A100000000001", "A2", ""]), CELLS, CELLS), max_size=6))
def test_what_stays_reads_as_before_and_what_goes_is_hers(rows: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "school_pupil.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("upn", "forename", "surname"), *rows])
        before = list(rows_of(path))
        gone = without_rows(path, HER.owns)
        assert list(rows_of(path)) == [row for row in before if row["upn"] != "A100000000001"]
        assert gone == sum(row[0] == "A100000000001" for row in rows)


def test_parquet_and_excel_lose_her_rows_too(tmp_path: Path) -> None:
    table = pa.table({"nominal_id": ["N1", "N2"], "dob": [date(2010, 2, 3), date(2011, 1, 1)]})
    months = tmp_path / "extracts" / "2026-01"
    months.mkdir(parents=True)
    pq.write_table(table, months / "police_nominal.parquet")
    book = Workbook()
    for row in (["upn", "forename", "surname", "dob"], ["A100000000001", "Ann", "Doe", date(2010, 2, 3)],
                ["A200000000002", "Bo", "Day", date(2010, 2, 3)]):  # fmt: skip
        book.active.append(row)
    book.save(months / "school_pupil.xlsx")
    at, files = At(Workspace(tmp_path), date(2026, 2, 1)), sorted(months.iterdir())
    assert Sheets().find(at, files, HER) == 2
    assert Sheets().erase(at, files, HER) == 2
    assert Sheets().find(at, files, HER) == 0
    assert pq.read_table(months / "police_nominal.parquet")["nominal_id"].to_pylist() == ["N2"]
    left = list(load_workbook(months / "school_pupil.xlsx").active.iter_rows(values_only=True))
    assert [row[0] for row in left] == ["upn", "A200000000002"]


WANTED = Wanted(frozenset({123456789}), frozenset({"A100000000001"}), frozenset({("Ann", "Doe", "2010-02-03")}))
SAID = show(123456789)


def _gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(b"a line\n" + SAID.encode()))


def _zip_in_zip(path: Path) -> None:
    inner = path.with_name("inner.zip")
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.csv", "Doe,x,2010-02-03,Ann\n" * 9)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(inner, "inner.zip")
    inner.unlink()


def _excel(path: Path) -> None:
    book = Workbook()
    book.active.append(["A100000000001"])
    book.save(path)


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({"person": [123456789] * 1000}), path, compression="zstd")


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as store:
        store.execute("CREATE TABLE t AS SELECT 123456788 + i AS person FROM range(3000) r(i)")


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE runs (said TEXT)")
        store.execute("INSERT INTO runs VALUES ('born 2010-02-03: Ann Doe')")


@pytest.mark.parametrize("hide", [_gzip, _zip_in_zip, _excel, _parquet, _duckdb, _sqlite])
def test_the_search_that_proves_an_erasure_sees_into_every_kind_of_file(tmp_path: Path, hide) -> None:
    hide(tmp_path / "hidden")
    assert search(tmp_path, WANTED)
    assert search(tmp_path, Wanted(frozenset({987654321}), frozenset({"B100000000001"}), frozenset())) == []
