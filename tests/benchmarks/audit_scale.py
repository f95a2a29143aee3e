"""How the time of a whole audit grows from 150,000 to 600,000 test rows: every audit there is, and its page and JSON.

Each person is on three dates, in six areas, with every characteristic that is audited; the model is LightGBM with 100
inputs of the catalogue, as the pipeline hands it over: all rows with a known outcome, and the latest 5,000 to explain.
The ratio is the slope of log time on log size: 1 is linear. The time and the memory are the largest size's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from risk_model.audits.choosing import Held
from risk_model.training.dataset import Dataset
from risk_model.training.predictions import Predictions

REFERENCE = "linear"
SIDES = ("150000", "300000", "600000")
QUICKER = 20
TIMES = {"150000": 3, "300000": 3, "600000": 3}
SEED = 31
DATES = np.array(["2024-04-01", "2024-07-01", "2024-10-01"], "datetime64[D]")
INPUTS = 100
LEARNED = 20_000
SETTINGS = {"rounds": 200, "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 100, "lambda_l2": 5.0}
PLACES = 300
PAGE = Path(__file__).resolve().parents[2] / "experiments" / "first_time_entry.toml"
SHARES = {
    "sex": {"male": 0.58, "female": 0.4, "unknown": 0.02},
    "ethnic_group": {"White": 0.86, "Asian": 0.05, "Black": 0.02, "Mixed": 0.03, "Other": 0.01, "unknown": 0.03},
    "send": {"none": 0.72, "support": 0.2, "EHCP": 0.08},
    "care_experience": {"never in care": 0.94, "in care now or before": 0.06},
    "deprivation": {f"fifth {fifth}": share for fifth, share in enumerate((0.4, 0.25, 0.15, 0.1, 0.1), 1)},
}
FINER = 4
"""Groups that each ethnic group is told apart into."""


def prepare(folder: Path, quick: bool) -> str:
    """Draw the largest world, learn one model and save it; the size in words."""
    divided = QUICKER if quick else 1
    (folder / "divided_by").write_text(f"{divided}")
    rows = int(SIDES[-1]) // divided
    return f"{rows:,} test rows of {rows // len(DATES):,} people, {INPUTS} inputs, 1,000 draws; page and JSON"


def side(name: str, folder: Path) -> Callable[[], list[str]]:
    """The whole audit of that many rows, with rows, model and predictions in memory; the audits asked."""
    from risk_model.audits import run_audits

    rows = int(name) // int((folder / "divided_by").read_text())
    home = folder / name
    inputs = _inputs(rows // len(DATES), home)

    def audit() -> list[str]:
        report = run_audits(inputs)
        report.save(home / "report")
        shutil.rmtree(home / "report")
        return [finding.audit for finding in report.findings]

    return audit


def answer(made: list[str]) -> list[str]:
    """Which audits were asked; their figures differ with the size, and tests check them."""
    return made


def _inputs(people: int, home: Path) -> Any:
    from features.catalogue import CATALOGUES, THEMES
    from risk_model.audits import AuditInputs
    from risk_model.experiment import read_experiment
    from risk_model.training.calibration import fit_calibrator
    from risk_model.training.estimators import ESTIMATORS
    from risk_model.training.scorer import ScoringModel

    plan = read_experiment(PAGE)
    values = plan.model_dump() | {"bootstrap_resamples": 1_000, "capacity": dict.fromkeys(plan.capacity, PLACES)}
    values["estimators"] = {"lightgbm": SETTINGS}
    experiment = type(plan).model_validate(values)
    every = CATALOGUES[plan.features.catalogue]
    names = tuple(each.name for each in every[:: len(every) // INPUTS][:INPUTS])
    known = drawn(people, names, tuple(plan.capacity))
    learned = known.rows(np.random.default_rng(SEED).choice(len(known), min(LEARNED, len(known) // 2), replace=False))
    fitted = ESTIMATORS["lightgbm"].fit(learned, SETTINGS, SEED)
    raw = fitted.raw_score(known.X)
    calibrator = fit_calibrator(raw, known.outcome, ESTIMATORS["lightgbm"].scale)
    model = ScoringModel("lightgbm", names, fitted, calibrator, ())
    model.save(home / "model")
    latest = known.rows(np.flatnonzero(known.as_of == DATES[-1])[-5_000:])
    parts = predicted(experiment, known, raw, calibrator.probability(raw))
    return AuditInputs(experiment, model, home / "model", parts, latest, every, THEMES, held(people, plan), known)


def drawn(people: int, names: tuple[str, ...], areas: tuple[str, ...]) -> Dataset:
    """Counts, mostly 0, as features of records are; about 3% with the outcome; each person on every date."""
    rng = np.random.default_rng(SEED)
    need = rng.gamma(1, 1, people).astype(np.float32)
    place, age = rng.choice(areas, people), rng.integers(10, 18, people).astype(np.int16)
    rates = rng.uniform(0.05, 1.2, len(names)).astype(np.float32)
    blocks = [rng.poisson(need[:, None] * rates).astype(np.float32) for _ in DATES]
    odds = -4.6 + 0.7 * need + 0.05 * sum(block[:, :5].sum(axis=1) for block in blocks)
    outcome = (rng.random(people) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    times = len(DATES)
    return Dataset(
        np.tile(np.arange(people, dtype=np.int64), times), np.repeat(DATES, people), np.tile(place, times),
        np.tile(age, times), np.tile(outcome, times), np.concatenate(blocks), names,
    )  # fmt: skip


def predicted(experiment: Any, known: Dataset, raw: np.ndarray, probability: np.ndarray) -> tuple[Predictions, ...]:
    """The model's test predictions, a split a date, with each team's places filled."""
    from risk_model.training.capacity import listed_by_team
    from risk_model.training.predictions import list_keys

    parts = []
    for number, day in enumerate(DATES):
        at = np.flatnonzero(known.as_of == day)
        keys = list_keys(experiment, known.as_of[at])
        filled = listed_by_team(raw[at], keys, known.area[at], experiment.capacity)
        parts.append(Predictions("lightgbm", f"test {number}", known.person[at], known.as_of[at], known.area[at],
                                 known.age_years[at], known.outcome[at], raw[at], probability[at], filled))  # fmt: skip
    return tuple(parts)


def held(people: int, plan: Any) -> Held:
    """Every characteristic that the page audits and a warehouse holds, of everybody."""
    rng = np.random.default_rng(SEED + 1)
    values = {
        name: rng.choice(list(shares), people, p=np.array(list(shares.values()))) for name, shares in SHARES.items()
    }
    finer = np.char.add(": part ", rng.integers(1, FINER + 1, people).astype(str))
    whole = values["ethnic_group"]
    values["ethnic_detail"] = np.where(whole == "unknown", whole, np.char.add(whole, finer))
    person = np.tile(np.arange(people, dtype=np.int64), len(values))
    table = pa.table({"person": person, "characteristic": np.repeat(list(values), people),
                      "value": np.concatenate(list(values.values()))})  # fmt: skip
    codes = list(plan.capacity)
    return Held(table, pa.table({"local_authority_code": codes, "local_authority": [f"Area {at}" for at in codes]}))
