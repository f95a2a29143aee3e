"""A copy for the person of everything held, and of nobody else; what has expired is deleted, counted and stays out."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date

import pytest

from features.errors import BadInput, Refusal
from features.identities import open_sealed
from features.intake import take_in
from features.pseudonyms import show
from features.rights.place import one_act_at_a_time
from features.rights.retention import expired_stored, grown_up, read_retention
from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.referrals.wording import NEVER_SAID
from risk_model.rights import acts
from risk_model.rights.acts import Asking
from risk_model.rights.export import export
from risk_model.rights.retaining import retain
from tests.pages import quoted, table
from tests.searching import search
from tests.soak.erasure_complete import listed, wanted_of

DAY = date(2026, 2, 1)
ASKED = Asking("A N Other", "asked for by letter", DAY)
LISTS = date(2026, 1, 1)


def quiet(line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def person(workspace: Workspace) -> str:
    """Somebody on a list who has brothers or sisters, or others, on record."""
    with Warehouse(workspace.warehouse) as warehouse:
        related = set(warehouse.sql("SELECT DISTINCT person FROM relation")["person"].to_pylist())
    return next(each for each in listed(workspace) if wanted_of(workspace, each).persons & related)


def test_a_copy_holds_every_number_score_list_and_look_up_of_the_person_and_nobody_else(
    workspace: Workspace, person: str
) -> None:
    made = export(workspace.root, person, ASKED, None, quiet)
    home = workspace.copies / "0001"
    text, page = ((home / name).read_text(encoding="utf-8") for name in ("copy.json", "copy.html"))
    wanted = wanted_of(workspace, person)
    assert all(number in text for number in wanted.numbers)
    titles = made.figures["sections"]
    assert "Your score of 2026-01-01" in titles
    assert any(title.startswith("The list of 2026-01-01") for title in titles)
    (lookup,) = json.loads(text)["sections"][-1]["rows"]
    assert lookup == {"on": "2026-02-01", "by": "A N Other", "what": "export", "why": "asked for by letter"}
    kept = open_sealed(workspace)
    others = {row["who"] for row in kept["number"].to_pylist()} - wanted.numbers
    found = set(re.findall(r"[A-Z]+\d{5,}[A-Z]?", text)) & others
    assert not found, "somebody else's number is in the copy"
    strangers = {show(each) for each in kept["number"]["person"].to_pylist()} - {person}
    assert not strangers & set(re.findall(r"NB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}", text + page))
    assert not NEVER_SAID.search(page)
    assert not re.search(r"<script|https?://", page), "the page stands alone"
    assert (home / "copy.html").stat().st_mode & 0o077 == 0
    assert person not in json.dumps(made.figures) + made.text


def test_a_copy_goes_with_the_person_when_they_are_erased(workspace: Workspace, person: str) -> None:
    export(workspace.root, person, ASKED, None, quiet)
    wanted = wanted_of(workspace, person)
    acts.erase(workspace.root, person, ASKED, quiet)
    assert search(workspace.data, wanted) == []
    assert not list(workspace.copies.glob("*"))


def test_retention_deletes_what_has_expired_and_who_has_grown_up_and_later_loads_leave_them_out(
    workspace: Workspace,
) -> None:
    born_before = read_retention().adults_born_before(DAY)
    assert born_before == date(2008, 2, 1)
    adults = grown_up(workspace, born_before)
    sent = shutil.copytree(workspace.extracts, workspace.root.parent / "sent")
    adult = next(iter(sorted(adults)))
    wanted = wanted_of(workspace, show(adult))
    before = workspace.warehouse.read_bytes()
    counted = retain(workspace.root, ASKED, True, quiet).figures
    assert workspace.warehouse.read_bytes() == before
    assert not workspace.receipts.exists()
    done = retain(workspace.root, ASKED, False, quiet).figures
    documented = {key.split(".")[0] for row in table("docs/json.md", "retain") for key in quoted(row[0])}
    assert documented == set(done)
    assert {name: done[name] for name in ("adults", "of_adults", "expired_in_warehouse")} == {
        name: counted[name] for name in ("adults", "of_adults", "expired_in_warehouse")}  # fmt: skip
    for again in (False, True):
        if again:
            take_in(workspace, sent, key_seed=1, received_on=LISTS)
        assert not grown_up(workspace, born_before)
        assert not expired_stored(workspace, DAY)
        with Warehouse(workspace.warehouse) as warehouse:
            left = warehouse.sql("SELECT count(*) AS n, min(available_on) AS first FROM event "
                                 "WHERE kind = 'occurrence'").to_pylist()[0]  # fmt: skip
        assert left["n"] > 0
        assert left["first"] >= date(2019, 2, 1)
    assert search(workspace.root, wanted) == []


def test_small_counts_are_hidden_and_nobody_retains_without_a_name_and_a_reason(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="a named person and a reason"):
        retain(workspace.root, Asking("", "yearly", DAY), False, quiet)
    figures = retain(workspace.root, ASKED, False, quiet).figures
    again = retain(workspace.root, ASKED, False, quiet).figures
    assert figures["adults"] != again["adults"] == "fewer than 5"
    counts = [
        each for name in ("of_adults", "expired_in_warehouse", "expired_as_sent") for each in figures[name].values()
    ]
    assert all(each == "fewer than 5" or int(each.replace(",", "")) % 5 == 0 for each in counts)


def test_a_copy_is_never_written_over_a_folder_that_holds_something(workspace: Workspace, person: str) -> None:
    precious = workspace.root / "extracts"
    with pytest.raises(BadInput, match="give --to a new folder"):
        export(workspace.root, person, ASKED, precious, quiet)
    assert (precious / "school_pupil.csv").exists()
    assert not workspace.access_log.exists()


def test_two_people_do_not_act_at_once(workspace: Workspace) -> None:
    with (
        one_act_at_a_time(workspace),
        pytest.raises(Refusal, match="somebody else is acting"),
        one_act_at_a_time(workspace),
    ):
        pytest.fail("both were let in")
    with one_act_at_a_time(workspace):
        pass


def test_lists_that_are_over_long_enough_are_deleted(workspace: Workspace) -> None:
    late = date(2027, 4, 2)
    assert retain(workspace.root, Asking("A N Other", "yearly", late), True, quiet).figures["lists"] == 1
    assert retain(workspace.root, Asking("A N Other", "yearly", date(2027, 4, 1)), True, quiet).figures["lists"] == 0
