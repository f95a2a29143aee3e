"""The kernel says what a slow, obvious checker says, on any world, for every summary and window."""

from __future__ import annotations

import statistics
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.definition import (
    NEEDS_SPAN,
    USES_MEASURE,
    ByCode,
    CodeGroup,
    CodeList,
    Feature,
    Measure,
    Phrase,
    Summary,
    Where,
)  # fmt: skip
from features.errors import BadInput
from features.kernel import aggregate
from features.plan import make_plan
from features.windows import LookBack
from tests.features.checker import Event, slow_value

START = date(2024, 1, 1)
CLASSES = [
    ("cin", "child", "N1"), ("cin", "child", "N4"), ("occurrence", "suspect", "theft"),
    ("occurrence", "suspect", "robbery"), ("occurrence", "victim", "theft"), ("asb", "subject", "nuisance"),
]  # fmt: skip
WHERES = {
    "all_theft": Where("occurrence", code="theft"),
    "suspect": Where("occurrence", role="suspect"),
    "either": Where(("occurrence", "asb")),
    "care": Where("cin"),
    "listed": Where(
        "occurrence",
        code=CodeGroup(
            "listed",
            (
                CodeList(("theft",), before=date(2024, 2, 1)),
                CodeList(("robbery",), date(2024, 1, 20), date(2024, 2, 15)),
            ),
        ),
    ),
}
WINDOWS = (LookBack(1), LookBack(7), LookBack(30), LookBack(), LookBack(since_age=10), LookBack(since_age=11))
SCALE = ByCode({"theft": 2, "N1": 3, "nuisance": -1}, otherwise=None)
BORN = {1: date(2014, 1, 1), 2: date(2013, 2, 1), 3: date(2012, 7, 1), 4: None, 5: date(2014, 2, 1)}
"""Persons 1 and 5 turn 10 among the drawn days, 2 turns 11, 3 is older; when 4 was born is not known."""


def features() -> list[Feature]:
    made = []
    for name, where in WHERES.items():
        for summary in Summary:
            if summary in (Summary.OVERLAP_DAYS, Summary.ONGOING) and name != "care":
                continue
            for window in WINDOWS:
                for measure in measures(summary):
                    made.append(
                        Feature(f"{name}_{summary.name}_{window.days}_{window.since_age}_{measure}", "?",
                                events=where, theme="t", window=window, summary=summary, measure=measure,
                                phrase=Phrase("{n}"), span_days=5 if summary in NEEDS_SPAN else None,
                                when_missing=0.0 if summary is Summary.ANY else (None, 0.0, -1.0)[len(made) % 3])
                    )  # fmt: skip
    return made


def measures(summary: Summary) -> tuple[Measure | ByCode, ...]:
    if summary in (Summary.TREND, Summary.SPREAD):
        return tuple(Measure)
    return (*Measure, SCALE) if summary in USES_MEASURE else (Measure.VALUE,)


FEATURES = features()
PLAN = make_plan(FEATURES, CLASSES)
DATES = ("happened_on", "ended_on", "available_on", "withdrawn_on")


def table_of(events: list[Event]) -> pa.Table:
    ordered = sorted(events, key=lambda e: (e.person, e.happened_on))
    columns = {
        "person": pa.array([e.person for e in ordered], pa.int64()),
        "class_id": pa.array([CLASSES.index((e.kind, e.role, e.code)) for e in ordered], pa.int16()),
        **{n: pa.array([getattr(e, n) for e in ordered], pa.date32()) for n in DATES},
        **{n: pa.array([getattr(e, n) for e in ordered], pa.float64()) for n in ("value", "gravity")},
    }
    return pa.table(columns)


def rows_of(pairs: list[tuple[int, date]]) -> pa.Table:
    pairs = sorted(pairs)
    return pa.table({"person": pa.array([p for p, _ in pairs], pa.int64()),
                     "as_of": pa.array([d for _, d in pairs], pa.date32()),
                     "birth_month": pa.array([BORN.get(p) for p, _ in pairs], pa.date32())})  # fmt: skip


