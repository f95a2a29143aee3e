"""What training reads: the rows to learn from, and beside them what only a comparator or a check may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.training.dataset import Dataset
from risk_model.training.estimators.base import Protected
from risk_model.training.splits import Slice


@dataclass(frozen=True)
class Inputs:
    """Rows with their outcomes; whether each is male (1, 0, NaN), for comparators only; and the day of each
    row's outcome event (NaT for none), for the second look at the splits. Both may be absent."""

    rows: Dataset
    is_male: NDArray[np.float64] | None = None
    event_on: NDArray[np.datetime64] | None = None

    def labelled(self) -> Inputs:
        """The rows whose outcome is known."""
        return self.keep(~np.isnan(self.rows.outcome))

    def within(self, part: Slice) -> Inputs:
        """The rows of a slice."""
        return self.keep(self.inside(part))

    def inside(self, part: Slice) -> NDArray[np.bool_]:
        """Which rows lie in a slice."""
        return (self.rows.as_of >= np.datetime64(part.first)) & (self.rows.as_of < np.datetime64(part.before))

    def keep(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Inputs:
        """The rows of a mask, or at these positions (one may come more than once)."""
        male = None if self.is_male is None else self.is_male[rows]
        return Inputs(self.rows.rows(rows), male, None if self.event_on is None else self.event_on[rows])

    def protected(self, names: Sequence[str]) -> Protected:
        """The protected characteristics of these names that are held; an estimator that needs none gets none."""
        held = {"age_years": self.rows.age_years.astype(np.float64)}
        held |= {} if self.is_male is None else {"is_male": self.is_male}
        return {name: held[name] for name in names if name in held}
