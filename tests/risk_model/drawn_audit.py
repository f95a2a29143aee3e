"""Drawn test predictions with a disparity of a known size, and a small real model to publish. Nobody in it is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.definition import Age, AnyFeature, Feature, Phrase, Summary, Where
from features.windows import LookBack
from risk_model.audits import AuditInputs
from risk_model.experiment import Experiment
from risk_model.training.calibration import fit_calibrator
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import take
from risk_model.training.predictions import Predictions
from risk_model.training.scorer import ScoringModel
from tests.risk_model.drawn import AREAS, drawn_experiment, drawn_world

DATES = np.array(["2024-04-01", "2024-07-01", "2024-10-01"], "datetime64[D]")
AREA_NAMES = ("Newcastle upon Tyne", "Sunderland", "South Tyneside")
KINDS = {
    "suspect_records_last_365_days": Where("occurrence", role="suspect"),
    "missing_last_365_days": Where("missing"),
}
FEATURES: tuple[AnyFeature, ...] = (
    Age("age_years", "How old is the young person?", theme="about the person", phrase=Phrase("Aged {n}")),
    *(
        Feature(name, f"How many {name}?", theme="contact", phrase=Phrase("{n}"), events=events, window=LookBack(365),
                summary=Summary.COUNT)
        for name, events in KINDS.items()
    ),
    Feature("searches_last_365_days", "How often searched?", theme="stop and search", phrase=Phrase("{n}"),
            events=Where("stop_search"), window=LookBack(365), summary=Summary.COUNT),
)  # fmt: skip
NAMES = ("suspect_records_last_365_days", "missing_last_365_days", "age_years")


@dataclass(frozen=True)
class DrawnWarehouse:
    """Characteristics of drawn people, as a warehouse holds them."""

    table: pa.Table

    def protected(self) -> pa.Table:
        return self.table

    def areas(self) -> pa.Table:
        return pa.table({"local_authority_code": list(AREAS), "local_authority": list(AREA_NAMES)})


def drawn_warehouse(**characteristics: dict[int, str]) -> DrawnWarehouse:
    """``sex={1: "male"}`` and so on."""
    rows = [(person, name, value) for name, values in characteristics.items() for person, value in values.items()]
    person, name, value = zip(*rows, strict=True)
    return DrawnWarehouse(pa.table({"person": person, "characteristic": name, "value": value}))


def drawn_predictions(
    found: Sequence[float], people: int = 6000, seed: int = 3, rate: float = 0.08, shares: Sequence[float] = (0.6, 0.4)
) -> tuple[tuple[Predictions, ...], NDArray[np.intp]]:
    """Three lists; ``found[g]`` is the chance that somebody of group ``g`` with the outcome is listed."""
    rng = np.random.default_rng(seed)
    group = rng.choice(len(found), people, p=shares)
    outcome = (rng.random(people) < rate).astype(float)
    chance = np.where(outcome > 0, np.asarray(found)[group], 0.04)
    parts = []
    for number, day in enumerate(DATES):
        listed = (rng.random(people) < chance).astype(float)
        age, area = rng.integers(10, 18, people).astype(np.int16), rng.choice(list(AREAS), people)
        at = np.flatnonzero(rng.random(people) < 0.8)
        part = Predictions("logistic", f"test {number}", np.arange(people), np.full(people, day), area, age, outcome,
                           chance, chance, listed)  # fmt: skip
        parts.append(take(part, at))
    return tuple(parts), group


def sexes(group: NDArray[np.intp]) -> dict[int, str]:
    return {person: ("male", "female", "unknown")[g] for person, g in enumerate(group.tolist())}


def drawn_model() -> ScoringModel:
    """A logistic regression of three features on the drawn world."""
    rows = drawn_world(people=250).rows.only(NAMES)
    fitted = ESTIMATORS["logistic"].fit(rows, {}, 1)
    calibrator = fit_calibrator(fitted.raw_score(rows.X), rows.outcome, ESTIMATORS["logistic"].scale)
    return ScoringModel("logistic", NAMES, fitted, calibrator, ())


def audit_inputs(
    folder: Path,
    predictions: tuple[Predictions, ...],
    warehouse: DrawnWarehouse,
    experiment: Experiment | None = None,
    model: ScoringModel | None = None,
) -> AuditInputs:
    """Inputs with the drawn model saved under ``folder``."""
    chosen = model or drawn_model()
    chosen.save(folder / "model")
    sample = drawn_world(people=60).rows
    return AuditInputs(
        experiment or drawn_experiment(), chosen, folder / "model", predictions, sample, FEATURES, {}, warehouse, sample
    )