days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
HUNDREDTHS = st.integers(-5000, 5000)
number = st.none() | st.integers(-4, 9).map(float)


@st.composite
def an_event(draw: st.DrawFn) -> Event:
    kind, role, code = draw(st.sampled_from(CLASSES))
    happened = draw(days)
    later = lambda most: happened + timedelta(days=draw(st.integers(0, most)))  # noqa: E731
    known = happened + timedelta(days=draw(st.integers(-5, 20)))  # a court date is known before the day
    return Event(draw(st.integers(1, 4)), kind, role, code, happened, known, draw(st.none() | st.just(later(40))),
                 draw(st.none() | st.just(later(40))), draw(number), draw(number))  # fmt: skip


worlds = st.lists(an_event(), max_size=25)
row_lists = st.lists(st.tuples(st.integers(0, 5), days), min_size=1, max_size=8)


def assert_same(events: list[Event], rows: pa.Table, threads: int = 1) -> None:
    # the checker keeps the order of same-day events as drawn, as the kernel does: both sorts are stable
    made = aggregate(table_of(events), rows, PLAN, threads)
    for place, (person, as_of) in enumerate(zip(rows["person"].to_pylist(), rows["as_of"].to_pylist(), strict=True)):
        for feature in FEATURES:
            expected = slow_value(feature, events, person, as_of, BORN.get(person))
            got = made[feature.name][place].as_py()
            assert got == pytest.approx(expected, rel=1e-5, abs=1e-5, nan_ok=True), (feature.name, person, as_of)


@settings(max_examples=25, deadline=None)
@given(worlds, row_lists)
def test_every_summary_agrees_with_the_slow_checker(events: list[Event], pairs: list[tuple[int, date]]) -> None:
    assert_same(events, rows_of(pairs))


@settings(max_examples=30, deadline=None)
@given(worlds, row_lists)
def test_what_was_not_known_on_the_date_could_as_well_not_exist(events: list[Event], pairs) -> None:
    rows = rows_of(pairs)
    first = min(rows["as_of"].to_pylist())
    rows = rows.filter(pa.compute.equal(rows["as_of"], pa.scalar(first, pa.date32())))
    cut = [e for e in events if e.available_on < first]
    assert _same(aggregate(table_of(events), rows, PLAN, 1), aggregate(table_of(cut), rows, PLAN, 1))


@settings(max_examples=30, deadline=None)
@given(worlds, row_lists, an_event())
def test_a_planted_future_event_moves_nothing(events: list[Event], pairs, poison: Event) -> None:
    rows = rows_of(pairs)
    last = max(rows["as_of"].to_pylist())
    planted = Event(poison.person, poison.kind, poison.role, poison.code, last, last, None, None, 999.0, 999.0)
    assert _same(aggregate(table_of(events), rows, PLAN, 1), aggregate(table_of([*events, planted]), rows, PLAN, 1))


@settings(max_examples=40, deadline=None)
@given(worlds, row_lists, st.sampled_from(FEATURES))
def test_one_feature_alone_is_what_it_is_among_all_from_the_columns_it_asks_for(events, pairs, feature) -> None:
    plan, rows, whole = make_plan([feature], CLASSES), rows_of(pairs), table_of(events)
    alone = aggregate(whole.select(plan.event_columns), rows, plan, 1)[feature.name]
    among_all = aggregate(whole, rows, PLAN, 1)[feature.name]
    assert np.array_equal(alone.to_numpy(), among_all.to_numpy(), equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(HUNDREDTHS, min_size=2, max_size=12) | st.builds(lambda one, n: [one] * n, HUNDREDTHS, st.integers(2, 12)),
    st.sampled_from([0, 1_000, 10_000]),
)
def test_a_spread_holds_for_large_numbers_and_is_none_where_all_are_alike(hundredths: list[int], far: int) -> None:
    values = [far + each / 100 for each in hundredths]
    feature = next(f for f in FEATURES if f.name == "either_SPREAD_None_None_value")
    events = [Event(1, "asb", "subject", "nuisance", START, START, value=value) for value in values]
    made = aggregate(table_of(events), rows_of([(1, START + timedelta(days=1))]), PLAN, 1)[feature.name][0].as_py()
    assert made == pytest.approx(statistics.stdev(values), rel=1e-4, abs=1e-9)
    assert (made == 0) == (len(set(values)) == 1)


