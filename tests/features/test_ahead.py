"""Later, with nothing new: records grow older by themselves, and nothing that came after the date is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.ahead import HAPPENINGS, falls_quiet, with_nothing_new
from features.build import build_feature_table
from features.catalogue import CATALOGUES
from features.definition import Age, AnyFeature, Feature, LookBack, Phrase, Ratio, Summary, Where
from features.errors import BadInput
from features.events import KINDS
from features.switches import is_about_others
from features.warehouse import Warehouse
from tests.features.checker import Event, is_known, slow_value
from tests.features.small_warehouse import make_warehouse

SAY, TODAY = Phrase("{n}"), date(2024, 1, 1)
THEFT = Where("occurrence", role="suspect", code="theft")
YEAR = Feature("year", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(365), summary=Summary.COUNT)
EVER = Feature("ever", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(), summary=Summary.COUNT)
SINCE = Feature("since", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(), when_missing=None,
                summary=Summary.DAYS_SINCE_LAST)  # fmt: skip
TERMS = Feature("terms", "?", theme="t", phrase=SAY, events=Where("attendance"), window=LookBack(365),
                summary=Summary.COUNT)  # fmt: skip
FEATURES: tuple[AnyFeature, ...] = (
    YEAR, EVER, SINCE, TERMS, Age("age", "?", theme="t", phrase=SAY),
    Ratio("share", "?", theme="t", phrase=SAY, over="year", under="ever", when_missing=None),
    Ratio("by_term", "?", theme="t", phrase=SAY, over="year", under="terms", when_missing=None),
)  # fmt: skip
BORN = dict.fromkeys((1, 2, 3), date(2009, 3, 1))
ROWS = pa.table({"person": pa.array([3, 1, 2], pa.int64()), "as_of": pa.array([TODAY] * 3, pa.date32()),
                 "age_years": pa.array([14] * 3, pa.int16())})  # fmt: skip
DAYS = st.integers(-700, 200)


@st.composite
def thefts(draw: st.DrawFn) -> Event:
    """A record of any time around the date, perhaps known late, perhaps withdrawn."""
    happened = TODAY + timedelta(draw(DAYS))
    known = happened + timedelta(draw(st.integers(1, 400)))
    gone = draw(st.none() | st.integers(1, 500))
    return Event(draw(st.sampled_from(list(BORN))), "occurrence", "suspect", "theft", happened, known,
                 withdrawn_on=None if gone is None else known + timedelta(gone))  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(thefts(), max_size=12), days=st.sampled_from([0, 91, 365]))
def test_what_was_known_grows_older_and_all_else_stays(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], days: int
) -> None:
    home = tmp_path_factory.mktemp("ahead")
    terms = [Event(1, "attendance", "pupil", "term", TODAY - timedelta(60), TODAY - timedelta(30), value=0.2)]
    with Warehouse(make_warehouse(home / "w", [*events, *terms], BORN, {}).warehouse) as warehouse:
        now = build_feature_table(warehouse, ROWS, FEATURES, home / "f")
        later = with_nothing_new(warehouse, now, ROWS, days)
    frozen = [replace(each, withdrawn_on=None) for each in events if is_known(each, TODAY)]
    today = {row["person"]: row for row in now.table.to_pylist()}
    for row in later.table.to_pylist():
        person = row["person"]
        for feature in (YEAR, EVER, SINCE):
            expected = slow_value(feature, frozen, person, TODAY + timedelta(days))
            assert row[feature.name] == pytest.approx(expected, nan_ok=True), feature.name
        assert (row["as_of"], row["terms"], row["age"]) == (TODAY, today[person]["terms"], 14)
        assert row["share"] == pytest.approx(row["year"] / row["ever"] if row["ever"] else np.nan, nan_ok=True)
        for feature in FEATURES if days == 0 else ():
            assert row[feature.name] == pytest.approx(today[person][feature.name], nan_ok=True)


def test_only_the_young_persons_own_happenings_fall_quiet() -> None:
    assert set(KINDS) >= HAPPENINGS
    assert not any(KINDS[kind].spell or KINDS[kind].protected for kind in HAPPENINGS), "a spell goes on by itself"
    every = CATALOGUES["northumbria"]
    quiet = [feature for feature in every if falls_quiet(feature)]
    assert quiet
    for feature in quiet:
        assert isinstance(feature, Feature)
        assert not is_about_others(feature, {feature.name: feature})
    still = {feature.theme for feature in every} - {feature.theme for feature in quiet}
    assert {"about the person", "place", "family and friends", "home and tenancy", "care"} <= still


def test_rows_of_two_dates_or_without_features_are_refused(tmp_path: Path) -> None:
    with Warehouse(make_warehouse(tmp_path / "w", [], BORN, {}).warehouse) as warehouse:
        now = build_feature_table(warehouse, ROWS.slice(0, 2), FEATURES, tmp_path / "f")
        with pytest.raises(BadInput, match="1 of 3 people have no features"):
            with_nothing_new(warehouse, now, ROWS, 91)
        both = ROWS.set_column(1, "as_of", pa.array([TODAY, TODAY, date(2023, 1, 1)], pa.date32()))
        with pytest.raises(BadInput, match="not of 2"):
            with_nothing_new(warehouse, now, both, 91)
