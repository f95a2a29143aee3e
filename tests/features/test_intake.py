"""A delivery is loaded whole or refused whole; bad rows are set aside; nobody's data is ever in a message."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from features import intake, loading, people
from features.errors import BadConfiguration, BadInput, NotPermitted, Refusal
from features.identities import open_sealed
from features.intake import take_in
from features.report import IntakeReport
from features.store import connect
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.features.delivery import DRAWN, as_csv, deliver, many_searches, rows_of, with_rows

SECRET = "Zebedee-Quartermain"
"""A name that stands in bad rows: it may appear in the quarantine, and nowhere else."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def _load(workspace: Workspace, changes: dict[str, str] | None = None) -> IntakeReport:
    return take_in(workspace, deliver(workspace.extracts, changes), key_seed=1)


def _events(workspace: Workspace) -> pa.Table:
    with Warehouse(workspace.warehouse) as warehouse:
        return warehouse.events()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_delivery_becomes_a_warehouse_and_a_report_in_numbers_only(workspace: Workspace) -> None:
    report = _load(workspace)
    roles = next(feed for feed in report.feeds if feed.name == "occ_role")
    assert (roles.rows_read, roles.rows_loaded, roles.rows_quarantined, roles.events) == (3, 3, 0, 6)
    assert report.people == 3
    assert report.events == _events(workspace).num_rows
    assert IntakeReport.from_json((workspace.data / "intake.json").read_text()) == report
    drawn = {cell for row in rows_of(DRAWN["police_nominal"]) for cell in row.values() if len(cell) > 1}
    assert not [cell for cell in drawn if f'"{cell}"' in report.to_json()]


def test_the_same_delivery_again_is_already_loaded_and_changes_no_byte(workspace: Workspace) -> None:
    first = _load(workspace)
    before = _files(workspace.data)
    again = _load(workspace)
    assert again.already_loaded
    assert not first.already_loaded
    assert again.to_json().replace("true", "false") == first.to_json()
    assert _files(workspace.data) == before


def test_rows_in_another_order_load_to_the_same_content(workspace: Workspace, tmp_path: Path) -> None:
    first = _load(workspace)
    turned = {
        name: "\n".join([drawn.strip().splitlines()[0], *reversed(drawn.strip().splitlines()[1:])])
        for name, drawn in DRAWN.items()
    }
    other = Workspace(tmp_path / "other")
    second = _load(other, turned)
    assert not second.already_loaded
    assert second == first
    assert _events(other).equals(_events(workspace))


def test_every_fault_of_every_file_is_named_together_and_the_warehouse_stays(workspace: Workspace) -> None:
    _load(workspace)
    before = _files(workspace.data)
    delivery = workspace.extracts
    (delivery / "asb.csv").unlink()
    (delivery / "cla.csv").write_text("")
    (delivery / "cin.csv").write_text(as_csv("cin", DRAWN["cin"]).splitlines()[0] + "\n")
    (delivery / "missing.csv").write_bytes(as_csv("missing", DRAWN["missing"]).encode().replace(b"M1", b"M\xff"))
    (delivery / "custody.csv").write_text(as_csv("custody", DRAWN["custody"]).replace("release_dt,", ""))
    (delivery / "yj_case.csv").write_text(as_csv("yj_case", DRAWN["yj_case"]) + "Y2,YP2\n")
    (delivery / "occurrence.csv").write_text(as_csv("occurrence", DRAWN["occurrence"]) + 'O3,"theft\n')
    (delivery / "stop_search.csv").write_text(
        as_csv("stop_search", DRAWN["stop_search"].replace("drugs", SECRET).replace("23:10", "25:10"))
    )
    with pytest.raises(BadInput) as refused:
        take_in(workspace, delivery)
    said = str(refused.value)
    for part in (
        "asb.csv: the file is not in the delivery",
        "cla.csv: the file is empty",
        "cin.csv: no rows under the header",
        "missing.csv: not UTF-8",
        'custody.csv: no column "release_dt"',
        "yj_case.csv: 1 line(s) do not have one cell a column (line 3)",
        "occurrence.csv: 1 line(s) do not have one cell a column (line 4)",
        "stop_search.csv: 1 of 1 rows break its contract, more than 5%: object is not in its code list (1), "
        "search_dt is not a date and time (YYYY-MM-DD HH:MM) (1)",
    ):
        assert part in said
    assert SECRET not in said
    after = _files(workspace.data)
    assert SECRET in after.pop("quarantine/refused/stop_search.csv").decode()
    assert after == before


