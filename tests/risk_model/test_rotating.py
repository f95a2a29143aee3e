"""Pseudonyms under a new key: everything as it was under other numbers, also where the change was stopped anywhere."""

from __future__ import annotations

import json
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import access_log
from features.errors import BadInput, NotPermitted
from features.identities import open_sealed, seal
from features.linkage.decided import DECISION_SCHEMA
from features.pseudonyms import Pseudonymiser, key_path, read_key, read_shown, show, write_key_file
from features.rights.kept_warehouse import change_warehouse
from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.rights.acts import Asking
from risk_model.rights.rotating import rotate_pseudonyms
from tests.features.checker import Event, Relation
from tests.features.small_warehouse import make_warehouse
from tests.searching import Wanted, search

OLD = Pseudonymiser(b"o" * 32)
ASKED = Asking("A N Other", "yearly", date(2026, 2, 1))
BORN, START = date(2010, 5, 1), date(2020, 1, 1)
STEPS = 40
"""More than a change has: stopped there, it is not stopped at all."""


class Stopped(Exception):
    """As if the process had been killed."""


def quiet(line: str) -> None:
    """Nobody listens."""


def identity(child: int) -> str:
    return f"school:A{child:09d}"


def drawn_workspace(folder: Path, days: list[tuple[int, int]], ties: list[tuple[int, int]], objects: int) -> Workspace:
    """Six children with events on some days, some of them related, some objecting; an earlier score of each."""
    who = {child: OLD.person(identity(child)) for child in range(6)}
    events = [Event(who[child], "occurrence", "suspect", "theft", happened_on=START + timedelta(day),
                    available_on=START + timedelta(day + 7)) for child, day in days]  # fmt: skip
    related = [Relation(who[one], who[other], "co_suspect", happened_on=START, available_on=START)
               for one, other in ties if one != other]  # fmt: skip
    workspace = make_warehouse(folder, events, dict.fromkeys(who.values(), BORN), {}, related)
    write_key_file(key_path(workspace), b"o" * 32)
    numbers = [{"person": who[child], "numbering": "school", "who": identity(child)[7:]} for child in who]
    seal(workspace, {
        "person": pa.Table.from_pylist([{"person": who[child], "identity": identity(child)} for child in who]),
        "number": pa.Table.from_pylist(numbers), "decision": DECISION_SCHEMA.empty_table(),
        "name": pa.Table.from_pylist([{"person": who[0], "feed": "f", "forename": "A", "surname": "B", "dob": BORN}]),
    })  # fmt: skip
    add = "INSERT INTO new_objection SELECT unnest(?::BIGINT[])"
    objecting = [who[child] for child in range(objects)]
    change_warehouse(workspace, lambda connection: connection.execute(add, [objecting]))
    scores = workspace.experiment("drawn") / "predictions.parquet"
    scores.parent.mkdir(parents=True)
    pq.write_table(pa.table({"person": pa.array(who.values(), pa.int64()), "raw_score": list(map(float, who))}), scores)
    return workspace


def told(workspace: Workspace, key: Pseudonymiser) -> dict[str, Any]:
    """What is known of whom, by child instead of pseudonym."""
    child_of = {key.person(identity(child)): child for child in range(6)}
    with Warehouse(workspace.warehouse) as warehouse:
        events = warehouse.sql("SELECT person, happened_on, available_on, kind FROM event").to_pylist()
        ties = warehouse.sql("SELECT person, other FROM relation").to_pylist()
        people = warehouse.sql("SELECT person FROM person")["person"].to_pylist()
        objections, fingerprint = warehouse.objections(), len(warehouse.fingerprint)
    scores = pq.read_table(workspace.experiment("drawn") / "predictions.parquet").to_pylist()
    numbers = open_sealed(workspace)["number"].to_pylist()
    return {
        "events": sorted((child_of[row.pop("person")], *map(str, row.values())) for row in events),
        "ties": sorted((child_of[row["person"]], child_of[row["other"]]) for row in ties),
        "people": sorted(child_of[person] for person in people),
        "objections": sorted(child_of[person] for person in objections),
        "scores": sorted((child_of[row["person"]], row["raw_score"]) for row in scores),
        "numbers": sorted((child_of[row["person"]], row["who"]) for row in numbers),
        "fingerprint": fingerprint,
    }


