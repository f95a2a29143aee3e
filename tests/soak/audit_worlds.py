"""Small worlds for audits, drawn as arrays with a known truth: clean, or with one planted fault."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.definition import AnyFeature, Feature, Phrase, Summary, Where
from features.windows import LookBack
from risk_model.audits import AuditInputs
from risk_model.experiment import Experiment, read_experiment
from risk_model.training.calibration import fit_calibrator
from risk_model.training.capacity import listed_by_team
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.predictions import Predictions
from risk_model.training.scorer import ScoringModel
from tests.conftest import HOUSE

AREAS = {"E08000021": 150, "E08000024": 150}
DATES = np.array(["2024-01-01", "2024-04-01", "2024-07-01"], "datetime64[D]")
PEOPLE = 3000
KINDS = (Where("occurrence", role="suspect"), Where("missing"), Where("occurrence", role="victim"))
NAMES = tuple(f"input_{at}" for at in range(6))
TELLING = ("girls", "his ethnic group", "disabled", "Muslim", "a friend's address")
FAULTS = {
    "missed_group": "groups",
    "detection_bias": "recording",
    "proxy": "proxies",
    "label_shift": "steadiness",
    "leaking_explanation": "reasons",
    "small_cell": "privacy",
    "small_count": "small_numbers",
}
"""What can be planted, and the audit that has to find it."""
LEAST_LEAF = {"num_leaves": 15, "rounds": 15, "min_data_in_leaf": 60}


@dataclass(frozen=True)
class Held:
    """Characteristics of drawn people, as a warehouse holds them."""

    table: pa.Table

    def protected(self) -> pa.Table:
        return self.table

    def areas(self) -> pa.Table:
        return pa.table({"local_authority_code": list(AREAS), "local_authority": ["Newcastle", "Sunderland"]})


def world(folder: Path, seed: int, fault: str = "") -> AuditInputs:
    """A model that is right about its world, and everything audits read; ``fault`` is one of ``FAULTS`` or none."""
    rng = np.random.default_rng(seed)
    group = rng.random(PEOPLE) < 0.4
    rows = _rows(rng, group, fault)
    settings = LEAST_LEAF | ({"min_data_in_leaf": 1, "num_leaves": 63} if fault == "small_cell" else {})
    experiment = _experiment(settings)
    estimator = ESTIMATORS["lightgbm"]
    fitted = estimator.fit(rows, settings, seed)
    model = ScoringModel("lightgbm", NAMES, fitted, fit_calibrator(fitted.raw_score(rows.X), rows.outcome,
                                                                   estimator.scale), ())  # fmt: skip
    model.save(folder / "model")
    _write_comparison(folder, rng, fault)
    sexes = np.where(group, "female", "male")
    table = pa.table({"person": np.arange(PEOPLE), "characteristic": ["sex"] * PEOPLE, "value": sexes})
    return AuditInputs(experiment, model, folder / "model", _tests(rng, group, fault), rows, _features(rng, fault), {},
                       Held(table), rows)  # fmt: skip


def _write_comparison(folder: Path, rng: np.random.Generator, fault: str) -> None:
    """Figures beside the model, as training leaves them; with the fault, one count of one to four people among them."""
    counts = [f"{5 * int(number):,}" for number in rng.integers(1, 400, 12)]
    if fault == "small_count":
        counts[int(rng.integers(12))] = f"{int(rng.integers(1, 5))}"
    teams = [{"area": f"area {at}", "counts": {"people": count}} for at, count in enumerate(counts)]
    (folder / "leaderboard.json").write_text(json.dumps({"teams": teams}), encoding="utf-8")


def _experiment(settings: dict[str, int]) -> Experiment:
    values = read_experiment(HOUSE / "experiments" / "first_time_entry.toml").model_dump()
    values |= {"capacity": AREAS, "bootstrap_resamples": 300, "estimators": {"lightgbm": settings, "logistic": {}}}
    values["audit"] |= {"characteristics": ("sex", "age_band")}
    return Experiment.model_validate(values)


def _draw(rng: np.random.Generator, group: np.ndarray, fault: str, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and each row's true chance of the outcome, by need that does not differ between the groups."""
    X = rng.poisson(1.2, (len(who), len(NAMES))).astype(np.float32)
    chance = 1 / (1 + np.exp(-(-3.6 + 0.55 * X[:, 0] + 0.4 * X[:, 1] + 0.25 * X[:, 2])))
    if fault == "proxy":
        X[:, 5] = 2 * group[who] + rng.normal(0, 0.8, len(who))
    return X, chance


def _rows(rng: np.random.Generator, group: np.ndarray, fault: str) -> Dataset:
    who, when = _who(rng)
    X, chance = _draw(rng, group, fault, who)
    outcome = (rng.random(len(who)) < chance).astype(float)
    age, area = rng.integers(10, 18, PEOPLE).astype(np.int16)[who], rng.choice(list(AREAS), PEOPLE)[who]
    return Dataset(who, when, area, age, outcome, X, NAMES)


def _who(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    person, day = np.divmod(np.flatnonzero(rng.random(PEOPLE * len(DATES)) < 0.8), len(DATES))
    return person.astype(np.int64), DATES[day]


def _tests(rng: np.random.Generator, group: np.ndarray, fault: str) -> tuple[Predictions, ...]:
    who, when = _who(rng)
    _, chance = _draw(rng, group, "", who)
    area, age = rng.choice(list(AREAS), PEOPLE)[who], rng.integers(10, 18, PEOPLE).astype(np.int16)[who]
    recorded = np.where(group[who] & (fault == "detection_bias"), 0.4, 1.0)
    recorded = recorded * np.where((when == DATES[-1]) & (fault == "label_shift"), 0.35, 1.0)
    outcome = (rng.random(len(who)) < chance * recorded).astype(float)
    said = chance * outcome.mean() / chance.mean()
    order = np.where(group[who] & (fault == "missed_group"), said / 4, said)
    listed = listed_by_team(order, when, area, AREAS)
    whole = Predictions("lightgbm", "all", who, when, area, age, outcome, said, said, listed)
    parts = [np.flatnonzero(when == day) for day in DATES]
    return tuple(_take(whole, f"test {at}", part) for at, part in enumerate(parts))


def _take(whole: Predictions, name: str, at: np.ndarray) -> Predictions:
    arrays = {key: value[at] for key, value in vars(whole).items() if isinstance(value, np.ndarray)}
    return replace(whole, split=name, **arrays)


def _features(rng: np.random.Generator, fault: str) -> tuple[AnyFeature, ...]:
    leaking = rng.integers(len(NAMES)) if fault == "leaking_explanation" else -1
    word = TELLING[rng.integers(len(TELLING))]
    return tuple(
        Feature(name, f"How many records ({name})?", theme=f"theme {at % 3}",
                phrase=Phrase(f"{{n}} records, known from {word}" if at == leaking else "{n} records"),
                events=KINDS[at % 3], window=LookBack(365 + at), summary=Summary.COUNT)
        for at, name in enumerate(NAMES)
    )  # fmt: skip
