"""A count of few people is found wherever it stands, and what is not a count of people is left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.audits.confusion import GroupCells
from risk_model.audits.group_figures import _margins, shown_counts
from risk_model.audits.scanning import small_numbers
from risk_model.document import render_page, table
from risk_model.training.plots import Plot

HEADS = ["Group", "Records", "Had the outcome"]
TABLE = table(HEADS, [["male", "1,230", "40"], ["female", "610", "{n}"]])
PAGES = {
    "card.md": f"# A card\n\n{TABLE}\n",
    "card.html": render_page("A card", TABLE.replace("{n}", "NUMBER")).replace("NUMBER", "{n}"),
    "leaderboard.json": '{"teams": [{"counts": {"people": {n}}}]}',
    "audit.json": '{"findings": [{"groups": [{"records": "{n}"}]}]}',
    "said.md": "Of those listed, {n} young people were found.",
}


def put(page: str, number: int) -> str:
    return page.replace("{n}", f"{number}")


@pytest.mark.parametrize("name", PAGES)
@given(number=st.integers(1, 30))
def test_a_small_count_is_found_in_every_kind_of_page_and_a_large_one_is_not(name: str, number: int) -> None:
    faults = small_numbers(name, put(PAGES[name], number), 5)
    assert bool(faults) == (number < 5)
    for fault in faults:
        assert fault.startswith(name)
        assert not re.search(rf"(?<!\d){number} (records|young)", fault), "the fault does not tell what it found"


def test_a_fault_says_which_table_column_and_row() -> None:
    assert small_numbers("card.md", put(PAGES["card.md"], 3), 5) == [
        'card.md, table 1, column "Had the outcome", row 2: a count of few people'
    ]
    assert small_numbers("audit.json", put(PAGES["audit.json"], 2), 5) == [
        "audit.json, findings[0].groups[0].records: a count of few people"
    ]


def test_a_picture_s_words_are_read() -> None:
    page = render_page("Teams", "![x](plots/teams.png)", [Plot("teams", b"png", "Gateshead: 2 children found")])
    plain = page.replace('alt="x"', 'alt="Gateshead: 2 children found"')
    assert small_numbers("card.html", plain, 5)


@pytest.mark.parametrize(
    "said",
    ["fewer than 5 people", "Tried on one record a person.", "at least 4 people", "One record in 20 is set aside",
     "12.3 people", "1,003 young people", "3 months", "version 2"],
)  # fmt: skip
def test_limits_and_other_numbers_are_left_alone(said: str) -> None:
    assert not small_numbers("card.md", said, 5)


@pytest.mark.parametrize("said", ["two girls", "3 of 120 young people", "Only 1 child", "four records"])
def test_counts_in_words_are_found_too(said: str) -> None:
    assert small_numbers("card.md", said, 5)


def test_nothing_a_run_writes_for_reviewers_or_logs_shows_a_small_count(small_run: Path) -> None:
    written = [
        *(small_run / "models").rglob("*"), *(small_run / "mlflow").rglob("*"),
        *(small_run / "experiments" / "first_time_entry").glob("*"),
    ]  # fmt: skip
    read = [path for path in written if path.suffix in (".html", ".md", ".json") and "model" not in path.parts[-2:-1]
            and path.name not in ("attrition.json", "features.json", "input_example.json", "serving_input_example.json")
            and "estimator" not in path.parts]  # fmt: skip
    assert {"card.html", "card.md", "audit.html", "audit.json", "leaderboard.html", "metrics.json"} <= {
        path.name for path in read
    }
    assert not [fault for path in read for fault in small_numbers(path.name, path.read_text(encoding="utf-8"), 5)]


def test_a_planted_count_in_the_comparison_fails_the_audit(small_run: Path) -> None:
    board = small_run / "experiments" / "first_time_entry" / "leaderboard.json"
    figures = json.loads(board.read_text(encoding="utf-8"))
    assert not small_numbers(board.name, json.dumps(figures), 5)
    figures["evaluations"][0]["counts"] = {"people": "3"}
    assert small_numbers(board.name, json.dumps(figures), 5)


@pytest.mark.parametrize("few", [2, 3, 4])
def test_a_small_group_told_apart_is_not_given_back_by_the_group_it_is_part_of(few: int) -> None:
    """Asian is Indian and Chinese: with both shown, Chinese would be the difference."""
    sizes = {"White: British": 900, "Asian: Indian": 60, "Asian: Chinese": few}

    def cells(count: int) -> GroupCells:
        sums = {"found": 0.0, "missed": count / 2, "wrongly_listed": 0.0, "rightly_not_listed": count / 2}
        return GroupCells(sums, {"records": count, "positives": count // 2}, {})

    groups = {"White": 900, "Asian": 60 + few}
    tables = {
        "everyone": {"everyone": cells(sum(sizes.values()))},
        "ethnic_group": {name: cells(count) for name, count in groups.items()},
        "ethnic_detail": {name: cells(count) for name, count in sizes.items()},
    }
    shown = shown_counts(tables, 5)
    small, whole, rest = (("ethnic_detail", "Asian: Chinese", "records"), ("ethnic_group", "Asian", "records"),
                          ("ethnic_detail", "Asian: Indian", "records"))  # fmt: skip
    assert small in shown.hidden
    sums = {(each.total, each.parts) for each in _margins(tables)}
    assert (whole, (rest, small)) in sums
    assert "records" in {total[2] for total, _ in sums}
