"""Whatever partners send - CSV, Parquet, Excel, folders of months, a database query - loads to the same warehouse."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from sqlalchemy import create_engine, text

from features.errors import BadInput, NotPermitted
from features.intake import take_in
from features.report import IntakeReport
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.features.delivery import RECEIVED_ON, deliver
from tests.postgres_here import postgres_server

NAME = "custody"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "work")
    deliver(made.extracts)
    return made


def _plain(tmp_path: Path) -> IntakeReport:
    other = Workspace(tmp_path / "plain")
    return take_in(other, deliver(other.extracts), key_seed=1)


def _cells(workspace: Workspace, name: str = NAME) -> list[list[str]]:
    with (workspace.extracts / f"{name}.csv").open(newline="") as stream:
        return list(csv.reader(stream))


def _as_excel(workspace: Workspace, change: str = "") -> None:
    book = Workbook()
    for row in _cells(workspace):
        book.active.append([change or cell if cell == "C1" else cell or None for cell in row])
    book.save(workspace.extracts / f"{NAME}.xlsx")
    (workspace.extracts / f"{NAME}.csv").unlink()


def _as_parquet(workspace: Workspace) -> None:
    header, *rows = _cells(workspace)
    columns = {name: [row[at] or None for row in rows] for at, name in enumerate(header)}
    pq.write_table(pa.table(columns), workspace.extracts / f"{NAME}.parquet")
    (workspace.extracts / f"{NAME}.csv").unlink()


def _as_months(workspace: Workspace) -> None:
    header, first, *rest = _cells(workspace, "school_pupil")
    turned = [list(reversed(row)) for row in (header, *rest)]
    for month, rows in (("2020-01", [header, first]), ("2020-02", turned)):
        (workspace.extracts / month).mkdir()
        with (workspace.extracts / month / "school_pupil.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    (workspace.extracts / "school_pupil.csv").unlink()


@pytest.mark.parametrize("turn", [_as_excel, _as_parquet, _as_months], ids=lambda f: f.__name__.removeprefix("_as_"))
def test_another_format_loads_to_the_same_content(workspace: Workspace, tmp_path: Path, turn) -> None:
    turn(workspace)
    report = take_in(workspace, workspace.extracts, key_seed=1)
    assert report == _plain(tmp_path)
    assert take_in(workspace, workspace.extracts, key_seed=1).already_loaded
    assert not list(workspace.data.glob(".turned*"))


def test_a_formula_in_a_workbook_is_refused_by_its_place_and_without_its_words(workspace: Workspace) -> None:
    _as_excel(workspace, "=HYPERLINK(1)")
    with pytest.raises(BadInput, match=r"custody\.xlsx: row 2, column 1 is a formula") as refused:
        take_in(workspace, workspace.extracts)
    assert "HYPERLINK" not in str(refused.value)


def test_a_workbook_that_would_unpack_to_far_more_than_it_is_is_refused(workspace: Workspace) -> None:
    with zipfile.ZipFile(workspace.extracts / f"{NAME}.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    (workspace.extracts / f"{NAME}.csv").unlink()
    with pytest.raises(BadInput, match=r"custody\.xlsx: it would unpack to 20,000,000 bytes"):
        take_in(workspace, workspace.extracts)


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_broken_file_of_another_format_is_one_clear_fault(workspace: Workspace, suffix: str) -> None:
    (workspace.extracts / f"{NAME}.csv").rename(workspace.extracts / f"{NAME}.{suffix}")
    with pytest.raises(BadInput, match=rf"custody\.{suffix}.*\w+"):
        take_in(workspace, workspace.extracts)
    assert not list(workspace.data.glob("*"))


def test_one_extract_in_two_ways_and_one_that_no_feed_reads_are_refused(workspace: Workspace) -> None:
    (workspace.extracts / f"{NAME}.xlsx").write_bytes(b"x")
    with pytest.raises(BadInput, match="it comes in two ways at once"):
        take_in(workspace, workspace.extracts)
    (workspace.extracts / "2020-01").mkdir()
    (workspace.extracts / "2020-01" / "council_tax.xlsx").write_bytes(b"x")
    with pytest.raises(NotPermitted, match=r"council_tax\.xlsx: no feed reads it"):
        take_in(workspace, workspace.extracts)


def _ask_database(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, url: str, query: str) -> None:
    monkeypatch.setenv("PARTNER", url)
    note = f'received_on = {RECEIVED_ON}\n[database]\nurl_in = "PARTNER"\nqueries.custody = "{query}"\n'
    (workspace.extracts / "delivery.toml").write_text(note)


def _fill(url: str, workspace: Workspace) -> None:
    header, *rows = _cells(workspace)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE export ({', '.join(f'{name} text' for name in header)})"))
        named = ", ".join(f":{name}" for name in header)
        for row in rows:
            connection.execute(text(f"INSERT INTO export VALUES ({named})"), dict(zip(header, row, strict=True)))
    engine.dispose()
    (workspace.extracts / f"{NAME}.csv").unlink()


def test_a_query_loads_to_the_same_content(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'partner.db'}"
    _fill(url, workspace)
    _ask_database(workspace, monkeypatch, url, "SELECT * FROM export")
    assert take_in(workspace, workspace.extracts, key_seed=1) == _plain(tmp_path)
    _ask_database(workspace, monkeypatch, url, "SELECT secret FROM nowhere")
    with pytest.raises(BadInput, match="custody: its query failed") as refused:
        take_in(workspace, workspace.extracts)
    assert "secret" not in str(refused.value)
    monkeypatch.delenv("PARTNER")
    with pytest.raises(BadInput, match="url_in names the environment variable"):
        take_in(workspace, workspace.extracts)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as these tests, on a socket only."""
    with postgres_server() as address:
        yield address


def test_a_real_postgresql_query_loads_to_the_same_content_and_cannot_write(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: str
) -> None:
    _fill(postgres, workspace)
    typed = ("SELECT custody_id, nominal_id, arrest_dt::timestamp AS arrest_dt, arrival_dt::timestamp AS arrival_dt, "
             "nullif(release_dt, '')::timestamp AS release_dt, offence, appropriate_adult, strip_search, release_type, "
             "disposal FROM export")  # fmt: skip
    _ask_database(workspace, monkeypatch, postgres, typed)
    report = take_in(workspace, workspace.extracts, key_seed=1)
    assert report == _plain(tmp_path)
    with Warehouse(workspace.warehouse) as warehouse:
        assert warehouse.sql("SELECT count(*) AS n FROM event WHERE kind = 'custody'")["n"].to_pylist() == [1]
    _ask_database(workspace, monkeypatch, postgres, "DELETE FROM export RETURNING *")
    with pytest.raises(BadInput, match="custody: its query failed"):
        take_in(workspace, workspace.extracts)
