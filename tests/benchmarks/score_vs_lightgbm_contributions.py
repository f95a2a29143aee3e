"""Scoring a cohort and explaining those listed, against LightGBM scoring and explaining everybody.

What a list needs are reasons for those on it, so that is all the project computes; LightGBM's own way to the same
scores and contributions is ``predict`` and ``predict(pred_contrib=True)`` on all rows. Ours begins with an Arrow table
and checks it (names, order, one row a person); LightGBM's begins with a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.scoring_world import DIGEST, FEATURES, THREADS, Cohort, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "LightGBM, predict and pred_contrib on every row"
SIDES = ("ours", "reference")
Answer = dict[str, list[list[float]]]


def side(name: str, folder: Path) -> Callable[[], Answer]:
    """One side's work, with the model loaded and the cohort in memory."""
    cohort = Cohort.read(folder)
    return _ours(cohort, folder) if name == "ours" else _lightgbm(cohort, folder)


def answer(made: Any) -> Any:
    """Scores of everybody and contributions of those listed, as they are."""
    return made()


def _ours(cohort: Cohort, folder: Path) -> Callable[[], Any]:
    from risk_model.referrals.scoring import explain, score
    from risk_model.training.scorer import ScoringModel

    model, people, features = ScoringModel.load(folder / "model"), cohort.people, cohort.features

    def work() -> Any:
        scores = score(model, features, people, DIGEST)
        order = np.argsort(scores["person"].to_numpy())
        raw = scores["raw_score"].to_numpy()[order]
        listed = cohort.listed(raw)
        reasons = explain(model, features, people.take(listed))
        return lambda: (raw.tolist(), [[reasons[int(cohort.person[at])].contributions[name] for name in FEATURES]
                                       for at in listed])  # fmt: skip

    return work


def _lightgbm(cohort: Cohort, folder: Path) -> Callable[[], Any]:
    import lightgbm

    booster = lightgbm.Booster(model_file=str(folder / "model" / "estimator" / "model.txt"))

    def work() -> Any:
        raw = booster.predict(cohort.X, raw_score=True, num_threads=THREADS)
        parts = booster.predict(cohort.X, pred_contrib=True, num_threads=THREADS)
        return lambda: (raw.tolist(), parts[cohort.listed(raw), :-1].tolist())

    return work
