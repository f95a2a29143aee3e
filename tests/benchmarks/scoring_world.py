"""A seeded cohort of 10,000 young people with 150 features, and a published-shape model trained on rows like theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from risk_model.training.dataset import Dataset

SEED = 21
FEATURES = tuple(f"feature_{place:03}" for place in range(150))
AREAS = ("E06000057", "E08000020", "E08000021", "E08000022", "E08000023", "E08000024")
PLACES = 50
"""Places on each area's list."""
DIGEST = "drawn"
THREADS = 2


def prepare(folder: Path, quick: bool) -> str:
    """Draw rows, train LightGBM (250 rounds of 15 leaves), save the model and the cohort; the size in words."""
    from risk_model.training.bands import Band
    from risk_model.training.calibration import fit_calibrator
    from risk_model.training.estimators import ESTIMATORS
    from risk_model.training.scorer import ScoringModel

    people = 500 if quick else 10_000
    learned, later, cohort = (_drawn(rows, place) for place, rows in enumerate((2 * people, people, people)))
    estimator = ESTIMATORS["lightgbm"]
    fitted = estimator.fit(learned, {"rounds": 250, "num_leaves": 15, "min_data_in_leaf": 20}, SEED)
    calibrator = fit_calibrator(fitted.raw_score(later.X), later.outcome, estimator.scale)
    bands = tuple(
        Band(name, name, edge, edge, edge, edge, 100, 10)
        for name, edge in (("Offer first", 0.2), ("Offer next", 0.1), ("Offer if places remain", 0.05))
    )
    ScoringModel("lightgbm", FEATURES, fitted, calibrator, bands).save(folder / "model")
    np.savez(folder / "cohort.npz", person=cohort.person, area=cohort.area, X=cohort.X)
    return f"{people:,} people x {len(FEATURES)} features, 250 trees of 15 leaves, {PLACES * len(AREAS)} listed"


def _drawn(rows: int, place: int) -> Dataset:
    """Counts, mostly 0, as features of records are; a tenth missing in a fifth of the columns; about 6% positive."""
    rng = np.random.default_rng([SEED, place])
    need = rng.gamma(1, 1, (rows, 1))
    X = rng.poisson(need * rng.uniform(0.05, 1.5, len(FEATURES))) + rng.normal(0, 0.01, (rows, len(FEATURES)))
    X[:, ::5][rng.random((rows, len(FEATURES[::5]))) < 0.1] = np.nan
    odds = -3.6 + 0.6 * need[:, 0] + 0.2 * np.nan_to_num(X[:, :5]).sum(axis=1) / (1 + need[:, 0])
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    person = np.sort(rng.choice(2**40, rows, replace=False)).astype(np.int64)
    as_of = np.full(rows, np.datetime64("2024-01-01"))
    area = rng.choice(AREAS, rows)
    return Dataset(person, as_of, area, np.full(rows, 14, np.int16), outcome, X.astype(np.float32), FEATURES)


@dataclass(frozen=True)
class Cohort:
    """What :func:`prepare` wrote, in memory: arrays for LightGBM, tables for the project."""

    person: np.ndarray
    area: np.ndarray
    X: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> Cohort:
        """The cohort in ``folder``."""
        with np.load(folder / "cohort.npz") as saved:
            return cls(saved["person"], saved["area"], saved["X"])

    @cached_property
    def people(self) -> pa.Table:
        """Who is to be scored."""
        as_of = pa.array(np.full(len(self.person), np.datetime64("2026-01-01")), pa.date32())
        age = pa.array(np.full(len(self.person), 14), pa.int16())
        return pa.table({"person": self.person, "as_of": as_of, "area": self.area, "age_years": age})

    @cached_property
    def features(self) -> DrawnTable:
        """Their feature table."""
        columns = {name: np.ascontiguousarray(self.X[:, place]) for place, name in enumerate(FEATURES)}
        return DrawnTable(pa.table({"person": self.person, "as_of": self.people["as_of"]} | columns))

    def listed(self, raw: np.ndarray) -> np.ndarray:
        """Positions of those with the highest scores, as many as there are places in each area."""
        areas = (np.flatnonzero(self.area == area) for area in AREAS)
        return np.concatenate([own[np.argsort(-raw[own], kind="stable")[:PLACES]] for own in areas])


@dataclass(frozen=True)
class DrawnTable:
    """Stands in for a FeatureTable."""

    table: pa.Table
    features: tuple[Any, ...] = ()
    digest: str = DIGEST
