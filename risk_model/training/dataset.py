"""Rows to learn from: who, when, where, features and outcome, side by side as arrays of one length."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features.definition import Fill
from risk_model.errors import BadConfiguration


@dataclass(frozen=True)
class MissingRule:
    """What a feature's definition says of missing values."""

    fill: Fill = Fill.KEEP
    flag: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether values stay as they are."""
        return self.fill is Fill.KEEP and not self.flag


@dataclass(frozen=True)
class Dataset:
    """Person-dates. All arrays have ``n`` rows; ``X`` is ``(n, p)``, in the order of ``feature_names``.

    ``outcome`` is 1 or 0, NaN where censored (not yet known, or not at risk). ``area`` is a local authority code.
    It never holds a protected characteristic other than age, which defines the service.
    """

    person: NDArray[np.int64]
    as_of: NDArray[np.datetime64]
    area: NDArray[np.str_]
    age_years: NDArray[np.int16]
    outcome: NDArray[np.float64]
    X: NDArray[np.float32]
    feature_names: tuple[str, ...]
    directions: tuple[int, ...] = ()
    """For each feature, whether more of it is known to go with the outcome (1), against it (-1), or neither (0)."""
    missing: tuple[MissingRule, ...] = ()
    """For each feature, what a fit does with its missing values; none at all where all are left as they are."""
    days_to_event: NDArray[np.float64] | None = None
    """Days from the as-of date to the first outcome event, NaN where none was seen; only times to an event need it."""

    def __post_init__(self) -> None:
        lengths = {len(part) for part in (self.person, self.as_of, self.area, self.age_years, self.outcome, self.X)}
        if len(lengths) != 1 or self.X.shape[1] != len(self.feature_names):
            raise BadConfiguration(f"a dataset needs columns of one length, not {sorted(lengths)}, X {self.X.shape}")

    def __len__(self) -> int:
        return len(self.person)

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Dataset:
        """The rows kept, by mask or position; nothing is copied where a mask keeps all."""
        if keep.dtype == np.bool_ and keep.all():
            return self
        return replace(
            self,
            person=self.person[keep],
            as_of=self.as_of[keep],
            area=self.area[keep],
            age_years=self.age_years[keep],
            outcome=self.outcome[keep],
            X=self.X[keep],
            days_to_event=None if self.days_to_event is None else self.days_to_event[keep],
        )

    def between(self, first: date, before: date) -> Dataset:
        """The rows whose as-of date lies in ``[first, before)``."""
        return self.rows((self.as_of >= np.datetime64(first)) & (self.as_of < np.datetime64(before)))

    def labelled(self) -> Dataset:
        """The rows whose outcome is known."""
        return self.rows(~np.isnan(self.outcome))

    def only(self, names: tuple[str, ...]) -> Dataset:
        """The same rows with these features, in this order."""
        places = [self.feature_names.index(name) for name in names]
        directions = tuple(self.directions[place] for place in places) if self.directions else ()
        X = np.ascontiguousarray(self.X[:, places])
        missing = tuple(self.missing[place] for place in places) if self.missing else ()
        return replace(self, X=X, feature_names=names, directions=directions, missing=missing)