def _same(left: pa.Table, right: pa.Table) -> bool:
    return all(np.array_equal(left[f.name].to_numpy(), right[f.name].to_numpy(), equal_nan=True) for f in FEATURES)


@settings(max_examples=20, deadline=None)
@given(worlds, row_lists)
def test_threads_change_nothing(events: list[Event], pairs) -> None:
    rows = rows_of(pairs)
    assert _same(aggregate(table_of(events), rows, PLAN, 1), aggregate(table_of(events), rows, PLAN, 3))


@settings(max_examples=20, deadline=None)
@given(worlds, row_lists)
def test_the_dates_of_a_person_may_come_in_any_order(events: list[Event], pairs) -> None:
    latest_first = rows_of(pairs).sort_by([("person", "ascending"), ("as_of", "descending")])
    made = aggregate(table_of(events), latest_first, PLAN, 1)
    again = made.sort_by([("person", "ascending"), ("as_of", "ascending")])
    assert _same(again, aggregate(table_of(events), rows_of(pairs), PLAN, 1))


@pytest.mark.parametrize(
    ("days_before", "delay", "withdrawn_before", "counted"),
    [
        # days before the date it happened, days until we knew, days before the date it was withdrawn, counted?
        (1, 0, None, True),
        (30, 0, None, True),   # the first day of the window is in
        (31, 0, None, False),  # the day before the window is out
        (0, 0, None, False),   # the date itself is out
        (5, 4, None, True),    # known the day before the date
        (5, 5, None, False),   # known only on the date
        (5, 0, 0, True),       # withdrawn on the date: still believed when the date's table is made
        (5, 0, 1, False),      # withdrawn before the date
    ],
)  # fmt: skip
def test_the_edges_of_a_30_day_window(
    days_before: int, delay: int, withdrawn_before: int | None, counted: bool
) -> None:
    as_of = date(2024, 6, 1)
    happened = as_of - timedelta(days=days_before)
    withdrawn = None if withdrawn_before is None else as_of - timedelta(days=withdrawn_before)
    event = Event(1, "occurrence", "suspect", "theft", happened, happened + timedelta(days=delay), None, withdrawn)
    made = aggregate(table_of([event]), rows_of([(1, as_of)]), PLAN, 1)
    count = next(f.name for f in FEATURES if f.name.startswith("suspect_COUNT_30_"))
    missing = next(f.when_missing for f in FEATURES if f.name == count)
    assert made[count].to_numpy()[0] == pytest.approx(1.0 if counted else missing, nan_ok=True)


def test_unsorted_events_are_refused_rather_than_miscounted() -> None:
    events = table_of([Event(1, *CLASSES[0], START, START), Event(2, *CLASSES[0], START, START)])
    with pytest.raises(BadInput, match="sorted"):
        aggregate(events.take([1, 0]), rows_of([(1, START)]), PLAN, 1)


def test_dates_out_of_order_within_a_person_are_refused() -> None:
    later = START + timedelta(days=1)
    events = table_of([Event(1, *CLASSES[0], START, START), Event(1, *CLASSES[0], later, later)])
    with pytest.raises(BadInput, match="sorted"):
        aggregate(events.take([1, 0]), rows_of([(1, later)]), PLAN, 1)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(BadInput, match="withdrawn_on"):
        aggregate(table_of([]).drop(["withdrawn_on"]), rows_of([(1, START)]), PLAN, 1)
