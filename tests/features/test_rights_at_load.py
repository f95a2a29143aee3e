"""What people asked for holds when the next delivery comes: the erased stay out, corrections stand, objections hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from features.identities import open_sealed
from features.intake import take_in
from features.linkage.decided import DECISION_SCHEMA
from features.pseudonyms import show
from features.rights.held import Held, apart_from, decisions_again, read_held, recogniser, write_held
from features.rights.subjects import Subjects, find_subject, subjects_of
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.features.delivery import deliver, with_rows

DAY = date(2023, 2, 1)


@pytest.fixture
def loaded(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    take_in(workspace, deliver(tmp_path / "first"))
    return workspace


def of_police(workspace: Workspace, number: str) -> Subjects:
    """Whoever has this police record."""
    kept = open_sealed(workspace)
    (person,) = {row["person"] for row in kept["number"].to_pylist()
                 if (row["numbering"], row["who"]) == ("police", number) and row["until"] is None}  # fmt: skip
    return find_subject(workspace, show(person))


def suppress(workspace: Workspace, subjects: Subjects) -> None:
    held = read_held(workspace)
    write_held(workspace, held.having("suppression", recogniser(workspace).entries(subjects, DAY)))


def everything(workspace: Workspace) -> str:
    """All that the identity store says, and the quarantine."""
    kept = "".join(str(table.to_pylist()) for table in open_sealed(workspace).values())
    return kept + "".join(path.read_text() for path in workspace.quarantine.rglob("*.csv"))


def test_somebody_erased_is_left_out_with_every_record_that_is_theirs_also_a_new_one(
    loaded: Workspace, tmp_path: Path
) -> None:
    him = of_police(loaded, "P3")
    suppress(loaded, him)
    again = deliver(tmp_path / "again", {
        **with_rows("police_nominal", "P9 | Bowen | Raynott | 2009-01-01 | M | B1 | 2 Low Row | 2022-12-01 10:00 | P3"),
        **with_rows("stop_search", "S9 | P9 | 2022-12-02 23:10 | drugs | NFA | N"),
    })  # fmt: skip
    take_in(loaded, again, received_on=date(2023, 3, 1))
    assert "Raynott" not in everything(loaded)
    assert "P9" not in everything(loaded)
    with Warehouse(loaded.warehouse) as warehouse:
        people = set(warehouse.sql("SELECT person FROM person")["person"].to_pylist())
        events = set(warehouse.sql("SELECT person FROM event")["person"].to_pylist())
    assert people
    assert events
    assert not him.persons & (people | events)
    held, recognise = read_held(loaded), recogniser(loaded)
    assert recognise.are_suppressed(held, [("police", "P9")]), (
        "the new number is recognised without the link from now on"
    )
    alone = deliver(tmp_path / "alone", with_rows(
        "police_nominal", "P9 | Bo | Ray | 2009-01-01 | M | B1 | 9 High Row | 2022-12-01 10:00 |"))  # fmt: skip
    take_in(loaded, alone, received_on=date(2023, 4, 1))
    assert "P9" not in everything(loaded)


def test_a_bad_row_of_somebody_erased_is_not_set_aside_either(loaded: Workspace, tmp_path: Path) -> None:
    suppress(loaded, of_police(loaded, "P3"))
    bad = with_rows("police_nominal", " | Bowen | Raynott | 2009-01-01 | M | B1 | 2 Low Row | 2022-12-01 10:00 |",
                    *(f"Q{n} | Some | Body{n} | 2009-01-01 | M | B1 | {n} Mid Row | 2022-12-01 10:00 |"
                      for n in range(40)))  # fmt: skip
    take_in(loaded, deliver(tmp_path / "again", bad), received_on=date(2023, 3, 1))
    assert "Raynott" not in everything(loaded)
    assert "Body7" in everything(loaded)


def test_a_correction_counts_before_what_partners_say_and_theirs_stays_on_record(
    loaded: Workspace, tmp_path: Path
) -> None:
    him = of_police(loaded, "P3")
    stated = {"numbering": "police", "who": "P3", "field": "dob", "stated_on": DAY, "forename": "Bowen",
              "surname": "Raynott", "dob": date(2009, 10, 1), "sex": "M", "ethnicity": None}  # fmt: skip
    objects = {"numbering": "police", "who": "P3", "objected_on": DAY}
    write_held(loaded, Held().having("correction", [stated]).having("objection", [objects]))
    take_in(loaded, deliver(tmp_path / "again"), received_on=date(2023, 3, 1))
    (person,) = of_police(loaded, "P3").persons & him.persons
    with Warehouse(loaded.warehouse) as warehouse:
        born = warehouse.sql("SELECT birth_month FROM person WHERE person = ?", [person])["birth_month"].to_pylist()
        assert warehouse.objections() == [person]
    assert born == [date(2009, 10, 1)]
    names = open_sealed(loaded)["name"].to_pylist()
    births = {(row["feed"], row["dob"]) for row in names if row["person"] == person}
    assert {("correction", date(2009, 10, 1)), ("police_nominal", date(2009, 1, 1))} <= births


def test_that_two_were_found_to_be_different_outlives_the_erasure_of_one(tmp_path: Path, loaded: Workspace) -> None:
    recognise = recogniser(loaded)
    ends = {"left_numbering": "police", "left_who": "P3", "right_numbering": "school", "right_who": "U9"}
    said = {"same": False, "decided_by": "B C", "decided_on": DAY, "reason": "Bowen Raynott is her cousin"}
    decided = pa.Table.from_pylist([ends | said], DECISION_SCHEMA)
    him = subjects_of(open_sealed(loaded), of_police(loaded, "P3").persons)
    rows = apart_from(decided, him, recognise)
    assert "P3" not in str(rows)
    assert "Bowen" not in str(rows)
    held = Held().having("apart", rows)
    assert decisions_again(held, recognise, [("police", "P2")]).num_rows == 0
    (again,) = decisions_again(held, recognise, [("police", "P2"), ("police", "P3")]).to_pylist()
    kept = (again["left_who"], again["right_who"], again["same"], again["decided_on"])
    assert kept == ("P3", "U9", False, DAY)
