"""Events of others around a person, and of the area lived in, count only where both were known on the date."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.build import build_feature_table
from features.definition import (
    Around,
    CodeGroup,
    CodeList,
    Feature,
    Holding,
    HomeArea,
    Phrase,
    Summary,
    Where,
)  # fmt: skip
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event, Relation, slow_value
from tests.features.small_warehouse import make_warehouse

START = date(2024, 1, 1)
THEFT = Where("occurrence", role="suspect", code="theft")
BORN = {1: date(2014, 1, 1), 2: date(2013, 12, 1), 3: date(2012, 7, 1)}
"""Person 1 turns 10 among the drawn days."""
CIRCLES = (Around("sibling"), Around(("household", "co_suspect")), Around("household", Holding.ON_THE_DATE),
           Around("household", Holding.WHEN_IT_HAPPENED), None)  # fmt: skip


def feature(name: str, **more: object) -> Feature:
    given = {"events": THEFT, "window": LookBack(20), "summary": Summary.COUNT} | more
    return Feature(name, "?", theme="t", phrase=Phrase("{n}"), **given)  # type: ignore[arg-type]


FEATURES = [
    feature(f"f{n}_{window.days}_{window.since_age}_{summary.name}", of=of, window=window, summary=summary,
            events=Where("cin") if summary is Summary.OVERLAP_DAYS else THEFT)
    for n, of in enumerate(CIRCLES)
    for window in (LookBack(20), LookBack(since_age=10))
    for summary in (Summary.COUNT, Summary.DAYS_SINCE_FIRST, Summary.OVERLAP_DAYS)
]  # fmt: skip

days = st.integers(0, 50).map(lambda n: START + timedelta(days=n))
later = st.none() | st.integers(0, 30)


@st.composite
def dated(draw: st.DrawFn) -> tuple[date, date, date | None, date | None]:
    happened = draw(days)
    ends = [None if n is None else happened + timedelta(days=n) for n in (draw(later), draw(later))]
    return happened, happened + timedelta(days=draw(st.integers(-3, 10))), *ends


events = st.tuples(st.sampled_from(list(BORN)), st.booleans(), dated()).map(
    lambda e: Event(e[0], *(("occurrence", "suspect", "theft") if e[1] else ("cin", "child", "N1")), *e[2])
)
pairs = st.sampled_from([(1, 2), (1, 3), (2, 1), (3, 2)])
relations = st.tuples(pairs, st.sampled_from(["sibling", "household", "co_suspect"]), dated()).map(
    lambda r: Relation(*r[0], r[1], *r[2])
)


def rows_of(dates: list[date]) -> pa.Table:
    drawn = [(person, day) for person in BORN for day in dates]
    return pa.table({
        "person": pa.array([p for p, _ in drawn], pa.int64()), "as_of": pa.array([d for _, d in drawn], pa.date32()),
        "age_years": pa.array([10] * len(drawn), pa.int16()),
    })  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, max_size=30), st.lists(relations, max_size=12), st.sets(days, min_size=1, max_size=4))
def test_others_events_agree_with_the_slow_checker(tmp_path_factory, drawn, ties, dates) -> None:
    folder = tmp_path_factory.mktemp("around")
    with Warehouse(make_warehouse(folder, drawn, BORN, {}, ties).warehouse) as warehouse:
        made = build_feature_table(warehouse, rows_of(sorted(dates)), FEATURES, folder / "f").table
    for row in made.to_pylist():
        for one in FEATURES:
            expected = slow_value(one, drawn, row["person"], row["as_of"], BORN[row["person"]], ties)
            assert row[one.name] == expected, (one.name, row["person"], row["as_of"])


@pytest.mark.parametrize(
    ("tie_known", "tie_withdrawn", "event_known", "counted"),
    [
        (9, None, 9, 1),  # days after the start on which each reached us; the date is the 10th day
        (10, None, 9, 0),  # we learn on the date itself that they are related
        (9, None, 10, 0),  # we learn of the event on the date itself
        (5, 9, 6, 0),  # the relation was taken back the day before the date
        (5, 10, 6, 1),  # it is taken back on the date: still believed when the table is made
    ],
)
def test_the_edges_of_what_is_known(
    tie_known: int, tie_withdrawn: int | None, event_known: int, counted: int, tmp_path: Path
) -> None:
    day = lambda n: None if n is None else START + timedelta(days=n)  # noqa: E731
    event = Event(2, "occurrence", "suspect", "theft", day(3), day(event_known))
    tie = Relation(1, 2, "sibling", day(1), day(tie_known), None, day(tie_withdrawn))
    asked = [feature("n", of=Around("sibling")), feature("own")]
    with Warehouse(make_warehouse(tmp_path, [event], BORN, {}, [tie]).warehouse) as warehouse:
        made = build_feature_table(warehouse, rows_of([day(10)]), asked, tmp_path / "f").table.to_pylist()
    assert [(row["n"], row["own"]) for row in made] == [(counted, 0), (0, event_known < 10), (0, 0)]


def test_an_area_is_the_one_lived_in_as_known_on_the_date(tmp_path: Path) -> None:
    """Person 2 moves from L1 to L2 on day 5, which we learn on day 8; where person 3 lives is not known."""
    moved = Event(2, "residence", "resident", "home", START + timedelta(days=5), START + timedelta(days=8))
    crime = [
        (
            place,
            Event(0, "area_occurrence", "recorded", "theft", START + timedelta(days=n), START + timedelta(days=n + 1)),
        )
        for place, n in (("L1", 1), ("L2", 2), ("L2", 3), ("L2", 9))
    ]
    workspace = make_warehouse(tmp_path, [moved], BORN, {1: "L2", 2: "L1"}, in_areas=crime, places={0: "L2"})
    asked = [feature("crime", of=HomeArea(), events=Where("area_occurrence")), feature("own")]
    with Warehouse(workspace.warehouse) as warehouse:
        made = build_feature_table(warehouse, rows_of([START + timedelta(days=n) for n in (8, 9, 10, 11)]), asked,
                                   tmp_path / "f").table  # fmt: skip
    crimes = made["crime"].to_numpy().reshape(3, 4)
    np.testing.assert_array_equal(crimes, [[2, 2, 2, 3], [1, 2, 2, 3], [np.nan] * 4])


def test_a_group_counts_a_code_only_while_its_list_says_so() -> None:
    group = CodeGroup("g", (CodeList(("theft",), before=START), CodeList(("theft", "robbery"), first=START)))
    before, on = START - timedelta(days=1), START
    where = Where("occurrence", code=group)
    said = [where.matches("occurrence", "suspect", code, day) for code in ("theft", "robbery") for day in (before, on)]
    assert said == [True, True, False, True]
    assert "DATE '2024-01-01'" in where.sql()
