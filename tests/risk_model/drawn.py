"""A small drawn world for tests of training and what follows it: same seed, same rows. Nobody in it is real."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.experiment import Experiment, read_experiment
from risk_model.training.dataset import Dataset
from risk_model.training.inputs import Inputs

FIRST_TIME_ENTRY = Path(__file__).parents[2] / "experiments" / "first_time_entry.toml"
NAMES = (
    "suspect_records_last_365_days", "victim_records_last_365_days", "missing_last_365_days", "age_years",
    "absence_latest_term_last_365_days", "suspensions_last_365_days", "noise_one", "noise_two", "diversion_ever",
)  # fmt: skip
AREAS = {"E08000021": 8, "E08000024": 6, "E08000023": 5}


@dataclass(frozen=True)
class World:
    """Rows, sex and outcome days, as :class:`Inputs`; and an experiment they fit."""

    experiment: Experiment
    inputs: Inputs

    @property
    def rows(self) -> Dataset:
        return self.inputs.rows


def drawn_world(people: int = 700, seed: int = 1, extra_features: int = 0, **changes: Any) -> World:
    """Quarterly as-of dates 2021 to 2024, each person on about two thirds of them, about 8% with the outcome."""
    rng = np.random.default_rng(seed)
    dates = np.arange("2021-01", "2025-01", 3, dtype="datetime64[M]").astype("datetime64[D]")
    who, when = _appearances(rng, people, dates)
    need = rng.normal(size=people)
    X = _features(rng, need[who], extra_features)
    age = X[:, NAMES.index("age_years")].astype(np.int16)
    male = (rng.random(people) < 0.7).astype(float)[who]
    odds = -3.9 + 0.9 * need[who] + 0.35 * X[:, 0] + 0.2 * (age - 14) + 0.5 * male
    outcome = (rng.random(len(who)) < 1 / (1 + np.exp(-odds))).astype(float)
    event = np.where(outcome > 0, when + rng.integers(0, 365, len(who)), np.datetime64("NaT"))
    person = np.sort(rng.choice(2**40, people, replace=False))[who]
    area = rng.choice(list(AREAS), people)[who]
    names = (*NAMES, *(f"extra_{at}" for at in range(extra_features)))
    days = np.where(outcome > 0, (event - when).astype("timedelta64[D]").astype(float), np.nan)
    directions = (1, 0, 0, 0, 1, *(0 for _ in names[5:]))
    rows = Dataset(person, when, area, age, outcome, X, names, directions, days_to_event=days)
    return World(drawn_experiment(**changes), Inputs(rows, male, event.astype("datetime64[D]")))


def drawn_experiment(**changes: Any) -> Experiment:
    """The first-time-entry experiment at the size of the drawn world; ``changes`` replace whole parts."""
    values = read_experiment(FIRST_TIME_ENTRY).model_dump()
    values |= {"capacity": AREAS, "bootstrap_resamples": 100}
    values["selection"]["least_group_ratio"] = 0.0  # nobody has characteristics here, unless a test gives them some
    values["estimators"]["lightgbm"] |= {"rounds": 20, "min_data_in_leaf": 20, "num_leaves": 7}
    return Experiment.model_validate(values | changes)


def _appearances(
    rng: np.random.Generator, people: int, dates: NDArray[np.datetime64]
) -> tuple[NDArray[np.int64], NDArray[np.datetime64]]:
    person, day = np.divmod(np.flatnonzero(rng.random(people * len(dates)) < 0.65), len(dates))
    return person, dates[day]


def _features(rng: np.random.Generator, need: NDArray[np.float64], extra: int) -> NDArray[np.float32]:
    rows = len(need)
    absence = np.clip(0.1 + 0.05 * need + rng.normal(0, 0.05, rows), 0, 1)
    columns = [
        rng.poisson(np.exp(-0.7 + 0.6 * need)), rng.poisson(0.5, rows), rng.poisson(np.exp(-2 + 0.4 * need)),
        rng.integers(10, 18, rows), np.where(rng.random(rows) < 0.2, np.nan, absence),
        rng.poisson(np.exp(-1.5 + 0.5 * need)), rng.normal(size=rows), rng.random(rows),
        np.random.default_rng(rows).poisson(0.2, rows), *(rng.poisson(0.3, rows) for _ in range(extra)),
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)