def test_a_delivery_that_is_not_there_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match=r"area\.csv: the file is not in the delivery"):
        take_in(workspace, workspace.root / "nowhere", received_on=date(2023, 1, 5))
    assert not workspace.warehouse.exists()


def test_a_column_no_agreement_lists_is_refused_with_the_line_to_change(workspace: Workspace) -> None:
    delivery = deliver(workspace.extracts)
    lines = (delivery / "custody.csv").read_text().splitlines()
    (delivery / "custody.csv").write_text(
        "\n".join([lines[0] + ",religion", *(line + f",{SECRET}" for line in lines[1:])])
    )
    (delivery / "asb.csv").unlink()
    with pytest.raises(NotPermitted) as refused:
        take_in(workspace, delivery)
    said = str(refused.value)
    assert 'custody.csv, column "religion": not in agreement VRU-ISA-POLICE' in said
    number = int(said.split("features/agreements/police.toml, line ")[1].split()[0])
    assert "custody = [" in Path("features/agreements/police.toml").read_text().splitlines()[number - 1]
    assert "features/feeds/custody.py" in said
    assert "asb.csv: the file is not in the delivery" in said
    assert SECRET not in said
    assert not workspace.data.exists()


def test_a_damaged_or_missing_header_never_puts_data_in_a_message(workspace: Workspace) -> None:
    delivery = deliver(workspace.extracts)
    header, *rows = as_csv("police_nominal", DRAWN["police_nominal"]).replace("Annika", SECRET).splitlines()
    (delivery / "police_nominal.csv").write_text("\n".join([header + rows[0], *rows]))
    (delivery / "school_pupil.csv").write_text("\n".join([f"U1,{SECRET}", *rows]))
    (delivery / "asb.csv").write_text("asb,asb,incident_id,incident_id\n")
    with pytest.raises(NotPermitted) as refused:
        take_in(workspace, delivery)
    said = str(refused.value)
    assert "police_nominal.csv, column 14: not in agreement" in said
    assert "school_pupil.csv: its first line is not a header" in said
    assert 'asb.csv: column "incident_id" is there more than once' in said
    assert SECRET not in said


def test_a_file_no_agreement_covers_is_refused(workspace: Workspace) -> None:
    deliver(workspace.extracts)
    (workspace.extracts / "dentist.csv").write_text("tenancy\n1\n")
    with pytest.raises(NotPermitted, match=r"dentist\.csv: no feed reads it"):
        take_in(workspace, workspace.extracts)


def test_a_column_sent_but_not_needed_is_dropped_at_the_door(workspace: Workspace) -> None:
    _load(workspace)
    assert "1 Low Row" not in _texts(workspace.warehouse) | _sealed_texts(workspace)


def test_no_name_or_partners_number_reaches_the_warehouse(workspace: Workspace) -> None:
    _load(workspace)
    kept_apart = {"Annika", "Leewood", "P1", "YP1", "U1", "K1", "O1", "C1", "2008-03-04"}
    assert not kept_apart & _texts(workspace.warehouse)
    assert {"Annika", "Leewood", "P1", "YP1", "U1", "K1"} <= _sealed_texts(workspace)
    assert not any(name.encode() in workspace.identities.read_bytes() for name in ("Annika", "Leewood"))
    assert stat.S_IMODE(workspace.identities.stat().st_mode) == 0o600


LEFT_IN_PLACE = ["identities.sealed", "intake.json", "links_to_review.csv", "quarantine", "warehouse.duckdb"]


def _sealed_texts(workspace: Workspace) -> set[str]:
    """Every cell of every table of the identity store, as text."""
    return {
        str(cell) for table in open_sealed(workspace).values() for row in table.to_pylist() for cell in row.values()
    }


