"""A score somebody else made, measured on the very rows ours is tested on, so that the two can stand side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from risk_model.training.intervals import Figure, interval, resample_people
from risk_model.training.metrics import rank_metrics
from risk_model.training.predictions import Predictions


@dataclass(frozen=True)
class Reference:
    """Another score's AUC (95% interval, people resampled) on the test rows that carry it, and how many those are."""

    name: str
    auc: Figure
    rows: int


def measure_reference(name: str, scores: pa.Table, rows: Predictions, draws: int, seed: int) -> Reference:
    """The AUC of ``scores`` (person, then a number, null where not scored) on these predictions' rows."""
    by_person = scores.to_pandas().dropna().set_index("person").iloc[:, 0]
    given = by_person.reindex(rows.person).to_numpy(dtype=np.float64)
    kept = ~np.isnan(given)
    resamples = resample_people(rows.person[kept], draws, seed)
    score, outcome = given[kept], rows.outcome[kept]
    value = rank_metrics(score, outcome, np.ones((1, kept.sum()), np.uint8))[0][0]
    low, high = interval(rank_metrics(score, outcome, resamples.times, resamples.index)[0])
    return Reference(name, Figure("auc", float(value), low, high), int(kept.sum()))
