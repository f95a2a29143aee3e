"""What every estimator is: it learns from a Dataset and comes back as something that scores, explains and saves itself.

``raw_score`` ranks: more means more likely. ``contributions`` splits each raw score exactly between the features, so
the columns of a row (one a feature, then the base) sum to that row's raw score.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import BadConfiguration, BadInput, all_faults
from risk_model.training.dataset import Dataset

Protected = Mapping[str, NDArray[np.float64]]
"""Protected characteristics a comparator was given, one array a name, row for row: ``age_years``; ``is_male`` (1, 0,
or NaN where not known). Never part of ``Dataset.X``; an estimator that may be published is never given any."""
NOTHING_PROTECTED: Protected = MappingProxyType({})


class Scale(StrEnum):
    """What a raw score measures, which decides how it is calibrated."""

    LOG_ODDS = "log odds"
    POINTS = "points"
    COUNT = "count"


class Fitted(Protocol):
    """A fitted estimator. ``X`` is ``(n, p)`` float32 in the order of the features it learned from; NaN is missing."""

    def raw_score(self, X: NDArray[np.float32], protected: Protected = NOTHING_PROTECTED) -> NDArray[np.float64]:
        """``n`` scores; only their order has a meaning shared by all estimators."""
        ...

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)``: each feature's part of the raw score, then the base; rows sum to the raw score."""
        ...

    def save(self, folder: Path) -> None:
        """Write it into an existing folder as text or JSON, never as a pickle."""
        ...


Fitter = Callable[[Mapping[str, Any], int], Fitted]
"""Settings and a seed to a fitted estimator."""


class Estimator(ABC):
    """One way to score. The class attributes say what a leaderboard, a card and the pipeline need to know."""

    name: str
    plain_name: str
    scale: Scale
    publishable: bool = True
    is_rule: bool = False
    """Written down rather than learned: a baseline everything else is compared with."""
    needs_protected: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = MappingProxyType({})

    @abstractmethod
    def fit(
        self, data: Dataset, settings: Mapping[str, Any], seed: int, protected: Protected = NOTHING_PROTECTED
    ) -> Fitted:
        """The estimator fitted to labelled rows; the same data, settings and seed give the same bytes.

        :raises BadConfiguration: a setting it does not know or cannot use.
        """

    def fitter(self, data: Dataset, protected: Protected = NOTHING_PROTECTED) -> Fitter:
        """What fits these rows with one setting after another: the same as :meth:`fit`, with less to do again."""
        return lambda settings, seed: self.fit(data, settings, seed, protected)

    @abstractmethod
    def load(self, folder: Path) -> Fitted:
        """What :meth:`Fitted.save` wrote.

        :raises BadInput: the folder does not hold this estimator.
        """

    def saved(self, folder: Path, file: str) -> Path:
        """Where the file it saved lies.

        :raises BadInput: the folder does not hold this estimator.
        """
        if not (folder / file).exists():
            raise BadInput(f"no {file} in {folder.name}; this folder does not hold a {self.name} model")
        return folder / file

    def faults(self, settings: Mapping[str, Any]) -> list[str]:
        """What is wrong with these settings, each fault with what is allowed; empty when they can be used."""
        return [fault for key in settings for fault in self._faults_of(key, settings[key])]

    def _faults_of(self, key: str, value: object) -> list[str]:
        where = f"estimators.{self.name}.{key}"
        if key not in self.settings:
            return [f"{where}: unknown setting; {self.name} takes {', '.join(self.settings) or 'no settings'}"]
        return [f"{where}: {fault}" for fault in self.settings[key].faults(value)]

    def complete(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings given, and the defaults of the others.

        :raises BadConfiguration: all faults together.
        """
        faults = self.faults(settings)
        if faults:
            raise BadConfiguration(all_faults(f"estimator settings, {len(faults)} fault(s):", faults))
        return {key: settings.get(key, setting.default) for key, setting in self.settings.items()}


@dataclass(frozen=True)
class Setting:
    """One number an experiment may set: its default (whose type it takes), its bounds and its meaning.

    >>> rounds = Setting(200, 1, 5000, "trees")
    >>> rounds.faults(250), rounds.faults(2.5), rounds.faults(0)
    ([], ['2.5 is not a whole number'], ['0 is outside 1 to 5000 (trees)'])
    """

    default: float | int
    least: float
    most: float
    meaning: str

    def faults(self, value: object) -> list[str]:
        """What is wrong with a value; empty when it can be used."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return [f"{value!r} is not a number"]
        if isinstance(self.default, int) and not isinstance(value, int):
            return [f"{value!r} is not a whole number"]
        if not (math.isfinite(value) and self.least <= value <= self.most):
            return [f"{value} is outside {self.least:g} to {self.most:g} ({self.meaning})"]
        return []


def checked(X: NDArray[np.float32], features: int) -> NDArray[np.float32]:
    """``X`` as contiguous float32, if it has ``features`` columns and nothing infinite.

    :raises BadInput: another number of columns, or an infinite value.
    """
    if X.ndim != 2 or X.shape[1] != features:
        raise BadInput(f"scoring: rows have {X.shape[1:]} features, the model takes {features}; rebuild the features")
    values = np.ascontiguousarray(X, dtype=np.float32)
    if np.isinf(values).any():
        columns = sorted({int(column) for column in np.argwhere(np.isinf(values))[:, 1]})
        raise BadInput(f"scoring: infinite values in feature column(s) {columns}; a feature is a number or missing")
    return values


def column_of(data: Dataset, feature: str, wanted_by: str) -> int:
    """Where a named feature is in ``data.X``.

    :raises BadConfiguration: the experiment's catalogue does not have it.
    """
    if feature not in data.feature_names:
        raise BadConfiguration(
            f"estimators.{wanted_by}: needs the feature {feature!r}, which this experiment's features do not have; "
            f"add it to the catalogue or its theme to [features], or remove [estimators.{wanted_by}]"
        )
    return data.feature_names.index(feature)


def known_outcome(data: Dataset) -> NDArray[np.float64]:
    """The outcomes, all known, both classes present.

    :raises BadInput: a censored row; drop those first (``Dataset.labelled``).
    """
    if np.isnan(data.outcome).any():
        raise BadInput("training: rows with an unknown outcome; train on Dataset.labelled()")
    return data.outcome
