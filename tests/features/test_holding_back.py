"""A feed with too many bad rows is held back whole; the others load, and what it said before still stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.errors import BadInput
from features.intake import take_in
from features.quarantine import HELD_BACK
from features.report import IntakeReport
from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.intake_page import intake_markdown
from risk_model.telling import of_intake
from tests.features.delivery import DRAWN, deliver, many_searches, with_rows

FIRST, SECOND, THIRD = date(2023, 1, 5), date(2023, 2, 5), date(2023, 3, 5)
SECRET = "Zebedee-Quartermain"
SEARCH, BROKEN = "S2 | P3 | 2022-02-01 23:10 | drugs | NFA | N", f"S3 | P3 | 2022-02-20 10:00 | {SECRET} | NFA | N"
BROKEN_SEARCHES = with_rows("stop_search", SEARCH, BROKEN)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def _load(workspace: Workspace, day: date = FIRST, changes: Mapping[str, str] | None = None) -> IntakeReport:
    return take_in(workspace, deliver(workspace.extracts, changes), key_seed=1, received_on=day)


def _seen(workspace: Workspace, as_of: date, *sources: str) -> list[tuple[Any, ...]]:
    """What is known on a date of these feeds (of all others, without any), by the rule itself."""
    with Warehouse(workspace.warehouse) as warehouse:
        events = warehouse.events().to_pylist()
    return sorted(
        (each["person"], each["source"], each["kind"], each["record"], each["happened_on"])
        for each in events
        if each["available_on"] < as_of and (not each["withdrawn_on"] or as_of <= each["withdrawn_on"])
        if not sources or each["source"] in sources
    )


def test_the_others_load_and_no_row_of_a_held_feed_does_good_or_bad(workspace: Workspace, tmp_path: Path) -> None:
    alone = Workspace(tmp_path / "alone")
    _load(alone)
    report = _load(workspace, changes=BROKEN_SEARCHES)
    (held,) = report.held_back
    assert (held.name, held.rows_read, held.rows_loaded, held.rows_quarantined, held.events) == (
        "stop_search",
        3,
        0,
        3,
        0,
    )
    assert held.quarantined == {HELD_BACK: 2, "object is not in its code list": 1}
    aside = (workspace.quarantine / "stop_search.csv").read_text().splitlines()
    assert sorted(line.rsplit(",", 1)[1] for line in aside[1:]) == sorted(
        [HELD_BACK, HELD_BACK, "object is not in its code list"]
    )
    expected = [event for event in _seen(alone, THIRD) if event[1] != "stop_search"]
    assert expected
    assert _seen(workspace, THIRD) == expected
    assert _load(workspace, changes=BROKEN_SEARCHES).already_loaded


def test_the_message_the_report_and_the_exit_code_say_so_and_quote_no_cell(workspace: Workspace) -> None:
    report = _load(workspace, changes=BROKEN_SEARCHES)
    why = "1 of 3 rows break its contract, more than 5%: object is not in its code list (1)"
    made = of_intake(report, workspace.data / "page.html")
    assert f"Held back whole: stop_search.csv: {why}" in made.text
    assert made.exit_code == 1
    page = intake_markdown(report)
    assert f"it was held back whole: {why}" in page
    assert "3 (100.0%, held back)" in page
    assert SECRET not in made.text + page + report.to_json()
    assert of_intake(_load(workspace), workspace.data / "page.html").exit_code == 0


def test_feeds_whose_rows_point_at_a_held_one_are_held_with_it(workspace: Workspace) -> None:
    wrong = "O3 | no_such_class | 2021-05-01 23:50 | 2021-05-02 12:00 | 2021-05-03 09:00 | E1 | N | N"
    held = {feed.name: feed.held_back for feed in _load(workspace, changes=with_rows("occurrence", wrong)).held_back}
    assert list(held) == ["occurrence", "occ_role", "occ_outcome"]
    assert held["occ_role"] == held["occ_outcome"] == "its rows point at occurrence, held back"
    assert not _seen(workspace, THIRD, "occ_role", "occ_outcome")


def test_what_a_held_feed_said_before_stands_until_it_comes_corrected(workspace: Workspace, tmp_path: Path) -> None:
    corrected = with_rows("stop_search", SEARCH)
    newer = with_rows("custody", "C2 | P3 | 2021-06-02 23:00 | 2021-06-02 23:30 | 2021-06-03 05:00 | nfa")
    alone = Workspace(tmp_path / "alone")
    _load(alone, changes=corrected | newer)
    _load(workspace)
    before = _seen(workspace, FIRST + timedelta(1), "stop_search")
    assert len(before) == 1
    assert [feed.name for feed in _load(workspace, SECOND, BROKEN_SEARCHES | newer).held_back] == ["stop_search"]
    after = SECOND + timedelta(1)
    assert _seen(workspace, after, "stop_search") == before
    assert _seen(workspace, after, "custody") == _seen(alone, after, "custody")
    report = _load(workspace, THIRD, corrected | newer)
    assert not report.held_back
    assert [feed.held_back for each in report.deliveries for feed in each.feeds if feed.name == "stop_search"] == [
        False, True, False,
    ]  # fmt: skip
    assert _seen(workspace, THIRD, "stop_search") == before
    assert _seen(workspace, THIRD + timedelta(1)) == _seen(alone, THIRD + timedelta(1))


def test_the_delivery_sent_again_corrected_under_its_own_date_replaces_the_held_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    alone, corrected = Workspace(tmp_path / "alone"), with_rows("stop_search", SEARCH)
    for each in (workspace, alone):
        _load(each)
    _load(workspace, SECOND, BROKEN_SEARCHES)
    report, other = _load(workspace, SECOND, corrected), _load(alone, SECOND, corrected)
    assert (report.fingerprint, report.events) == (other.fingerprint, other.events)
    for day in (FIRST, SECOND, THIRD):
        assert _seen(workspace, day) == _seen(alone, day)


@pytest.mark.parametrize(("feed", "row", "why"), [
    ("area", " | Gateshead | E08000037 | 140", "without it no place is known"),
    ("cin", "K2 | U2 | Cyrus | Foxglen | 30 Feb | 2021-01-01 | N1 | 3 | CIN | | 2021-01-03", "it says who people are"),
])  # fmt: skip
def test_areas_and_once_there_is_history_whoever_says_who_people_are_refuse_the_delivery(
    workspace: Workspace, feed: str, row: str, why: str
) -> None:
    _load(workspace)
    before = workspace.warehouse.read_bytes()
    with pytest.raises(BadInput) as refused:
        _load(workspace, SECOND, with_rows(feed, row) | BROKEN_SEARCHES)
    said = str(refused.value)
    assert f"{feed}.csv: 1 of " in said
    assert f"It cannot be held back alone: {why}" in said
    assert "stop_search.csv: 1 of 3 rows" in said
    assert SECRET not in said
    assert workspace.warehouse.read_bytes() == before
    assert len((workspace.quarantine / "refused" / f"{feed}.csv").read_text().splitlines()) == 2


def test_at_the_first_load_whoever_says_who_people_are_can_be_held_too(workspace: Workspace) -> None:
    born = DRAWN["police_nominal"].replace("2009-01-01", "30 Feb")
    held = [feed.name for feed in _load(workspace, changes={"police_nominal": born}).held_back]
    assert held[0] == "police_nominal"
    assert {"occ_role", "stop_search", "custody"} < set(held)
    assert "occurrence" not in held
    assert {event[1] for event in _seen(workspace, THIRD)} >= {"cin", "school_suspension", "fire"}


def test_a_delivery_in_which_nobody_would_be_named_is_refused(workspace: Workspace) -> None:
    named = ("police_nominal", "yj_case", "school_pupil", "cin", "cla", "court", "probation", "fire", "housing")
    days = ("dob", "decom")
    broken = {name: _without_days(DRAWN[name], days) for name in named}
    with pytest.raises(BadInput, match="no extract is left that says who anybody is"):
        _load(workspace, changes=broken)
    assert not workspace.warehouse.exists()


def _without_days(drawn: str, columns: tuple[str, ...]) -> str:
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    wrong = [["30 Feb" if name in columns else cell for name, cell in zip(head, row, strict=True)] for row in rows]
    return "\n".join(" | ".join(row) for row in [head, *wrong])


def test_enough_good_rows_load_and_only_the_bad_one_is_set_aside(workspace: Workspace) -> None:
    report = _load(workspace, changes=with_rows("stop_search", *many_searches(), BROKEN))
    assert not report.held_back
    assert next(feed for feed in report.feeds if feed.name == "stop_search").rows_quarantined == 1