def _texts(path: Path) -> set[str]:
    """Every cell of every table, as text."""
    store = connect(path, read_only=True)
    tables = [name for (name,) in store.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    found = {str(cell) for table in tables for row in store.execute(f"FROM {table}").fetchall() for cell in row}
    store.close()
    return found


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("S2 | P3 | 2022-02-30 10:00 | drugs | NFA | N", "search_dt is not a date and time (YYYY-MM-DD HH:MM)"),
        ("S2 | P3 | 12/02/2022 10:00 | drugs | NFA | N", "search_dt is not a date and time (YYYY-MM-DD HH:MM)"),
        ("S2 | P3 | infinity | drugs | NFA | N", "search_dt is not a date and time (YYYY-MM-DD HH:MM)"),
        ("S2 | P3 | | drugs | NFA | N", "search_dt is missing"),
        ("   | P3 | 2022-02-20 10:00 | drugs | NFA | N", "search_id is missing"),
        (f"S2 | P3 | 2022-02-20 10:00 | {SECRET} | NFA | N", "object is not in its code list"),
        (f"S2 | {SECRET} | 2022-02-20 10:00 | drugs | NFA | N", "nominal_id is not in police_nominal"),
        ("S1 | P3 | 2022-01-01 23:10 | drugs | NFA | N", "the same row again"),
        ("=1+1 | P3 | 2022-01-01 23:10 | drugs | NFA | N", "search_id is a formula"),
    ],
)
def test_a_row_that_breaks_the_contract_is_set_aside_with_its_reason(
    workspace: Workspace, row: str, reason: str
) -> None:
    report = _load(workspace, with_rows("stop_search", *many_searches(), row))
    searches = next(feed for feed in report.feeds if feed.name == "stop_search")
    assert searches.quarantined == {reason: 1}
    assert (searches.rows_loaded, searches.rows_quarantined, searches.events) == (41, 1, 41)
    aside = workspace.quarantine / "stop_search.csv"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    header, line = aside.read_text().splitlines()
    assert header == "search_id,nominal_id,search_dt,object,outcome,outcome_linked,reason"
    sent = ",".join(cell.strip() for cell in row.split("|"))
    assert line.startswith((f"'{sent}" if sent.startswith("=") else sent)[:10])
    assert line.endswith(reason)
    assert SECRET not in report.to_json()


def test_rows_that_share_a_key_but_differ_are_all_set_aside(workspace: Workspace) -> None:
    twice = ("S9 | P3 | 2022-02-20 10:00 | drugs | NFA | N", "S9 | P3 | 2022-02-20 10:00 | weapons | NFA | N")
    report = _load(workspace, with_rows("stop_search", *many_searches(), *twice))
    searches = next(feed for feed in report.feeds if feed.name == "stop_search")
    assert searches.quarantined == {"its key (search_id) is on other rows that differ": 2}


def test_a_row_about_a_record_that_was_set_aside_is_set_aside_with_it(workspace: Workspace) -> None:
    people = [f"P{n} | Some | Child{n} | 2009-01-01 | M | | | 2021-02-05 10:00 |" for n in range(100, 140)]
    unreadable = "P9 | Other | Child | 30 Feb 2009 | M | | | 2021-02-05 10:00 |"
    searches = with_rows("stop_search", *many_searches(), "S9 | P9 | 2022-02-20 10:00 | drugs | NFA | N")
    report = _load(workspace, {**with_rows("police_nominal", *people, unreadable), **searches})
    reasons = {feed.name: feed.quarantined for feed in report.feeds if feed.quarantined}
    assert reasons == {
        "police_nominal": {"dob is not a date (YYYY-MM-DD)": 1},
        "stop_search": {"nominal_id is not in police_nominal": 1},
    }


def test_another_key_loads_again_under_other_pseudonyms(workspace: Workspace) -> None:
    first = _load(workspace)
    persons = set(_events(workspace)["person"].to_pylist())
    (workspace.keys / "pseudonym.key").write_text("ab" * 32)
    second = _load(workspace)
    assert not second.already_loaded
    assert second.fingerprint == first.fingerprint
    assert not persons & set(_events(workspace)["person"].to_pylist())


def test_dates_out_of_order_are_named(workspace: Workspace) -> None:
    late = "C2 | P1 | 2021-05-02 23:00 | 2021-05-02 23:30 | 2021-05-01 05:00 | rui"
    (held,) = _load(workspace, with_rows("custody", late)).held_back
    assert "release_dt is before arrival_dt (1)" in held.held_back


def test_a_number_out_of_range_or_with_a_fraction_is_named(workspace: Workspace) -> None:
    wrong = (
        "U2 | 2020-autumn | 2020-09-01 | 2020-12-18 | 140 | 10.5 | 4",
        "U2 | t | 2020-09-01 | 2020-12-18 | 0 | 1 | 4",
    )
    (held,) = _load(workspace, with_rows("attendance", *wrong)).held_back
    assert "sessions_authorised_absence is not a whole number in range (1)" in held.held_back
    assert "sessions_possible is not a whole number in range (1)" in held.held_back


