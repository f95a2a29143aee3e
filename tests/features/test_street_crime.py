"""The public monthly street crime is read as it is, counted by area and month, and never about a child."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import BadInput, NotPermitted
from features.intake import take_in
from features.report import IntakeReport
from features.street_crime import monthly_counts, published_files
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.conftest import HOUSE
from tests.features.delivery import deliver

COLUMNS = ("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
           "LSOA name", "Crime type", "Last outcome category", "Context")  # fmt: skip
CRIMES = ("Anti-social behaviour", "Violence and sexual offences", "Theft from the person")
SECRET = "On or near Quartermain Terrace"


def _real(name: str) -> Path:
    """A file of the public data, beside the repository or beside the worktrees."""
    found = [folder / "shared" / "data" / name for folder in HOUSE.parents]
    return next((path for path in found if path.exists()), found[0])


ARCHIVE, AREAS = _real("northumbria_street_crime.zip"), _real("northumbria_areas.csv")


def _month(month: str, rows: list[tuple[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for lsoa, crime in rows:
        named = {"Crime ID": f"{len(rows)}" * 16, "Month": month, "Location": SECRET, "LSOA code": lsoa}
        writer.writerow(named | {"Crime type": crime, "Last outcome category": "Under investigation"})
    return out.getvalue()


def _published(delivery: Path, months: dict[str, str], archive: str = "") -> None:
    delivery.mkdir(parents=True, exist_ok=True)
    files = {f"{month}/{month}-northumbria-street.csv": text for month, text in months.items()}
    if archive:
        with zipfile.ZipFile(delivery / archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in files.items():
                packed.writestr(name, text)
        return
    for name, text in files.items():
        (delivery / name).parent.mkdir(exist_ok=True)
        (delivery / name).write_text(text, encoding="utf-8")


TWO_MONTHS = {
    "2021-04": _month("2021-04", [("E1", CRIMES[0]), ("E1", CRIMES[0]), ("E1", CRIMES[1]), ("E9", CRIMES[2])] * 5),
    "2021-05": _month("2021-05", [("E2", CRIMES[2]), ("", CRIMES[1])] + [("E1", kind) for kind in CRIMES] * 8
                      + [(f"E{n}", CRIMES[0]) for n in range(10, 40)]),
}  # fmt: skip


def _load(folder: Path, archive: str, months: dict[str, str] = TWO_MONTHS, on: date = date(2023, 1, 5)) -> IntakeReport:
    workspace = Workspace(folder)
    _published(deliver(workspace.extracts), months, archive)
    return take_in(workspace, workspace.extracts, key_seed=1, received_on=on)


def _counts(folder: Path) -> list[tuple[str, str, date, date, float]]:
    with Warehouse(Workspace(folder).warehouse) as warehouse:
        rows = warehouse.sql("""
            SELECT place, code, happened_on, available_on, value FROM area_event
            WHERE kind = 'street_crime' ORDER BY ALL
        """).to_pylist()
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


@pytest.mark.parametrize("archive", ["", "northumbria_street_crime.zip"])
def test_months_are_counted_by_area_and_only_once_published(tmp_path: Path, archive: str) -> None:
    report = _load(tmp_path, archive)
    april, may = (date(2021, 4, 1), date(2021, 7, 2)), (date(2021, 5, 1), date(2021, 8, 2))
    assert _counts(tmp_path) == [
        ("E1", "antisocial_behaviour", *april, 10.0), ("E1", "antisocial_behaviour", *may, 8.0),
        ("E1", "theft_from_the_person", *may, 8.0), ("E1", "violence_and_sexual_offences", *april, 5.0),
        ("E1", "violence_and_sexual_offences", *may, 8.0), ("E2", "theft_from_the_person", *may, 1.0),
    ]  # fmt: skip
    (feed,) = (feed for feed in report.feeds if feed.name == "street_crime")
    assert feed.quarantined == {"lsoa is missing": 1}
    assert feed.events == 0


def test_nothing_of_a_street_or_a_crime_number_is_kept_anywhere(tmp_path: Path) -> None:
    report = _load(tmp_path, "northumbria_street_crime.zip")
    workspace = Workspace(tmp_path)
    left = [path for path in workspace.data.rglob("*") if path.is_file()]
    assert left
    assert not [path for path in left if SECRET.encode() in path.read_bytes()]
    assert SECRET not in report.to_json()
    with Warehouse(workspace.warehouse) as warehouse:
        assert not warehouse.sql("SELECT 1 FROM event WHERE source = 'street_crime' OR kind = 'street_crime'").num_rows


def test_a_delivery_need_not_have_it_and_what_an_earlier_one_had_still_stands(tmp_path: Path) -> None:
    _load(tmp_path, "northumbria_street_crime.zip")
    before = _counts(tmp_path)
    workspace = Workspace(tmp_path)
    (workspace.extracts / "northumbria_street_crime.zip").unlink()
    report = take_in(workspace, workspace.extracts, key_seed=1, received_on=date(2023, 2, 5))
    assert "street_crime" not in {feed.name for feed in report.feeds}
    assert not report.held_back
    assert _counts(tmp_path) == before


@pytest.mark.parametrize(("months", "archive", "said"), [
    ({"2021-04": TWO_MONTHS["2021-04"].replace("LSOA code", "Area")}, "", 'no column "LSOA code"'),
    ({"2021-04": "x"}, "my_street_crime.zip", 'no column "Month"'),
    ({}, "my_street_crime.zip", "no month of street crime is in it"),
    ({"2021-04": "0" * 30_000_000}, "my_street_crime.zip", "it would unpack to"),
])  # fmt: skip
def test_another_layout_is_one_clear_fault(tmp_path: Path, months: dict[str, str], archive: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        _load(tmp_path, archive, months)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_month_that_comes_twice_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    _published(workspace.extracts, TWO_MONTHS)
    with pytest.raises(BadInput, match="it comes more than once"):
        _load(tmp_path, "northumbria_street_crime.zip")


def test_a_damaged_archive_and_a_stray_file_beside_the_months_are_refused(tmp_path: Path) -> None:
    _load(tmp_path, "northumbria_street_crime.zip")
    archive = Workspace(tmp_path).extracts / "northumbria_street_crime.zip"
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match=r"street_crime: northumbria_street_crime\.zip cannot be read"):
        take_in(Workspace(tmp_path), archive.parent, key_seed=1, received_on=date(2023, 1, 5))
    archive.write_bytes(whole)
    (archive.parent / "2021-06").mkdir()
    (archive.parent / "2021-06" / "2021-05-northumbria-street.csv").write_text(TWO_MONTHS["2021-05"])
    with pytest.raises(NotPermitted, match="no feed reads it"):
        take_in(Workspace(tmp_path), archive.parent, key_seed=1, received_on=date(2023, 1, 5))


some_crimes = st.lists(st.tuples(st.sampled_from(["E1", "E2", ""]), st.sampled_from(CRIMES)), max_size=12)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(["2021-04", "2021-05", "2021-06"]), some_crimes, min_size=1))
def test_every_crime_is_counted_once_however_it_is_packed(
    tmp_path_factory: pytest.TempPathFactory, drawn: dict[str, list[tuple[str, str]]]
) -> None:
    """Counted a second way: from the drawn crimes themselves."""
    months = {month: _month(month, rows) for month, rows in drawn.items()}
    wanted = Counter((f"{month}-01", *row) for month, rows in drawn.items() for row in rows)
    for archive in ("", "a_street_crime.zip"):
        delivery = tmp_path_factory.mktemp("months")
        _published(delivery, months, archive)
        _, *found = monthly_counts(published_files(delivery))
        assert sum(int(row[3]) for row in found) == wanted.total()
        assert sorted((row[0], row[1], int(row[3])) for row in found) == sorted(
            (month, lsoa, count) for (month, lsoa, _), count in wanted.items()
        )


@pytest.mark.skipif(not ARCHIVE.exists() or not AREAS.exists(), reason="the public street crime is not on this machine")
def test_the_real_download_loads_as_it_is(tmp_path: Path) -> None:
    """Checked against the archive, counted here again: 162,666 crimes of thirteen months."""
    workspace = Workspace(tmp_path)
    with AREAS.open(encoding="utf-8-sig", newline="") as stream:
        areas = [(a["lsoa_code"], a["local_authority"], a["local_authority_code"]) for a in csv.DictReader(stream)]
    rows = "\n".join(" | ".join((*area, "100")) for area in areas)
    drawn = "lsoa_code | local_authority | local_authority_code | population_10_17\n" + rows
    delivery = deliver(workspace.extracts, {"area": drawn + "\nE1 | N | E0 | 9\nE2 | G | E0 | 9"})
    os.symlink(ARCHIVE, delivery / ARCHIVE.name)
    report = take_in(workspace, delivery, key_seed=1)
    wanted: Counter[tuple[str, str]] = Counter()
    crimes = 0
    known = {area[0] for area in areas}
    with zipfile.ZipFile(ARCHIVE) as packed:
        for name in (name for name in packed.namelist() if name.endswith(".csv")):
            for row in csv.DictReader(io.TextIOWrapper(packed.open(name), "utf-8-sig")):
                crimes += 1
                wanted[row["LSOA code"], row["Month"]] += row["LSOA code"] in known
    found: Counter[tuple[str, str]] = Counter()
    for place, _, month, _, value in _counts(tmp_path):
        found[place, f"{month:%Y-%m}"] += int(value)
    assert found == +wanted
    assert crimes == 162_666
    (feed,) = (feed for feed in report.feeds if feed.name == "street_crime")
    assert set(feed.quarantined) == {"lsoa is missing"}
