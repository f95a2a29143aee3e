"""Missing values are filled as the rows learned from say, and never as those scored say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.build import definitions_digest
from features.definition import Age, Fill, Phrase
from risk_model.training import missing
from risk_model.training.dataset import Dataset, MissingRule
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.missing import Filled, Filling, rules_of

MEDIAN = MissingRule(Fill.MEDIAN, flag=True)
RULES = (MissingRule(), MEDIAN, MissingRule(Fill.MOST_COMMON))
NAMES = ("kept", "middle", "common")


def drawn(rows: int = 400, seed: int = 3) -> Dataset:
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 6, (rows, 3)).astype(np.float32)
    X[rng.random((rows, 3)) < 0.3] = np.nan
    outcome = (rng.random(rows) < 0.1 + 0.4 * np.isnan(X[:, 1])).astype(np.float64)
    day = np.full(rows, np.datetime64("2024-01-01"))
    return Dataset(np.arange(rows), day, np.full(rows, "E1"), np.full(rows, 14, np.int16), outcome, X, NAMES,
                   missing=RULES)  # fmt: skip


@pytest.mark.parametrize(
    ("fill", "expected"), [(Fill.KEEP, np.nan), (Fill.MEDIAN, 2.0), (Fill.MEAN, 3.25), (Fill.MOST_COMMON, 2.0)]
)
def test_what_is_learned_from_the_training_rows_fills_every_other(fill: Fill, expected: float) -> None:
    learned = Filling.fit(np.array([[1], [2], [2], [8], [np.nan]], np.float32), (MissingRule(fill),))
    later = np.array([[np.nan], [100], [100]], np.float32)
    np.testing.assert_array_equal(learned.apply(later)[:, 0], np.float32([expected, 100, 100]))


def test_a_feature_missing_in_every_training_row_is_filled_with_0() -> None:
    learned = Filling.fit(np.full((3, 1), np.nan, np.float32), (MissingRule(Fill.MEDIAN),))
    assert learned.apply(np.full((1, 1), np.nan, np.float32)).tolist() == [[0.0]]


@pytest.mark.parametrize("name", ["lightgbm", "logistic"])
def test_a_fit_scores_filled_rows_and_is_the_same_when_loaded(name: str, tmp_path: Path) -> None:
    rows, estimator = drawn(), ESTIMATORS[name]
    settings = {"rounds": 20, "min_data_in_leaf": 20} if name == "lightgbm" else {}
    fitted = missing.fitter(estimator, rows)(settings, 1)
    assert isinstance(fitted, Filled)
    assert fitted.filling.flagged == (1,)
    raw, parts = fitted.raw_score(rows.X), fitted.contributions(rows.X)
    assert parts.shape == (len(rows), len(NAMES) + 1)
    np.testing.assert_allclose(parts.sum(axis=1), raw, rtol=1e-6, atol=1e-6)
    by_hand = estimator.fitter(fitted.filling.data(rows))(settings, 1)
    np.testing.assert_array_equal(by_hand.raw_score(fitted.filling.apply(rows.X)), raw)
    fitted.save(tmp_path)
    np.testing.assert_array_equal(missing.load(estimator, tmp_path).raw_score(rows.X), raw)
    alone = rows.X[:1]
    np.testing.assert_allclose(missing.load(estimator, tmp_path).raw_score(alone), raw[:1], rtol=1e-12)


def test_without_rules_nothing_is_wrapped_and_written_rules_read_values_as_they_are() -> None:
    plain = replace(drawn(), missing=())
    assert not isinstance(missing.fitter(ESTIMATORS["logistic"], plain)({}, 1), Filled)
    assert drawn().only(("middle",)).missing == (MEDIAN,)


def test_definitions_carry_the_rule_and_a_changed_rule_is_another_model() -> None:
    plain = Age("age", "?", theme="t", phrase=Phrase("{n}"))
    flagged = replace(plain, fill=Fill.MEDIAN, flag_missing=True)
    assert rules_of([plain]) == ()
    assert rules_of([plain, flagged]) == (MissingRule(), MEDIAN)
    assert definitions_digest([plain]) != definitions_digest([flagged])
