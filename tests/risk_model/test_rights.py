"""A person's rights after a whole run: every file has a place that knows it, and what is erased is nowhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from features import access_log
from features.errors import BadInput
from features.feeds import FEEDS
from features.identities import open_sealed
from features.intake import take_in
from features.rights.held import read_held
from features.rights.place import Nobody, Place, unclaimed
from features.rights.subjects import NUMBER_COLUMNS, Subjects
from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.pipeline import Pipeline
from risk_model.rights import acts
from risk_model.rights.acts import Asking
from risk_model.rights.learned import UNKNOWN, versions_that_learned
from risk_model.rights.places import PLACES
from tests.conftest import HOUSE
from tests.pages import quoted, table
from tests.searching import search
from tests.soak.erasure_complete import LEAST_FILES, listed, wanted_of

PAGE = HOUSE / "experiments" / "first_time_entry.toml"
DAY = date(2026, 2, 1)
ASKED = Asking("A N Other", "asked for by letter", DAY)
LISTS = date(2026, 1, 1)


def quiet(line: str) -> None:
    """Nobody listens."""


def test_every_file_of_a_run_is_in_a_place_that_knows_whether_it_holds_people(small_run: Path, tmp_path: Path) -> None:
    assert unclaimed(Workspace(small_run), PLACES) == []
    new = tmp_path / "northumbria" / "notes_about_people.csv"
    new.parent.mkdir()
    new.write_text("a file nobody thought of")
    assert unclaimed(Workspace(tmp_path), PLACES) == ["northumbria/notes_about_people.csv"]


def test_every_number_of_a_person_in_an_extract_is_known_as_one() -> None:
    for feed in FEEDS:
        known = {NUMBER_COLUMNS[column.name] for column in feed.columns if column.name in NUMBER_COLUMNS}
        assert (feed.numbering is None) == (not known), feed.name
        assert feed.numbering is None or feed.numbering in known, feed.name


def test_whoever_is_erased_is_nowhere_and_does_not_come_back_with_the_next_delivery(workspace: Workspace) -> None:
    person = listed(workspace)[0]
    wanted, sent = wanted_of(workspace, person), shutil.copytree(workspace.extracts, workspace.root.parent / "sent")
    assert len({line.split(":")[0] for line in search(workspace.root, wanted)}) >= LEAST_FILES
    made = acts.erase(workspace.root, person, ASKED, quiet)
    documented = {key.split("[")[0] for row in table("docs/json.md", "person") for key in quoted(row[0])}
    assert documented == set(made.figures)
    told = json.dumps(made.figures) + made.text
    assert person not in told
    assert [each["learned_from_them"] for each in made.figures["versions"]] == [UNKNOWN]
    take_in(workspace, sent, key_seed=1, received_on=LISTS)
    assert search(workspace.root, wanted) == []
    assert acts.erase(workspace.root, person, ASKED, quiet).figures == {"act": "erase", "already": True}


def test_a_place_that_an_erasure_forgets_is_found_by_the_search(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = listed(workspace)[0]
    wanted = wanted_of(workspace, person)
    forgotten = ("deliveries", "lists", "warehouse", "kept fits")
    monkeypatch.setattr(acts, "PLACES", [_forgetful(each) if each.name in forgotten else each for each in PLACES])
    acts.erase(workspace.root, person, ASKED, quiet)
    left = {line.split("/")[0] for line in search(workspace.root, wanted)}
    assert left == {"extracts", "lists", "northumbria", "experiments"}


def _forgetful(place: Place) -> Place:
    return Place(place.name, place.holds, place.files, Nobody())


def test_a_receipt_says_which_published_versions_learned_from_somebody(small_run: Path) -> None:
    workspace = Workspace(small_run)
    tested = pq.read_table(workspace.experiment("first_time_entry") / "predictions.parquet", columns=["person"])
    learned, nobody = tested["person"][0].as_py(), 1
    (version,) = versions_that_learned(workspace, Subjects(frozenset({learned}), frozenset(), frozenset()))
    assert version.learned_from_them == "yes"
    assert versions_that_learned(workspace, Subjects(frozenset({nobody}), frozenset(), frozenset())) == ()


def test_an_act_that_was_stopped_half_way_is_finished_by_the_next_call(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = listed(workspace)[1]
    wanted = wanted_of(workspace, person)
    begun: list[str] = []

    def stop(line: str) -> None:
        begun.append(line)
        if "predictions" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acts.erase(workspace.root, person, ASKED, stop)
    assert read_held(workspace).pending is not None
    acts.erase(workspace.root, person, ASKED, quiet)
    assert search(workspace.root, wanted) == []
    assert read_held(workspace).pending is None
    key = bytes.fromhex((workspace.keys / "access_log.key").read_text())
    assert [entry["act"] for entry in access_log.read(workspace.access_log, key)] == ["erase"]
    assert len(list(workspace.receipts.glob("*.json"))) == 1


@pytest.mark.parametrize("act", [
    lambda root, who, asking: acts.erase(root, who, asking, quiet),
    lambda root, who, asking: acts.object_to(root, who, asking, False, quiet),
    lambda root, who, asking: acts.rectify(root, who, "forename", "Ann", asking, quiet),
])  # fmt: skip
def test_nobody_known_no_name_no_reason_or_a_reason_that_tells_who_is_refused_and_nothing_is_done(
    workspace: Workspace, act: Callable[[Path, str, Asking], object]
) -> None:
    person = listed(workspace)[0]
    (_, surname, _), *_ = sorted(wanted_of(workspace, person).names)
    stranger = "NB-0000-0000-00001"
    for who, asking, said in (
        (stranger, ASKED, "nobody in the identity store"),
        (person, Asking("", "a letter", DAY), "a named person and a reason"),
        (person, Asking("A N Other", " ", DAY), "a named person and a reason"),
        (person, Asking("A N Other", f"letter of the {surname} family", DAY), "says who it is about"),
    ):
        with pytest.raises(BadInput, match=said) as refusal:
            act(workspace.root, who, asking)
        assert who not in str(refusal.value)
        assert surname not in str(refusal.value)
    assert not workspace.rights.exists()
    assert not workspace.receipts.exists()


def test_whoever_objects_is_on_no_list_until_they_take_it_back(workspace: Workspace) -> None:
    person = listed(workspace)[0]
    number = next(iter(wanted_of(workspace, person).persons))
    acts.object_to(workspace.root, person, ASKED, False, quiet)
    assert person not in listed(workspace)
    pages = "".join(path.read_text() for path in workspace.lists(f"{LISTS}").glob("*.html"))
    assert person not in pages
    assert "This list was amended on 1 February 2026" in pages
    Pipeline.at(PAGE, workspace.root).score(LISTS)
    assert person not in listed(workspace)
    with Warehouse(workspace.warehouse) as warehouse:
        assert warehouse.objections() == [number]
    take_in(workspace, workspace.extracts, key_seed=1, received_on=LISTS)
    with Warehouse(workspace.warehouse) as warehouse:
        assert warehouse.objections() == [number]
    acts.object_to(workspace.root, person, ASKED, True, quiet)
    Pipeline.at(PAGE, workspace.root).score(LISTS)
    assert person in listed(workspace)


def test_a_corrected_date_of_birth_counts_from_now_on_and_marks_the_lists_it_overtakes(workspace: Workspace) -> None:
    person = listed(workspace)[0]
    number = next(iter(wanted_of(workspace, person).persons))
    acts.rectify(workspace.root, person, "dob", "2011-07-09", ASKED, quiet)
    for again in (False, True):
        if again:
            take_in(workspace, workspace.extracts, key_seed=1, received_on=LISTS)
        with Warehouse(workspace.warehouse) as warehouse:
            born = warehouse.sql("SELECT birth_month FROM person WHERE person = ?", [number])["birth_month"].to_pylist()
        assert born == [date(2011, 7, 1)]
        names = [row for row in open_sealed(workspace)["name"].to_pylist() if row["person"] == number]
        assert ("correction", date(2011, 7, 9)) in {(row["feed"], row["dob"]) for row in names}
        assert len({row["feed"] for row in names}) > 1, "what partners stated stays"
    index = json.loads((workspace.lists(f"{LISTS}") / "lists.json").read_text())
    assert index["to_rebuild_since"] == ["2026-02-01"]
    pages = "".join(path.read_text() for path in workspace.lists(f"{LISTS}").glob("*.html"))
    assert pages.count("Have the list made again") == 1