def test_records_merged_into_one_another_in_a_circle_are_refused(workspace: Workspace) -> None:
    circle = (
        "P7 | A | B | 2009-01-01 | M | | | 2021-02-05 10:00 | P8",
        "P8 | A | B | 2009-01-01 | M | | | 2021-02-05 10:00 | P7",
    )
    with pytest.raises(BadInput, match='column "merged_into": 2 records lead round in a circle'):
        _load(workspace, with_rows("police_nominal", *circle))


@pytest.mark.parametrize("breaks_at", ["make_events", "describe_people", "content_digest"])
def test_a_load_that_dies_half_way_leaves_everything_as_it_was(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, breaks_at: str
) -> None:
    _load(workspace)
    before = _files(workspace.data)
    room = people if breaks_at == "describe_people" else loading
    monkeypatch.setattr(room, breaks_at, lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _load(workspace, with_rows("stop_search", "S2 | P3 | 2022-02-01 23:10 | drugs | NFA | N"))
    assert _files(workspace.data) == before


def test_a_load_that_dies_while_writing_leaves_the_old_warehouse(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _load(workspace)
    before = workspace.warehouse.read_bytes()
    monkeypatch.setattr(intake, "save_warehouse", lambda *given: 1 / 0)
    changes = with_rows("stop_search", "S2 | P3 | 2022-02-01 23:10 | drugs | NFA | N")
    with pytest.raises(ZeroDivisionError):
        _load(workspace, changes)
    assert workspace.warehouse.read_bytes() == before
    monkeypatch.undo()
    assert not _load(workspace, changes).already_loaded


def test_what_a_killed_load_left_behind_is_swept_by_the_next(workspace: Workspace) -> None:
    _load(workspace)
    killed = f"""
import os, pathlib
from features.store import scratch_store, save_tables
folder = pathlib.Path({str(workspace.data)!r})
with scratch_store(folder) as store:
    store.execute("CREATE TABLE names AS SELECT '{SECRET}' AS name")
    (folder / ".identities.sealed.abc.duckdb").write_text("{SECRET}")
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == 9
    assert (workspace.data / ".loading" / "store.duckdb").exists()
    _load(workspace, with_rows("stop_search", "S2 | P3 | 2022-02-01 23:10 | drugs | NFA | N"))
    assert sorted(os.listdir(workspace.data)) == LEFT_IN_PLACE


def test_what_a_load_left_that_was_killed_at_its_very_end_is_swept_too(workspace: Workspace) -> None:
    _load(workspace)
    for left in (".loading/store.duckdb", ".quarantine.abc/custody.csv", "quarantine/.refused.abc/custody.csv"):
        (workspace.data / left).parent.mkdir(parents=True)
        (workspace.data / left).write_text(SECRET)
    assert _load(workspace).already_loaded
    assert sorted(os.listdir(workspace.data)) == LEFT_IN_PLACE
    assert not [path for path in workspace.quarantine.rglob("*") if path.is_file()]


def test_two_loads_at_once_are_refused(workspace: Workspace) -> None:
    holder = f"""
import pathlib, sys
from features.store import scratch_store
with scratch_store(pathlib.Path({str(workspace.data)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Refusal, match="another load is running"):
            _load(workspace)
        other.communicate("")


def test_a_lost_key_is_never_replaced_behind_a_warehouse_made_with_it(workspace: Workspace) -> None:
    _load(workspace)
    (workspace.keys / "pseudonym.key").unlink()
    with pytest.raises(BadConfiguration, match="restore the key from its backup"):
        _load(workspace)


def test_progress_is_told_without_personal_data(workspace: Workspace) -> None:
    told: list[str] = []
    take_in(workspace, deliver(workspace.extracts), told.append, key_seed=1)
    assert told[0] == "checking area.csv"
    assert told[-1] == "writing the warehouse"


def test_the_report_is_readable_json(workspace: Workspace) -> None:
    report = _load(workspace, with_rows("stop_search", *many_searches(), "S2 | P3 | | drugs | NFA | N"))
    kept = json.loads(report.to_json())
    assert [feed["quarantined"] for feed in kept["feeds"] if feed["name"] == "stop_search"] == [
        {"search_dt is missing": 1}
    ]
    assert kept["links"]["people"] == 3
