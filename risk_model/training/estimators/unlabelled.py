"""Trees for labels that say too little: positives that went unrecorded, and outcomes that help prevented.

Two ways, both trees on weighted rows, saved and explained as any trees:

* ``positive_unlabelled`` (Elkan and Noto, 2008): a 0 may be somebody whose outcome nobody recorded. With ``c`` the
  share of positives that are recorded, each 0 counts as a positive by ``(1 - c) / c * g / (1 - g)``, where ``g`` is
  the chance of a recorded outcome, and as a negative by the rest. It rests on recording being the same for all: where
  police look more at some, it does not hold. ``c`` is a setting, or estimated on people left out of the fit.
* ``untreated_risk``: who was helped earlier may have no outcome because of that. It learns from those not helped only,
  each counting by one over the chance of not being helped (inverse probability weighting, held at ten), so that they
  stand for everybody; scores then say what might happen without help.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import (
    NOTHING_PROTECTED,
    Estimator,
    Protected,
    Scale,
    Setting,
    known_outcome,
)
from risk_model.training.estimators.lightgbm import FittedTrees, LightGBM, grow

TREES = LightGBM()
HELP = ("diversion_last_365_days", "diversion_ever")
"""Features that say that help was given earlier; those the experiment has are used."""
MOST_WEIGHT = 10.0
LEAST_EACH = 20
"""Rows helped and not helped that are needed."""
Floats = NDArray[np.float64]


class PositiveUnlabelled(Estimator):
    """Trees by Elkan and Noto's weights."""

    name = "positive_unlabelled"
    plain_name = "Trees for outcomes that may go unrecorded"
    scale = Scale.LOG_ODDS
    settings = TREES.settings | {"recorded_share": Setting(0.0, 0.0, 1.0, "c; 0 estimates it")}

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedTrees:
        """Trees on positives, and on every 0 twice: as a positive and as a negative, by its weights."""
        chosen, outcome = self.complete(settings), known_outcome(data)
        share = chosen.pop("recorded_share")
        chance = _out_of_fold(data, outcome, chosen, seed)
        share = share or min(max(float(chance[outcome > 0].mean()), 0.05), 1.0)
        unrecorded = np.clip((1 - share) / share * chance / (1 - chance), 0, 1)[outcome == 0]
        again = np.concatenate([np.arange(len(outcome)), np.flatnonzero(outcome == 0)])
        labels = np.concatenate([outcome, np.ones(len(unrecorded))])
        weight = np.concatenate([np.ones(len(outcome)), unrecorded])
        weight[np.flatnonzero(outcome == 0)] = 1 - unrecorded
        return grow(data.rows(again), labels, chosen, seed, weight)

    def load(self, folder: Path) -> FittedTrees:
        """The trees in ``model.txt``."""
        return TREES.load(folder)


class UntreatedRisk(Estimator):
    """Trees on those who had no help before, standing for everybody."""

    name = "untreated_risk"
    plain_name = "Trees for what might happen without help"
    scale = Scale.LOG_ODDS
    settings = TREES.settings

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedTrees:
        """Trees on weighted rows without earlier help.

        :raises BadConfiguration: the experiment has no feature of earlier help.
        :raises Untrainable: too few rows with or without it.
        """
        chosen, outcome = self.complete(settings), known_outcome(data)
        held = [name for name in HELP if name in data.feature_names]
        if not held:
            raise BadConfiguration(f"estimators.untreated_risk: needs {' or '.join(HELP)}; add it, or remove its table")
        places = [data.feature_names.index(name) for name in held]
        helped: NDArray[np.bool_] = np.asarray((np.nan_to_num(data.X[:, places]) > 0).any(axis=1))
        if min(helped.sum(), (~helped).sum()) < LEAST_EACH:
            raise Untrainable(f"untreated_risk: fewer than {LEAST_EACH} rows with, or without, earlier help")
        others = tuple(name for name in data.feature_names if name not in held)
        chance = _out_of_fold(data.only(others), np.asarray(helped, dtype=np.float64), chosen, seed)
        weight = np.minimum(1 / np.maximum(1 - chance, 1e-6), MOST_WEIGHT)[~helped]
        return grow(data.rows(~helped), outcome[~helped], chosen, seed, weight / weight.mean())

    def load(self, folder: Path) -> FittedTrees:
        """The trees in ``model.txt``."""
        return TREES.load(folder)


def _out_of_fold(data: Dataset, label: Floats, chosen: Mapping[str, Any], seed: int) -> Floats:
    """Each row's chance of the label by trees that did not see the person."""
    people, index = np.unique(data.person, return_inverse=True)
    half = np.random.default_rng(seed).permutation(len(people)) % 2
    chance = np.empty(len(label))
    for side in (0, 1):
        own = half[index] == side
        if not 0 < label[~own].sum() < (~own).sum():
            raise Untrainable("too few rows of either kind to learn from half of the people")
        trees = grow(data.rows(~own), label[~own], chosen, seed, np.ones(int((~own).sum())))
        chance[own] = expit(trees.raw_score(data.X[own]))
    return np.clip(chance, 1e-6, 1 - 1e-6)
