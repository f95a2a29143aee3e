"""A label says what happened in the window, and says so only when it can be known."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cohort import Cohort
from features.definition import Where
from features.outcomes import ALREADY_HAPPENED, NOT_YET_KNOWN, OutcomeRule, label
from features.warehouse import Warehouse
from features.windows import LookAhead
from tests.features.checker import Event
from tests.features.small_warehouse import make_warehouse

AS_OF = date(2023, 1, 1)
UNTIL = date(2024, 4, 1)
ENTRY = Where("yj_disposal", code=("YC",))
RULE = OutcomeRule(ENTRY, LookAhead(365, maturity_days=60), UNTIL)


def entry(days_after: int, known_after: int, withdrawn_after: int | None = None, code: str = "YC") -> Event:
    day = AS_OF + timedelta(days=days_after)
    withdrawn = None if withdrawn_after is None else day + timedelta(days=withdrawn_after)
    return Event(1, "yj_disposal", "subject", code, day, day + timedelta(days=known_after), None, withdrawn)


def labelled(folder: Path, events: list[Event], rule: OutcomeRule = RULE) -> tuple[float | None, str | None]:
    rows = pa.table({"person": pa.array([1], pa.int64()), "as_of": pa.array([AS_OF], pa.date32())})
    with Warehouse(make_warehouse(folder, events, {1: date(2008, 1, 1)}, {1: "L1"}).warehouse) as warehouse:
        made = label(warehouse, Cohort(rows, ()), rule).table
    return made["outcome"][0].as_py(), made["censored"][0].as_py()


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], (0.0, None)),
        ([entry(0, 5)], (1.0, None)),          # the date itself is in the window
        ([entry(364, 5)], (1.0, None)),        # its last day
        ([entry(365, 5)], (0.0, None)),        # the day after it
        ([entry(-1, 5)], (None, ALREADY_HAPPENED)),
        ([entry(100, 500)], (0.0, None)),      # still unknown when the data end
        ([entry(100, 5, withdrawn_after=50)], (0.0, None)),
        ([entry(100, 5, code="CR")], (0.0, None)),  # a community resolution is not entry
        ([entry(-30, 60), entry(100, 5)], (None, ALREADY_HAPPENED)),
    ],
)  # fmt: skip
def test_the_edges_of_the_outcome_window(
    tmp_path: Path, events: list[Event], expected: tuple[float | None, str | None]
) -> None:
    assert labelled(tmp_path, events) == expected


@pytest.mark.parametrize(("spare_days", "known"), [(0, True), (-1, False)])
def test_a_label_counts_only_after_the_window_and_the_wait_for_late_records(
    tmp_path: Path, spare_days: int, known: bool
) -> None:
    until = AS_OF + timedelta(days=365 + 60 + spare_days)
    assert labelled(tmp_path, [], OutcomeRule(ENTRY, RULE.window, until))[1] == (None if known else NOT_YET_KNOWN)


@settings(max_examples=15, deadline=None)
@given(drawn=st.lists(st.tuples(st.integers(-400, 500), st.integers(0, 300)), max_size=4))
def test_labels_agree_with_the_rule_said_the_long_way(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int]]
) -> None:
    events = [entry(after, known) for after, known in drawn]
    outcome, censored = labelled(tmp_path_factory.mktemp("labels"), events)
    seen = [event.happened_on for event in events if event.available_on < UNTIL]
    if any(day < AS_OF for day in seen):
        assert (outcome, censored) == (None, ALREADY_HAPPENED)
    else:
        assert outcome == float(any(AS_OF <= day < date(2024, 1, 1) for day in seen))