def stopping_at(step: int) -> Any:
    """A listener that stops the change at a step."""
    left = [step]

    def say(line: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return say


@settings(max_examples=12, deadline=None)
@given(
    days=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 300)), max_size=8),
    ties=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=4),
    objects=st.integers(0, 3),
    stops=st.lists(st.integers(0, STEPS), max_size=2),
)
def test_everybody_has_another_number_and_all_else_is_as_it_was_wherever_the_change_was_stopped(
    days: list[tuple[int, int]], ties: list[tuple[int, int]], objects: int, stops: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = drawn_workspace(Path(folder), days, ties, objects)
        before = told(workspace, OLD)
        for step in [*stops, STEPS]:
            try:
                rotate_pseudonyms(workspace.root, ASKED, None, [], None, stopping_at(step))
                break
            except Stopped:
                assert key_path(workspace).read_text() == (b"o" * 32).hex(), "the old key stays until all is done"
                if workspace.rekeying.exists():
                    with pytest.raises(NotPermitted, match="finish it first"):
                        Warehouse(workspace.warehouse)
                    with pytest.raises(NotPermitted, match="finish it first"):
                        open_sealed(workspace)
                else:
                    assert told(workspace, OLD) == before, "nothing has begun"
        new = Pseudonymiser(read_key(workspace))
        assert new.key_check != OLD.key_check
        assert told(workspace, new) == before
        gone = frozenset(OLD.person(identity(child)) for child in range(6))
        assert search(workspace.root, Wanted(gone, frozenset(), frozenset())) == []
        assert sorted(path.name for path in workspace.keys.iterdir()) == [
            "access_log.key", "identity.key", "pseudonym.key"]  # fmt: skip
        log_key = bytes.fromhex((workspace.keys / "access_log.key").read_text())
        assert [each["act"] for each in access_log.read(workspace.access_log, log_key)] == ["rotate-pseudonyms"]


def test_the_old_key_is_kept_elsewhere_if_asked_and_never_in_the_workspace(tmp_path: Path) -> None:
    workspace = drawn_workspace(tmp_path / "workspace", [(0, 1)], [], 0)
    with pytest.raises(BadInput, match="may not be kept in the workspace"):
        rotate_pseudonyms(workspace.root, ASKED, None, [], workspace.root / "keys" / "old", quiet)
    made = rotate_pseudonyms(workspace.root, ASKED, None, [], tmp_path / "safe", quiet)
    (kept,) = (tmp_path / "safe").iterdir()
    assert kept.read_text() == (b"o" * 32).hex()
    assert kept.stat().st_mode & 0o077 == 0
    assert made.figures["old_key"] == "kept outside the workspace"
    assert json.loads(next(workspace.receipts.glob("*.json")).read_text()) == made.figures


def test_files_of_decisions_follow_and_a_file_that_is_not_there_stops_it_before_anything_changes(
    tmp_path: Path,
) -> None:
    workspace = drawn_workspace(tmp_path / "workspace", [(0, 1)], [], 0)
    with pytest.raises(BadInput, match="nothing was changed"):
        rotate_pseudonyms(workspace.root, ASKED, None, [tmp_path / "nowhere.csv"], None, quiet)
    assert not workspace.access_log.exists()
    decided = tmp_path / "decided.csv"
    person, stranger = show(OLD.person(identity(0))), show(77)
    decided.write_text(f"person,decided,decided_on\n{person},declined,2026-01-02\n{stranger},declined,2026-01-02\n")
    rotate_pseudonyms(workspace.root, ASKED, None, [decided], None, quiet)
    first, second = (line.split(",")[0] for line in decided.read_text().splitlines()[1:])
    assert read_shown(first) == Pseudonymiser(read_key(workspace)).person(identity(0))
    assert second == stranger
