"""Small trees are explained by the patterns of their decisions: LightGBM's own values to rounding, and Shapley's."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.training.estimators.decision_patterns import MOST_SPLITS, NotSuited, explainer_of
from risk_model.training.estimators.pattern_loops import leaf_table


def grown(
    seed: int, leaves: int, missing: str, rows: int = 1_500, rounds: int = 6
) -> tuple[lightgbm.Booster, np.ndarray]:
    """A model of a few trees on drawn rows: whole numbers, measures, many ties, and gaps where asked for."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 6)).astype(np.float32)
    X[:, :3] = rng.poisson(1.0, (rows, 3))
    if missing != "none":
        X[rng.random(X.shape) < 0.2] = np.nan
    score = np.nan_to_num(X[:, 0]) * np.nan_to_num(X[:, 3]) + np.nan_to_num(X[:, 4]) - 0.5 * np.isnan(X[:, 1])
    asked = {"objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1,
             "zero_as_missing": missing == "zero", "use_missing": missing != "ignored", "seed": 1}  # fmt: skip
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    return lightgbm.train(asked, lightgbm.Dataset(X, outcome), rounds), X


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 4, 9, MOST_SPLITS + 1]),
       st.sampled_from(["none", "nan", "zero", "ignored"]), st.sampled_from([1, 2]))  # fmt: skip
def test_values_are_lightgbms_own_whatever_the_trees_and_the_gaps(
    seed: int, leaves: int, missing: str, threads: int
) -> None:
    booster, X = grown(seed, leaves, missing)
    X[:40] = np.where(np.random.default_rng(seed).random((40, 6)) < 0.3, np.nan, X[:40])
    X[40:60] = 0
    own = booster.predict(X, pred_contrib=True)
    assert np.abs(explainer_of(booster, threads)(X) - own[:, :-1]).max() < 1e-12


def shapley(value: float, shares: np.ndarray, taken: int) -> list[float]:
    """A leaf's Shapley values by their definition: the mean over all sets of what each feature adds."""
    size = len(shares)

    def worth(known: tuple[int, ...]) -> float:
        ways = [taken >> at & 1 if at in known else shares[at] for at in range(size)]
        return value * float(np.prod(ways))

    found = []
    for own in range(size):
        others = [at for at in range(size) if at != own]
        found.append(sum(
            factorial(count) * factorial(size - count - 1) / factorial(size) * (worth((*known, own)) - worth(known))
            for count in range(size) for known in combinations(others, count)
        ))  # fmt: skip
    return found


@given(st.floats(-3, 3), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_leafs_table_is_shapleys_definition(value: float, shares: list[float]) -> None:
    table = leaf_table(value, np.array(shares))
    for taken in range(len(table)):
        assert table[taken] == pytest.approx(shapley(value, np.array(shares), taken), abs=1e-9)


def test_many_rows_are_explained_as_few_are_and_threads_change_nothing() -> None:
    booster, X = grown(3, 12, "nan", rows=3_000)
    many = np.concatenate([X] * 10)
    assert (explainer_of(booster, 2)(many)[:3_000] == explainer_of(booster, 1)(X)).all()


def test_trees_of_many_splits_are_left_to_others() -> None:
    booster, _ = grown(1, 40, "none")
    with pytest.raises(NotSuited, match="splits"):
        explainer_of(booster, 1)
