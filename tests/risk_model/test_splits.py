"""No label reaches into a later slice, whatever the dates; and a second reader of the rows says so too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.experiment import Experiment
from risk_model.training.dataset import Dataset
from risk_model.training.splits import Slice, Split, check_splits, final_split, temporal_splits
from tests.risk_model.drawn import drawn_experiment, drawn_world

QUARTERS = np.arange("2021-01", "2025-01", 3, dtype="datetime64[M]").astype("datetime64[D]")


def rows_on(dates: np.ndarray) -> Dataset:
    n = len(dates)
    return Dataset(
        np.arange(n), dates.astype("datetime64[D]"), np.full(n, "E1"), np.full(n, 14, np.int16), np.zeros(n),
        np.zeros((n, 1), np.float32), ("one",),
    )  # fmt: skip


def ranges_experiment(**changes: object) -> Experiment:
    splits = {"kind": "ranges", "calibrate_from": date(2022, 6, 1), "test_from": date(2022, 9, 1),
              "test_before": date(2022, 12, 1)}  # fmt: skip
    return drawn_experiment(splits=splits | changes)


def test_a_rolling_split_is_what_could_have_been_done_on_its_test_date() -> None:
    splits = temporal_splits(drawn_experiment(), QUARTERS)
    assert [split.name for split in splits] == ["test 2024-04-01", "test 2024-07-01", "test 2024-10-01"]
    assert splits[0] == Split(
        "test 2024-04-01",
        train=Slice(date(2021, 1, 1), date(2021, 7, 2)),  # 2021-07-01 + 365 + 60 days is 2022-08-30
        calibrate=Slice(date(2022, 10, 1), date(2023, 1, 2)),  # 2023-01-01 + 425 days is 2024-03-01
        test=Slice(date(2024, 4, 1), date(2024, 4, 2)),
    )


def test_the_final_split_uses_the_day_the_data_ends_in_the_place_of_a_test_date() -> None:
    split = final_split(drawn_experiment(), QUARTERS)
    assert split.test is None
    assert split.calibrate == Slice(date(2024, 7, 1), date(2024, 10, 2))
    assert split.train == Slice(date(2021, 1, 1), date(2023, 4, 2))


def test_slices_by_range_follow_each_other_where_the_plan_says_there_is_no_gap() -> None:
    experiment = ranges_experiment(label_gap="none", label_gap_reason="too short a time")
    days = np.arange("2022-01-01", "2022-12-01", dtype="datetime64[D]")
    (split,) = temporal_splits(experiment, days)
    assert split.train == Slice(date(2022, 1, 1), date(2022, 6, 1))
    assert split.calibrate == Slice(date(2022, 6, 1), date(2022, 9, 1))
    assert split.test == Slice(date(2022, 9, 1), date(2022, 12, 1))
    check_splits(experiment, split, rows_on(days))
    final = final_split(experiment, days)
    assert (final.train, final.calibrate) == (Slice(date(2022, 1, 1), date(2022, 9, 1)), split.test)


def test_slices_by_range_with_a_strict_gap_lose_the_rows_whose_labels_reach_over() -> None:
    outcome = drawn_experiment().outcome.model_dump() | {"horizon_days": 30, "maturity_days": 5}
    experiment = drawn_experiment(splits=ranges_experiment().splits.model_dump(), outcome=outcome)
    days = np.arange("2022-01-01", "2022-12-01", dtype="datetime64[D]")
    (split,) = temporal_splits(experiment, days)
    assert split.train.before == date(2022, 6, 1) - timedelta(days=34)
    check_splits(experiment, split, rows_on(days))


def test_a_range_with_no_gap_possible_is_refused() -> None:
    with pytest.raises(Untrainable, match="none with a label known before the next slice begins"):
        temporal_splits(ranges_experiment(), np.arange("2022-01-01", "2022-12-01", dtype="datetime64[D]"))


def test_too_few_dates_are_refused_with_what_to_change() -> None:
    with pytest.raises(Untrainable, match="nothing is left to train on"):
        temporal_splits(drawn_experiment(), QUARTERS[np.datetime64("2022-06-30") < QUARTERS])
    with pytest.raises(Untrainable, match="calibration_dates asks for 2"):
        temporal_splits(drawn_experiment(), QUARTERS[np.datetime64("2022-12-31") < QUARTERS])
    with pytest.raises(Untrainable, match="none with labels known"):
        temporal_splits(drawn_experiment(), np.array(["2025-10-01"], "datetime64[D]"))


def test_every_test_date_nobody_has_is_named() -> None:
    splits = drawn_experiment().splits.model_dump() | {"test_as_of": (date(2024, 4, 2), date(2025, 1, 1))}
    with pytest.raises(BadConfiguration, match=r"(?s)2024-04-02.*2025-01-01"):
        temporal_splits(drawn_experiment(splits=splits), QUARTERS)


@settings(max_examples=150, deadline=None)
@given(
    offsets=st.sets(st.integers(0, 1500), min_size=3, max_size=40),
    horizon=st.integers(1, 500), maturity=st.integers(0, 120), wanted=st.integers(1, 4), pick=st.integers(0, 39),
)  # fmt: skip
def test_whatever_the_dates_no_label_of_a_slice_is_known_only_after_the_next_begins(
    offsets: set[int], horizon: int, maturity: int, wanted: int, pick: int
) -> None:
    days = sorted(date(2021, 1, 1) + timedelta(days=offset) for offset in offsets)
    test = days[pick % len(days)]
    base = drawn_experiment()
    outcome = base.outcome.model_dump() | {"horizon_days": horizon, "maturity_days": maturity}
    plan = base.splits.model_dump() | {"test_as_of": (test,), "calibration_dates": wanted}
    experiment = drawn_experiment(outcome=outcome, splits=plan)
    as_of = np.array(days, dtype="datetime64[D]")
    try:
        splits = [*temporal_splits(experiment, as_of), final_split(experiment, as_of)]
    except (Untrainable, BadConfiguration):
        return
    span = timedelta(days=horizon + maturity)
    for split in splits:
        after = split.test.first if split.test else experiment.dates.data_until
        trained = [day for day in days if split.train.first <= day < split.train.before]
        calibrated = [day for day in days if split.calibrate.first <= day < split.calibrate.before]
        assert trained
        assert len(calibrated) == wanted
        assert max(trained) + span <= min(calibrated)
        assert max(calibrated) + span <= after
        usable = [day for day in days if day + span <= after]
        assert calibrated == usable[-wanted:], "the latest that were known"
        assert trained == [day for day in days if day + span <= calibrated[0]], "all that were known"
        check_splits(experiment, split, rows_on(as_of))


@settings(max_examples=100, deadline=None)
@given(later=st.integers(1, 400))
def test_the_second_reader_sees_any_slice_moved_towards_the_next(later: int) -> None:
    days = np.arange("2021-01-01", "2025-01-01", dtype="datetime64[D]")
    experiment = drawn_experiment()
    (split, *_) = temporal_splits(experiment, days)
    check_splits(experiment, split, rows_on(days))
    late = replace(split, train=Slice(split.train.first, split.train.before + timedelta(days=later)))
    with pytest.raises(BadConfiguration, match=r"training slice: .* rows with a label not known"):
        check_splits(experiment, late, rows_on(days))


def test_the_second_reader_sees_rows_in_two_slices_and_outcomes_beyond_the_gap() -> None:
    world = drawn_world(people=120)
    (split, *_) = temporal_splits(world.experiment, world.rows.as_of)
    check_splits(world.experiment, split, world.rows, world.inputs.event_on)
    with pytest.raises(BadConfiguration, match="in two slices"):
        check_splits(world.experiment, replace(split, calibrate=split.train), world.rows)
    event_on = world.inputs.event_on
    assert event_on is not None
    event_on = np.where(world.rows.as_of == np.datetime64("2021-01-01"), np.datetime64("2022-10-01"), event_on)
    with pytest.raises(BadConfiguration, match=r"training slice: .* outcome events on or after"):
        check_splits(world.experiment, split, world.rows, event_on)
    with pytest.raises(BadConfiguration, match="test slice: no rows"):
        check_splits(world.experiment, split, world.rows.between(date(2021, 1, 1), date(2024, 1, 1)))
