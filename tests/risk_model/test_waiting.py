"""What time alone would do: every sentence holds when everybody is scored again, the slow way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from risk_model.referrals.lists import make_lists
from risk_model.referrals.ranking import AT_RANDOM, BY_SCORE
from risk_model.referrals.waiting import CAVEAT, ENOUGH, HEADING, NOT_ENOUGH, PERIODS, after_waiting
from risk_model.referrals.wording import NEVER_SAID
from tests.risk_model.drawn_lists import ToyModel, ToyTable, inputs, lives, people
from tests.risk_model.test_lists import rows_of

ONE = ToyModel(("x",), np.array([1.0]), np.array([0.0]))
SCORES = st.lists(st.integers(0, 6), min_size=3, max_size=3)
PEOPLE = st.lists(st.tuples(st.sampled_from(["A", "B"]), st.booleans(), st.integers(0, 6), SCORES), max_size=9)


def table_of(x: list[float]) -> ToyTable:
    """People 0, 1, ... in reverse order, each with one feature."""
    backwards = list(range(len(x)))[::-1]
    return ToyTable(pa.table({"person": pa.array(backwards, pa.int64()), "x": pa.array([x[at] for at in backwards],
                                                                                     pa.float32())}), ())  # fmt: skip


def by_hand(drawn: list[tuple[str, bool, int, list[int]]]) -> dict[int, str]:
    """The sentences, person by person and period by period."""
    said = {}
    for person, (area, by_score, _, later) in enumerate(drawn):
        if not by_score:
            continue
        lowest = min(now for other, is_scored, now, _ in drawn if other == area and is_scored)
        said[person] = NOT_ENOUGH
        for at in (2, 1, 0):
            if not later[at] < lowest:
                break
            said[person] = ENOUGH.format(period=list(PERIODS.values())[at])
    return said


@given(drawn=PEOPLE)
def test_each_sentence_is_what_scoring_again_by_hand_says(drawn: list[tuple[str, bool, int, list[int]]]) -> None:
    listed = pa.table({
        "person": pa.array(range(len(drawn)), pa.int64()), "area": pa.array([one[0] for one in drawn], pa.string()),
        "chosen": pa.array([BY_SCORE if one[1] else AT_RANDOM for one in drawn], pa.string()),
        "raw_score": pa.array([one[2] - 3.0 for one in drawn], pa.float64()),
    })  # fmt: skip
    periods = list(PERIODS)
    found = after_waiting(ONE, listed, lambda _, days: table_of([float(one[3][periods.index(days)]) for one in drawn]))
    assert found == by_hand(drawn)


def test_a_list_says_it_of_those_listed_by_score_and_of_nobody_drawn_at_random(tmp_path: Path) -> None:
    cohort = people(40)
    given = inputs(tmp_path, cohort, lives(cohort))
    nothing_left = given.features.table
    for name in given.model.feature_names:
        nothing_left = nothing_left.set_column(
            nothing_left.column_names.index(name), name, pa.array(np.zeros(len(nothing_left), np.float32))
        )
    quiet = ToyTable(nothing_left, given.features.features)
    folder = make_lists(replace(given, ahead=lambda _, days: quiet if days > 100 else given.features))[0].parent
    rows = rows_of(folder)
    scored = [row for row in rows if row["chosen"] != "at random"]
    assert {row["if_nothing_new"] for row in scored} <= {ENOUGH.format(period="6 months"), NOT_ENOUGH}
    assert ENOUGH.format(period="6 months") in {row["if_nothing_new"] for row in scored}
    assert {row["if_nothing_new"] for row in rows if row["chosen"] == "at random"} == {""}
    page = (folder / "gateshead.html").read_text(encoding="utf-8")
    assert page.count(f"<strong>{HEADING}.</strong>") == len(scored)
    assert "not a target for the young person" in page
    assert not NEVER_SAID.search(page)
    assert "score" not in " ".join((HEADING, CAVEAT, ENOUGH, NOT_ENOUGH)), "workers are told of records, not of scores"
    silent = (make_lists(given)[0].parent / "gateshead.html").read_text(encoding="utf-8")
    assert HEADING not in silent
