"""Survival: how soon, not only whether. A discrete-time hazard model over parts of the outcome window.

In each part of the window, whoever has had no event yet has one with log odds ``level of the part + score``; the score
is linear in the same prepared columns as the logistic regression. A row with an event counts until the part it falls
in, others throughout. An event in the first weeks therefore says more than one at the end, which a yes-or-no label
cannot. (Cox, 1972; the logistic form is Allison's, 1982.) Fitted by L-BFGS with an L2 penalty on the coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from features.workspace import read_json, write_json
from risk_model.errors import BadConfiguration, Untrainable
from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import (
    NOTHING_PROTECTED,
    Estimator,
    Protected,
    Scale,
    Setting,
    checked,
    known_outcome,
)
from risk_model.training.estimators.logistic import Preparation, as_json, from_json, preparation

FILE = "hazard.json"
STEPS = 500
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FittedHazard:
    """The preparation, one coefficient a column, and the log odds of each part of the window at an average row."""

    prepare: Preparation
    coefficient: Floats
    levels: Floats

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> Floats:
        """``n`` log odds of an event in an average part of the window."""
        columns = self.prepare.columns(checked(X, len(self.prepare.median)))
        return np.einsum("ij,j->i", columns, self.coefficient) + float(self.levels.mean())

    def contributions(self, X: NDArray[np.float32]) -> Floats:
        """``(n, p + 1)`` parts in log odds, then the mean level."""
        features = len(self.prepare.median)
        parts = self.prepare.columns(checked(X, features)) * self.coefficient
        parts[:, self.prepare.flagged] += parts[:, features:]
        return np.column_stack([parts[:, :features], np.full(len(X), self.levels.mean())])

    def by_part(self, X: NDArray[np.float32]) -> Floats:
        """``(n, parts)``: the chance of an event by the end of each part of the window."""
        each = self.raw_score(X)[:, None] - self.levels.mean() + self.levels
        return np.asarray(1 - np.cumprod(1 - expit(each), axis=1), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write ``hazard.json``; numbers come back to the last bit."""
        saved = as_json(self.prepare) | {"coefficient": self.coefficient.tolist(), "levels": self.levels.tolist()}
        write_json(folder / FILE, saved)


class TimeToEvent(Estimator):
    """The hazard model, with the settings of the experiment."""

    name = "time_to_event"
    plain_name = "Time to the event"
    scale = Scale.LOG_ODDS
    settings = {  # noqa: RUF012
        "penalty_strength": Setting(0.02, 1e-6, 1e6, "C: smaller is a stronger penalty"),
        "parts": Setting(4, 1, 24, "equal parts of the outcome window"),
    }

    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> FittedHazard:
        """The model fitted to the rows and their days to the event; it draws nothing at random.

        :raises BadConfiguration: the rows carry no days to the event. :raises Untrainable: the fit does not settle.
        """
        from scipy.optimize import minimize

        chosen, outcome = self.complete(settings), known_outcome(data)
        part = _part_of_event(data, outcome, chosen["parts"])
        X = checked(data.X, len(data.feature_names))
        prepare = preparation(X)
        columns, parts = prepare.columns(X), chosen["parts"]
        rates = [max(float((part == at).sum()), 0.5) / max(float((part >= at).sum()), 1.0) for at in range(parts)]
        start = np.concatenate([np.zeros(columns.shape[1]), np.log(rates) - np.log1p(-np.minimum(rates, 0.99))])
        loss = _Loss(columns, part, outcome, parts, 1 / chosen["penalty_strength"])
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": 1e-12})
        if not found.success:
            advice = "make estimators.time_to_event.penalty_strength smaller"
            raise Untrainable(f"time_to_event: no stable fit in {STEPS} steps; {advice}")
        return FittedHazard(prepare, found.x[:-parts], found.x[-parts:])

    def load(self, folder: Path) -> FittedHazard:
        """The model in ``hazard.json``."""
        saved = read_json(self.saved(folder, FILE))
        coefficient, levels = (np.asarray(saved[name], dtype=np.float64) for name in ("coefficient", "levels"))
        return FittedHazard(from_json(saved), coefficient, levels)


def _part_of_event(data: Dataset, outcome: Floats, parts: int) -> NDArray[np.int64]:
    """The part of the window each row's event falls in; the last for rows without one, which outlive it."""
    if data.days_to_event is None or np.isnan(data.days_to_event[outcome > 0]).any():
        raise BadConfiguration("estimators.time_to_event: needs the day of each outcome event; remove its table")
    days = np.where(outcome > 0, data.days_to_event, 0)
    width = (float(days.max()) + 1) / parts
    return np.where(outcome > 0, (days / width).astype(np.int64), parts - 1)


@dataclass(frozen=True)
class _Loss:
    """Minus the log likelihood, with half the squared coefficients times ``penalty``; and its gradient."""

    columns: Floats
    part: NDArray[np.int64]
    outcome: Floats
    parts: int
    penalty: float

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        coefficient, levels = at[: -self.parts], at[-self.parts :]
        score = self.columns @ coefficient
        total, gap, by_level = 0.0, np.zeros(len(score)), np.zeros(self.parts)
        for place, level in enumerate(levels):
            there = self.part >= place
            happened = (self.part == place) * self.outcome
            odds = score + level
            total += float((np.logaddexp(0, odds) - happened * odds)[there].sum())
            error = np.where(there, expit(odds) - happened, 0)
            gap += error
            by_level[place] = error.sum()
        total += self.penalty * float(coefficient @ coefficient) / 2
        return total, np.concatenate([self.columns.T @ gap + self.penalty * coefficient, by_level])
