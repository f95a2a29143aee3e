"""Intervals draw people, not rows; the same seed draws the same people; and they cover what they should."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk_model.training.intervals import interval, resample_people
from risk_model.training.metrics import rank_metrics


def test_a_person_comes_or_stays_away_with_all_their_rows() -> None:
    person = np.array([7, 3, 7, 9, 3, 7], dtype=np.int64)
    resamples = resample_people(person, draws=50, seed=1)
    by_row = resamples.times[:, resamples.index]
    assert (by_row[:, 0] == by_row[:, 2]).all()
    assert (by_row[:, 0] == by_row[:, 5]).all()
    assert (by_row[:, 1] == by_row[:, 4]).all()
    assert (resamples.times.sum(axis=1) == 3).all(), "as many people as there are, with replacement"


def test_sums_are_what_repeating_the_rows_would_give() -> None:
    rng = np.random.default_rng(0)
    person = rng.integers(0, 40, 300)
    columns = rng.random((300, 3))
    resamples = resample_people(person, draws=230, seed=2)
    sums = resamples.sums(columns)
    for draw in (0, 100, 229):
        repeated = np.repeat(columns, resamples.times[draw, resamples.index], axis=0)
        assert sums[draw] == pytest.approx(repeated.sum(axis=0))


def test_draws_carry_over_to_other_rows_of_the_same_people() -> None:
    resamples = resample_people(np.array([5, 1, 5, 8]), draws=20, seed=3)
    part = resamples.of(np.array([8, 5]))
    assert (part.times[:, part.index][:, 1] == resamples.times[:, resamples.index][:, 0]).all()
    assert (part.times[:, part.index][:, 0] == resamples.times[:, resamples.index][:, 3]).all()


def test_the_same_seed_draws_the_same_people_and_another_does_not() -> None:
    person = np.arange(50)
    assert (resample_people(person, 5, 4).times == resample_people(person, 5, 4).times).all()
    assert (resample_people(person, 5, 4).times != resample_people(person, 5, 5).times).any()


def test_repeating_everybody_s_rows_leaves_the_interval_as_it_was() -> None:
    rng = np.random.default_rng(1)
    person, value = np.arange(200), rng.random(200)
    once = _mean_interval(person, value)
    thrice = _mean_interval(np.tile(person, 3), np.tile(value, 3))
    assert thrice == pytest.approx(once), "rows of one person are not more evidence"


def _mean_interval(person: np.ndarray, value: np.ndarray) -> tuple[float, float]:
    sums = resample_people(person, 400, 6).sums(np.column_stack([value, np.ones_like(value)]))
    return interval(sums[:, 0] / sums[:, 1])


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(150):
        person = np.repeat(np.arange(120), 3)
        value = np.repeat(rng.normal(size=120), 3) + rng.normal(size=360)  # a person's rows resemble each other
        low, high = _mean_interval(person, value)
        hits += low <= 0 <= high
    assert 132 <= hits <= 150
    person_ignored = np.arange(360)
    low, high = _mean_interval(person_ignored, value)
    clustered = _mean_interval(person, value)
    assert high - low < 0.9 * (clustered[1] - clustered[0]), "resampling rows would claim too much"


def test_an_interval_is_not_given_when_too_many_draws_have_no_value() -> None:
    draws = np.linspace(0, 1, 100)
    assert interval(draws) == pytest.approx((0.025, 0.975))
    draws[:4] = np.nan
    assert not math.isnan(interval(draws)[0])
    draws[:6] = np.nan
    assert math.isnan(interval(draws)[0])
    assert math.isnan(interval(np.full(10, np.nan))[1])


def test_auc_of_draws_matches_the_auc_of_repeated_rows() -> None:
    rng = np.random.default_rng(3)
    person, score = rng.integers(0, 60, 200), np.round(rng.normal(size=200), 1)
    outcome = (rng.random(200) < 0.2).astype(float)
    resamples = resample_people(person, 10, 7)
    times = resamples.times[:, resamples.index]
    auc, precision = rank_metrics(score, outcome, times)
    for draw in range(10):
        again = np.repeat(np.arange(200), times[draw])
        plain = rank_metrics(score[again], outcome[again], np.ones((1, len(again)), np.uint8))
        assert (auc[draw], precision[draw]) == pytest.approx((plain[0][0], plain[1][0]))
