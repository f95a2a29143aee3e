"""Many rows are explained fast, exactly, and by LightGBM's own way wherever the fast one could be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from risk_model.training.estimators import ESTIMATORS, tree_shap
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


@pytest.mark.parametrize("fault", ["differs", "breaks", "of a row not compared", "of no number"])
def test_values_that_are_not_lightgbms_are_never_used(fitted, fault: str) -> None:
    model, X = fitted

    def own(rows):
        return model.booster.predict(rows, pred_contrib=True)

    def wrong(rows):
        if fault == "breaks":
            raise RuntimeError("no")
        if fault == "differs":
            return own(rows)[:, :-1] * (1 + 1e-3)
        parts = own(rows)[:, :-1]
        parts[1, 0] += 1e-3 if fault == "of a row not compared" else np.nan
        return parts

    with pytest.warns(UserWarning, match="LightGBM's own are used"):
        found = tree_shap.checked_contributions(wrong, own, X, model.raw_score(X))
    assert np.array_equal(found, own(X))


def test_a_few_rows_need_no_second_library(fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    model, X = fitted
    monkeypatch.setattr(tree_shap, "_woodelf", lambda _: pytest.fail("not for a list"))
    assert model.contributions(X[:40]).shape == (40, X.shape[1] + 1)
