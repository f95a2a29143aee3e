"""Many rows are explained fast, exactly, and by LightGBM's own way wherever the fast one could be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from risk_model.training.estimators import ESTIMATORS, tree_shap
from risk_model.training.estimators.decision_patterns import NotSuited, explainer_of
from tests.risk_model.drawn import drawn_world


@pytest.fixture(scope="module")
def fitted():
    rows = drawn_world(people=600).rows
    return ESTIMATORS["lightgbm"].fit(rows, {"rounds": 30, "num_leaves": 7, "min_data_in_leaf": 20}, 1), rows.X


def test_many_rows_have_lightgbms_own_values_and_sum_to_their_scores(fitted) -> None:
    model, X = fitted
    assert len(X) >= tree_shap.MANY
    fast = model.contributions(X)
    own = model.booster.predict(X, pred_contrib=True)
    assert np.abs(fast - own).max() < 2e-6
    assert np.abs(fast.sum(axis=1) - model.raw_score(X)).max() < 1e-12


def test_larger_trees_have_lightgbms_own_values_too() -> None:
    rows = drawn_world(people=900).rows
    model = ESTIMATORS["lightgbm"].fit(rows, {"rounds": 10, "num_leaves": 24, "min_data_in_leaf": 5}, 1)
    own = model.booster.predict(rows.X, pred_contrib=True)
    assert np.abs(model.contributions(rows.X) - own).max() < 2e-6
    with pytest.raises(NotSuited):
        explainer_of(model.booster, 1)


def own_of(model):
    return lambda rows: model.booster.predict(rows, pred_contrib=True)


@pytest.mark.parametrize("fault", ["differs", "breaks", "many rows not compared", "no numbers"])
def test_values_that_are_not_lightgbms_are_never_used(fitted, fault: str) -> None:
    model, X = fitted
    own = own_of(model)

    def wrong(rows):
        parts = own(rows)[:, :-1]
        if fault == "breaks":
            raise RuntimeError("no")
        if fault == "differs":
            return parts * (1 + 1e-3)
        parts[1 : len(rows) // 50, 0] += 1e-3 if fault == "many rows not compared" else np.nan
        return parts

    with pytest.warns(UserWarning, match="LightGBM's own are used"):
        found = tree_shap.checked_contributions(wrong, own, X, model.raw_score(X))
    assert np.array_equal(found, own(X))


@pytest.mark.parametrize("by", [1e-3, np.nan])
def test_a_row_that_is_wrong_and_was_not_compared_is_explained_by_lightgbm(fitted, by: float) -> None:
    model, X = fitted
    own = own_of(model)

    def wrong(rows):
        parts = own(rows)[:, :-1]
        parts[1, 0] += by
        return parts

    found = tree_shap.checked_contributions(wrong, own, X, model.raw_score(X))
    assert np.abs(found - own(X)).max() < 1e-9


def test_values_that_come_within_rounding_of_a_threshold_are_explained_exactly(fitted) -> None:
    """32-bit values beside 64-bit thresholds: there the fast way takes the other branch, and LightGBM does not."""
    model, X = fitted
    text = model.text.splitlines()
    split_on = next(line for line in text if line.startswith("split_feature=")).split("=")[1].split()
    threshold = next(line for line in text if line.startswith("threshold=")).split("=")[1].split()
    near = X.copy()
    for feature, value in zip(split_on, threshold, strict=True):
        at = np.float32(float(value))
        rows = np.arange(3) + 3 * int(feature)
        near[rows, int(feature)] = (at, np.nextafter(at, np.float32(np.inf)), np.nextafter(at, np.float32(-np.inf)))
    own = own_of(model)(near)
    assert np.abs(model.contributions(near) - own).max() < 2e-6


def test_a_few_rows_need_no_second_library(fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    model, X = fitted
    monkeypatch.setattr(tree_shap, "_woodelf", lambda _: pytest.fail("not for a list"))
    assert model.contributions(X[:40]).shape == (40, X.shape[1] + 1)
