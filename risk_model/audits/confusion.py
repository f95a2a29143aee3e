"""Who was found, missed and wrongly listed in each group: Fairlearn's point estimates, intervals from resampled people.

A row's place on a list is an expectation where scores tie (``listed``, 0 to 1), so each row enters as two weighted
halves, listed and not. Lists are taken as they were; the intervals are about these lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.characteristics import Characteristic
from risk_model.errors import BadInput
from risk_model.training.intervals import Resamples
from risk_model.training.predictions import Predictions, pooled

Floats = NDArray[np.float64]
CELLS = ("found", "missed", "wrongly_listed", "rightly_not_listed")
RATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "recall": (("found",), ("missed",)),
    "precision": (("found",), ("wrongly_listed",)),
    "false_positive_rate": (("wrongly_listed",), ("rightly_not_listed",)),
    "missed_rate": (("missed",), ("found",)),
    "selection_rate": (("found", "wrongly_listed"), ("missed", "rightly_not_listed")),
    "observed": (("found", "missed"), ("wrongly_listed", "rightly_not_listed")),
}
"""Each rate as the cells it counts and the rest: ``recall = found / (found + missed)``."""
PREDICTED = "predicted"
EVERYONE = "everyone"


@dataclass(frozen=True)
class GroupCells:
    """Sums over one group's rows: the four cells (expected numbers), and the distinct people behind each."""

    sums: dict[str, float]
    people: dict[str, int]
    draws: dict[str, Floats]

    def of(self, cells: tuple[str, ...]) -> float:
        """The sum of some cells."""
        return sum(self.sums[cell] for cell in cells)

    def rate(self, name: str) -> float:
        """A rate by this file's own arithmetic; NaN where nobody is in it."""
        top, rest = RATES[name]
        whole = self.of(top + rest)
        return self.of(top) / whole if whole else float("nan")

    def rate_draws(self, name: str) -> Floats:
        """The rate in every resample."""
        top, rest = (sum((self.draws[cell] for cell in cells), np.float64(0)) for cells in RATES[name])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(top / (top + rest))


Table = dict[str, GroupCells]
"""The cells of every group of a characteristic, in order of name."""


def rows_of(predictions: Sequence[Predictions], estimator: str) -> Predictions:
    """The estimator's test rows of all splits, under each other.

    :raises BadInput: there are none.
    """
    own = [part for part in predictions if part.estimator == estimator]
    if not own:
        raise BadInput(f"there are no test predictions of {estimator!r}; train and evaluate it first")
    return pooled(own)


def cells_of(rows: Predictions, characteristic: Characteristic, resamples: Resamples) -> Table:
    """The cells of every group of a characteristic, in order of name."""
    by_cell = {
        "found": rows.outcome * rows.listed,
        "missed": rows.outcome * (1 - rows.listed),
        "wrongly_listed": (1 - rows.outcome) * rows.listed,
        "rightly_not_listed": (1 - rows.outcome) * (1 - rows.listed),
        PREDICTED: rows.probability,
    }
    found = {}
    for name in characteristic.names:
        inside = characteristic.inside(name)
        columns = np.column_stack([values[inside] for values in by_cell.values()])
        draws = resamples.only(rows.person[inside]).sums(columns)
        found[name] = GroupCells(
            dict(zip(by_cell, columns.sum(axis=0).tolist(), strict=True)),
            _distinct(rows, by_cell, inside),
            dict(zip(by_cell, draws.T, strict=True)),
        )
    return found


def _distinct(rows: Predictions, by_cell: Mapping[str, Floats], inside: NDArray[np.bool_]) -> dict[str, int]:
    """Distinct people behind each cell, and behind the group's records, positives and negatives."""
    masks = {cell: inside & (values > 0) for cell, values in by_cell.items() if cell in CELLS}
    masks |= {"records": inside, "positives": inside & (rows.outcome > 0), "negatives": inside & (rows.outcome == 0)}
    return {cell: len(np.unique(rows.person[mask])) for cell, mask in masks.items()}


def fairlearn_rates(table: Mapping[str, GroupCells]) -> dict[str, dict[str, float]]:
    """Each group's rates by Fairlearn's ``MetricFrame``; NaN where nobody is in one.

    Every group enters as its four cells, weighted: the same figures as all rows would give, hundreds of times sooner.
    """
    from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate
    from sklearn.metrics import precision_score, recall_score

    metrics = {
        "recall": lambda *y, **w: recall_score(*y, **w, zero_division=np.nan),
        "precision": lambda *y, **w: precision_score(*y, **w, zero_division=np.nan),
        "false_positive_rate": false_positive_rate,
        "missed_rate": false_negative_rate,
        "selection_rate": selection_rate,
    }
    cells = [(group, cell) for group in table for cell in CELLS if table[group].sums[cell] > 0]
    weights = np.array([table[group].sums[cell] for group, cell in cells])
    frame = MetricFrame(
        metrics=metrics,
        y_true=np.array([cell in ("found", "missed") for _, cell in cells], int),
        y_pred=np.array([cell in ("found", "wrongly_listed") for _, cell in cells], int),
        sensitive_features=np.array([group for group, _ in cells]),
        sample_params={name: {"sample_weight": weights} for name in metrics},
    )
    return {str(group): {name: float(row[name]) for name in metrics} for group, row in frame.by_group.iterrows()}
