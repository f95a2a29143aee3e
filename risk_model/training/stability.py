"""How much of a team's list is on its next one: a list that turns over by itself is hard to work with, and to trust."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from risk_model.training.predictions import Predictions


def list_stability(parts: Sequence[Predictions]) -> float:
    """The share of places whose holder is on the team's next list, of those who can still be (in the cohort).

    ``parts`` are one estimator's test slices in order of time, each of one date. A place that is drawn for among equals
    is drawn anew for each list, so who shares one on both dates is on both by chance. NaN with fewer than two dates, or
    nobody in common.
    """
    kept = could = 0.0
    for before, after in pairwise(parts):
        _, first, second = np.intersect1d(_keys(before), _keys(after), assume_unique=True, return_indices=True)
        kept += float(before.listed[first] @ after.listed[second])
        could += float(before.listed[first].sum())
    return kept / could if could else float("nan")


def _keys(rows: Predictions) -> NDArray[np.str_]:
    """A person in a team, as one value; a person is once in a slice."""
    return np.array([f"{area} {person}" for area, person in zip(rows.area, rows.person, strict=True)])


def stabilities(predictions: Sequence[Predictions]) -> dict[str, float]:
    """Each estimator's stability, from the test slices of all of them."""
    names = dict.fromkeys(part.estimator for part in predictions)
    return {name: list_stability([part for part in predictions if part.estimator == name]) for name in names}
