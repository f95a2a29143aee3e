"""A date's table never changes when later knowledge arrives, and is rebuilt when what was known on it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.build import build_feature_table
from features.definition import Around, Feature, HomeArea, Phrase, Summary, Where
from features.engines import local
from features.known import known_on
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event, Relation
from tests.features.small_warehouse import make_warehouse
from tests.features.test_around import BORN, START, dated, pairs

THEFT, CARE = ("occurrence", "suspect", "theft"), ("cin", "child", "N1")
AREA = ("area_occurrence", "recorded", "theft")
FEATURES = [
    Feature(f"{name}_{summary.name}_{window.since_age}", "?", theme="t", phrase=Phrase("{n}"), events=where, of=of,
            window=window, summary=summary, when_missing=None)
    for name, where, of in (("own", Where("occurrence"), None), ("care", Where("cin"), None),
                            ("others", Where("occurrence"), Around(("sibling", "household"))),
                            ("area", Where("area_occurrence"), HomeArea()))
    for window in (LookBack(), LookBack(since_age=10))
    for summary in (Summary.COUNT, Summary.DAYS_SINCE_LAST, Summary.MEAN_GAP)
    if not (name == "area" and window.since_age)
]  # fmt: skip

events = st.tuples(st.sampled_from(list(BORN)), st.sampled_from([THEFT, CARE]), dated()).map(
    lambda e: Event(e[0], *e[1], *e[2])
)
in_areas = dated().map(lambda e: ("L1", Event(0, *AREA, *e)))
relations = st.tuples(pairs, st.sampled_from(["sibling", "household"]), dated()).map(
    lambda r: Relation(*r[0], r[1], *r[2])
)
worlds = st.tuples(st.lists(events, max_size=12), st.lists(relations, max_size=6), st.lists(in_areas, max_size=6))
World = tuple[list[Event], list[Relation], list[tuple[str, Event]]]
HOMES = {1: "L1", 2: "L1"}


def built(folder: Path, cache: Path, world: World, as_of: date) -> tuple[pa.Table, dict]:
    drawn, ties, crimes = world
    rows = pa.table({"person": pa.array(BORN, pa.int64()), "as_of": pa.array([as_of] * len(BORN), pa.date32()),
                     "age_years": pa.array([10] * len(BORN), pa.int16())})  # fmt: skip
    with Warehouse(make_warehouse(folder, drawn, BORN, HOMES, ties, crimes).warehouse) as warehouse:
        table = build_feature_table(warehouse, rows, FEATURES, cache).table
        return table, known_on(warehouse, [as_of])


def same(left: pa.Table, right: pa.Table) -> bool:
    return all(np.array_equal(left[f.name].to_numpy(), right[f.name].to_numpy(), equal_nan=True) for f in FEATURES)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, worlds, st.integers(10, 40), st.integers(0, 3))
def test_what_reaches_us_later_moves_and_rebuilds_nothing(tmp_path_factory, world, more, day, withdrawn) -> None:
    """Late arrivals, corrections and withdrawals on the date or after it, of events, relations and areas' events."""
    folder, as_of = tmp_path_factory.mktemp("later"), START + timedelta(days=day)
    before, known = built(folder / "a", folder / "f", world, as_of)
    taken_back = lambda rows: [  # noqa: E731
        replace(row, withdrawn_on=as_of + timedelta(days=n)) if n < withdrawn and row.withdrawn_on is None else row
        for n, row in enumerate(rows)
    ]
    grown = (
        taken_back(world[0]) + [replace(e, available_on=max(e.available_on, as_of)) for e in more[0]],
        taken_back(world[1]) + [replace(r, available_on=max(r.available_on, as_of)) for r in more[1]],
        world[2] + [(place, replace(e, available_on=max(e.available_on, as_of))) for place, e in more[2]],
    )
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        ranges = local.feature_ranges
        patch.setattr(local, "feature_ranges", lambda *given: (asked.append(given), ranges(*given))[1])
        kept, still_known = built(folder / "b", folder / "f", grown, as_of)
        assert asked == []
    assert still_known == known
    assert same(before, kept)
    assert same(before, built(folder / "b", folder / "anew", grown, as_of)[0])


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, worlds, st.integers(10, 40))
def test_a_kept_table_is_always_what_would_be_computed_anew(tmp_path_factory, world, other, day) -> None:
    """Whatever changed between two loads, what the cache gives is what computing everything gives."""
    folder, as_of = tmp_path_factory.mktemp("any"), START + timedelta(days=day)
    grown = tuple(mine[1:] + theirs[:2] for mine, theirs in zip(world, other, strict=True))
    built(folder / "a", folder / "f", world, as_of)
    kept, _ = built(folder / "b", folder / "f", grown, as_of)
    assert same(kept, built(folder / "b", folder / "anew", grown, as_of)[0])


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, st.integers(10, 40))
def test_the_source_cut_at_the_date_gives_the_same_table(tmp_path_factory, world, day) -> None:
    """Truncation: without every row that reached us on the date or later, of any table, nothing moves."""
    folder, as_of = tmp_path_factory.mktemp("cut"), START + timedelta(days=day)
    whole, _ = built(folder / "a", folder / "f", world, as_of)
    cut = (
        [e for e in world[0] if e.available_on < as_of],
        [r for r in world[1] if r.available_on < as_of],
        [(place, e) for place, e in world[2] if e.available_on < as_of],
    )
    assert same(whole, built(folder / "b", folder / "g", cut, as_of)[0])
