"""Predictions of the test slices: what evaluation, audits and bands read; the one place that names their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.workspace import whole_file
from risk_model.errors import MissingStep
from risk_model.experiment import Experiment

ALL_SPLITS = "all splits"
FILE = "predictions.parquet"
SCHEMA = pa.schema(
    [
        pa.field("estimator", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("person", pa.int64(), nullable=False),
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("area", pa.string(), nullable=False),
        pa.field("age_years", pa.int16(), nullable=False),
        pa.field("outcome", pa.float64(), nullable=False),
        pa.field("raw_score", pa.float64(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("listed", pa.float64(), nullable=False),
    ]
)
"""``listed`` is the chance (0 to 1, a share only under ties) of a place on the row's team's list."""
ROW_COLUMNS = tuple(SCHEMA.names[2:])


@dataclass(frozen=True)
class Predictions:
    """One estimator's predictions on one split's test slice; arrays of one length, every outcome known."""

    estimator: str
    split: str
    person: NDArray[np.int64]
    as_of: NDArray[np.datetime64]
    area: NDArray[np.str_]
    age_years: NDArray[np.int16]
    outcome: NDArray[np.float64]
    raw_score: NDArray[np.float64]
    probability: NDArray[np.float64]
    listed: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.person)


def list_keys(experiment: Experiment, as_of: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Which list each row competes for: one a date; where each person has a date of their own, one for all."""
    if experiment.splits.kind == "ranges":
        return np.full(len(as_of), as_of.min() if len(as_of) else np.datetime64("NaT", "D"))
    return as_of


def pooled(predictions: Sequence[Predictions]) -> Predictions:
    """One estimator's splits under each other. Scores of different fits are not comparable, so probabilities rank."""
    joined = {name: np.concatenate([getattr(part, name) for part in predictions]) for name in ROW_COLUMNS}
    joined["raw_score"] = joined["probability"]
    return Predictions(predictions[0].estimator, ALL_SPLITS, **joined)


def write_predictions(folder: Path, predictions: Sequence[Predictions]) -> Path:
    """Write ``predictions.parquet``, estimator by estimator and split by split, as a whole file."""
    tables = [_table(part) for part in predictions]
    with whole_file(folder / FILE) as scratch:
        pq.write_table(pa.concat_tables(tables), scratch, compression="zstd")
    return folder / FILE


def read_predictions(folder: Path) -> tuple[Predictions, ...]:
    """The predictions an experiment's folder holds, in the order they were written.

    :raises MissingStep: the experiment has not been trained in this workspace.
    """
    path = folder / FILE
    if not path.exists():
        raise MissingStep(f"no {FILE} for this experiment; train it first (risk-model run)")
    table = pq.read_table(path, schema=SCHEMA)
    names = list(zip(table["estimator"].to_pylist(), table["split"].to_pylist(), strict=True))
    starts = [at for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
    return tuple(
        _part(*names[first], table.slice(first, after - first))
        for first, after in zip(starts, [*starts[1:], len(names)], strict=True)
    )


def write_part(path: Path, part: Predictions) -> None:
    """Write one estimator's predictions on one split."""
    pq.write_table(_table(part), path, compression="zstd")


def read_part(path: Path) -> Predictions:
    """What :func:`write_part` wrote."""
    table = pq.read_table(path, schema=SCHEMA)
    return _part(table["estimator"][0].as_py(), table["split"][0].as_py(), table)


def _table(part: Predictions) -> pa.Table:
    columns = {"estimator": [part.estimator] * len(part), "split": [part.split] * len(part)}
    columns |= {name: getattr(part, name) for name in ROW_COLUMNS}
    return pa.table([pa.array(columns[field.name]).cast(field.type) for field in SCHEMA], schema=SCHEMA)


def _part(estimator: str, split: str, rows: pa.Table) -> Predictions:
    columns = {name: rows[name].to_numpy() for name in ROW_COLUMNS}
    columns["as_of"] = columns["as_of"].astype("datetime64[D]")
    columns["area"] = columns["area"].astype(np.str_)
    return Predictions(estimator, split, **columns)
