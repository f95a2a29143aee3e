"""How much each group would have to count in learning for the worst-off group to be predicted as well as can be.

Fairlearn's grid search over a bound on every group's loss (Agarwal, Dudik and Wu, 2019: fair regression by reductions).
The search fits a plain regression on a sample, so that it takes seconds; the published recipe then learns once with the
weights it found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from risk_model.audits.characteristics import NOT_KNOWN

Floats = NDArray[np.float64]
MOST_ROWS = 20_000
"""Rows that the search fits, drawn by the experiment's seed where there are more."""
FACTORS = (2.0, 4.0, 8.0)
"""How many times as much a group is tried to count."""
LOSS_WEIGHT = 0.5
"""The search's trade between the mean loss of everybody and the largest of a group."""
OTHERS = "the others"


class _Chances(LogisticRegression):  # type: ignore[misc]
    """A regression whose prediction is the chance: what a bound on the squared error is about."""

    def predict(self, X: Floats) -> Floats:
        chance: Floats = self.predict_proba(X)[:, 1]
        return chance


def group_weights(
    X: NDArray[np.float32], outcome: Floats, groups: NDArray[np.str_], least_positives: int, seed: int
) -> Floats:
    """How much each of ``n`` rows should count, 1 on average; all the same where fewer than two groups have enough.

    Rows of groups that are not known, or have fewer than ``least_positives`` rows with the outcome, count as one group
    that is never tried with more.
    """
    tried = _enough(outcome, groups, least_positives)
    if len(tried) < 2:
        return np.ones(len(outcome))
    told = np.where(np.isin(groups, tried), groups, OTHERS)
    sample = np.sort(np.random.default_rng([seed, 8]).permutation(len(outcome))[:MOST_ROWS])
    factors = _search(_columns(X[sample]), outcome[sample], told[sample], tried)
    weight = pd.Series(told).map(factors).fillna(1.0).to_numpy(dtype=np.float64)
    return weight / weight.mean()


def _enough(outcome: Floats, groups: NDArray[np.str_], least_positives: int) -> list[str]:
    names = [name for name in np.unique(groups).tolist() if name != NOT_KNOWN]
    return [name for name in names if outcome[groups == name].sum() >= least_positives]


def _columns(X: NDArray[np.float32]) -> Floats:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    prepared: Floats = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    ).fit_transform(X.astype(np.float64))
    return prepared


def _search(X: Floats, outcome: Floats, told: NDArray[np.str_], tried: list[str]) -> dict[str, float]:
    """The factor of each group in the best of all fits, everybody alike being one of them."""
    from fairlearn.reductions import BoundedGroupLoss, GridSearch, SquareLoss

    share = pd.Series(told).value_counts(normalize=True).sort_index()
    alike = dict.fromkeys(share.index, 1.0)
    ways = [alike, *({**alike, name: factor} for name in tried if name in alike for factor in FACTORS)]
    grid = pd.DataFrame({at: share * pd.Series(way) for at, way in enumerate(ways)}).sort_index()
    search: Any = GridSearch(
        _Chances(max_iter=300), BoundedGroupLoss(SquareLoss(0, 1)), constraint_weight=LOSS_WEIGHT, grid=grid
    )
    search.fit(X, pd.Series(outcome), sensitive_features=pd.Series(told))
    return ways[search.best_idx_]
