"""Feature tables are the same however they are built, and a cached one is never stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features import build
from features.build import build_feature_table, definitions_digest
from features.catalogue import chosen
from features.definition import Age, Change, Feature, Phrase, Ratio, Strength, Summary, Where
from features.engines import local
from features.errors import BadConfiguration, EmptyCohort
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event, slow_value
from tests.features.small_warehouse import make_warehouse

SAY = Phrase("{n}")
THEFT = Where("occurrence", role="suspect", code="theft")
YEAR = Feature("year", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(365), summary=Summary.COUNT)
EVER = Feature("ever", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(730), summary=Summary.COUNT)
FEATURES = (
    YEAR,
    EVER,
    Age("age", "?", theme="t", phrase=SAY),
    Ratio("share", "?", theme="t", phrase=SAY, over="year", under="ever", when_missing=None),
    Change("change", "?", theme="t", phrase=SAY, recent="year", whole="ever", recent_days=365, whole_days=730),
)
DATES = [date(2023, 1, 1), date(2024, 1, 1)]
EVENTS = [
    Event(person, "occurrence", "suspect", "theft", date(2022, 1 + month, 3), date(2022, 1 + month, 9))
    for person in (1, 2, 3)
    for month in range(0, 4 * person - 1)
]
BORN = dict.fromkeys((1, 2, 3, 4), date(2009, 3, 1))


def rows_of(dates: list[date]) -> pa.Table:
    pairs = [(person, day) for person in BORN for day in dates]
    return pa.table({
        "person": pa.array([p for p, _ in pairs], pa.int64()), "as_of": pa.array([d for _, d in pairs], pa.date32()),
        "age_years": pa.array([14] * len(pairs), pa.int16()),
    })  # fmt: skip


@pytest.fixture
def warehouse_path(tmp_path: Path) -> Path:
    return make_warehouse(tmp_path / "w", EVENTS, BORN, {}).warehouse


def test_counts_ratios_changes_and_age_line_up_with_the_rows(warehouse_path: Path, tmp_path: Path) -> None:
    with Warehouse(warehouse_path) as warehouse:
        made = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "f")
    for row in made.table.to_pylist():
        year, ever = (slow_value(f, EVENTS, row["person"], row["as_of"]) for f in (YEAR, EVER))
        assert (row["year"], row["ever"], row["age"]) == (year, ever, 14)
        assert row["share"] == pytest.approx(year / ever) if ever else np.isnan(row["share"])
        assert row["change"] == pytest.approx((year - (ever - year)) * 365.25 / 365)
    assert made.matrix().shape == (8, 5)


def test_building_one_date_at_a_time_gives_the_same_table(warehouse_path: Path, tmp_path: Path) -> None:
    with Warehouse(warehouse_path) as warehouse:
        whole = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "whole").table
        parts = [build_feature_table(warehouse, rows_of([day]), FEATURES, tmp_path / "parts").table for day in DATES]
    assert (
        pa.concat_tables(parts)
        .sort_by([("person", "ascending"), ("as_of", "ascending")])
        .to_pandas()
        .equals(whole.to_pandas())
    )


def test_splitting_people_into_ranges_changes_nothing(
    warehouse_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Warehouse(warehouse_path) as warehouse:
        whole = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "whole").table
        monkeypatch.setattr(local, "ROWS_A_RANGE", 1)
        parts = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "parts").table
    assert parts.to_pandas().equals(whole.to_pandas())


def test_a_date_a_person_is_one_file_and_the_same_values(
    warehouse_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Warehouse(warehouse_path) as warehouse:
        whole = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "whole").table
        monkeypatch.setattr(build, "MOST_DATES", 1)
        one = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "one").table
    assert len(list((tmp_path / "one").rglob("*.parquet"))) == 1
    assert one.to_pandas().equals(whole.to_pandas())


def test_a_new_date_is_added_without_computing_old_ones_again(
    warehouse_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []
    ranges = local.feature_ranges
    monkeypatch.setattr(local, "feature_ranges", lambda w, rows, f: (computed.append(len(rows)), ranges(w, rows, f))[1])
    with Warehouse(warehouse_path) as warehouse:
        for dates in (DATES[:1], DATES, DATES):
            build_feature_table(warehouse, rows_of(dates), FEATURES, tmp_path / "f")
    assert computed == [4, 4]


def test_the_cache_is_not_used_when_data_or_definitions_change(warehouse_path: Path, tmp_path: Path) -> None:
    wider = (YEAR, Feature("ever", "?", theme="t", phrase=SAY, events=Where("occurrence"), window=LookBack(9),
                           summary=Summary.COUNT))  # fmt: skip
    more = make_warehouse(tmp_path / "more", [*EVENTS, Event(4, *("occurrence", "suspect", "theft"), date(2022, 5, 5),
                                                             date(2022, 5, 6))], BORN, {}).warehouse  # fmt: skip
    with Warehouse(warehouse_path) as warehouse, Warehouse(more) as changed:
        before = build_feature_table(warehouse, rows_of(DATES), FEATURES[:2], tmp_path / "f").table
        assert (
            not build_feature_table(warehouse, rows_of(DATES), wider, tmp_path / "f")
            .table.to_pandas()
            .equals(before.to_pandas())
        )
        assert (
            not build_feature_table(changed, rows_of(DATES), FEATURES[:2], tmp_path / "f")
            .table.to_pandas()
            .equals(before.to_pandas())
        )


def spied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[date], set[str]]]:
    """What the engine is asked for, dates and features, one entry a pass."""
    asked: list[tuple[set[date], set[str]]] = []
    ranges = local.feature_ranges

    def spy(warehouse: Warehouse, rows: pa.Table, features: list[Feature]):
        asked.append((set(rows["as_of"].to_pylist()), {feature.name for feature in features}))
        return ranges(warehouse, rows, features)

    monkeypatch.setattr(local, "feature_ranges", spy)
    return asked


ASB = Feature("asb", "?", theme="t", phrase=SAY, events=Where("asb"), window=LookBack(), summary=Summary.COUNT)


def test_one_changed_value_rebuilds_only_the_features_and_dates_that_rest_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asb = [Event(2, "asb", "subject", "nuisance", date(2023, 5, 1), date(2023, 5, 8), value=value) for value in (1, 2)]
    asked, tables = spied(monkeypatch), []
    for folder, one in (("a", asb[0]), ("b", asb[1])):
        with Warehouse(make_warehouse(tmp_path / folder, [*EVENTS, one], BORN, {}).warehouse) as warehouse:
            tables.append(build_feature_table(warehouse, rows_of(DATES), (YEAR, ASB), tmp_path / "f").table)
    assert asked == [(set(DATES), {"year", "asb"}), ({DATES[1]}, {"asb"})]
    assert tables[0].to_pandas().equals(tables[1].to_pandas())


def test_a_changed_definition_or_a_new_feature_is_the_only_one_computed(
    warehouse_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = spied(monkeypatch)
    longer = Feature("ever", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(900), summary=Summary.COUNT)
    with Warehouse(warehouse_path) as warehouse:
        build_feature_table(warehouse, rows_of(DATES), (YEAR,), tmp_path / "f")
        build_feature_table(warehouse, rows_of(DATES), (YEAR, EVER), tmp_path / "f")
        build_feature_table(warehouse, rows_of(DATES), (YEAR, longer), tmp_path / "f")
        kept = build_feature_table(warehouse, rows_of(DATES), (YEAR, longer), tmp_path / "f").table
        anew = build_feature_table(warehouse, rows_of(DATES), (YEAR, longer), tmp_path / "g").table
    assert [names for _, names in asked] == [{"year"}, {"ever"}, {"ever"}, {"year", "ever"}]
    assert kept.to_pandas().equals(anew.to_pandas())


def test_files_written_in_bounded_memory_are_those_a_table_is_read_from(
    warehouse_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "ROWS_A_RANGE", 1)
    asked = spied(monkeypatch)
    with Warehouse(warehouse_path) as warehouse:
        paths = build.write_feature_files(warehouse, rows_of(DATES), FEATURES, tmp_path / "f")
        read = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "f").table
        anew = build_feature_table(warehouse, rows_of(DATES), FEATURES, tmp_path / "g").table
    assert len(paths) == 2
    assert len(asked) == 2
    assert read.to_pandas().equals(anew.to_pandas())


def test_words_do_not_change_what_is_computed_and_numbers_do() -> None:
    said = Feature("year", "Asked differently?", theme="u", phrase=Phrase("{n}!"), events=THEFT, window=LookBack(365),
                   summary=Summary.COUNT, strength=Strength("good", at_most=0), direction=1)  # fmt: skip
    longer = Feature("year", "?", theme="t", phrase=SAY, events=THEFT, window=LookBack(366), summary=Summary.COUNT)
    assert definitions_digest([YEAR]) == definitions_digest([said]) != definitions_digest([longer])


def test_no_rows_and_no_event_features_are_refused(warehouse_path: Path, tmp_path: Path) -> None:
    with Warehouse(warehouse_path) as warehouse:
        with pytest.raises(EmptyCohort):
            build_feature_table(warehouse, rows_of([]), FEATURES, tmp_path)
        with pytest.raises(BadConfiguration, match="at least one theme"):
            build_feature_table(warehouse, rows_of(DATES), FEATURES[2:3], tmp_path)


def test_the_whole_catalogue_can_be_computed(warehouse_path: Path, tmp_path: Path) -> None:
    features = chosen(discretion=True)
    with Warehouse(warehouse_path) as warehouse:
        made = build_feature_table(warehouse, rows_of(DATES), features, tmp_path / "f")
    assert len(made.features) == len(features) >= 120
    assert not np.isinf(made.matrix()).any()
