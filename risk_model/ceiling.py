"""What the records allow: how near an oracle anybody could come with these features, had they learned all there is.

Trees are fitted on the oracle's own chances, which nobody can have, of all rows before a test date (a chance needs no
waiting, as a label does), and rank the test rows by the delivered features. What they miss is not in the records;
what a model misses beside them is left to learn. Only for measuring: nothing of it goes into a model, and it is worked
out only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from features.workspace import Workspace, digest, digest_file, whole_file
from risk_model.experiment import Experiment
from risk_model.oracle import Share, as_predictions, shares_of_oracle, true_chances, world_key
from risk_model.preparation import Say
from risk_model.training.dataset import Dataset
from risk_model.training.inputs import Inputs
from risk_model.training.predictions import Predictions, read_part, write_part
from risk_model.training.splits import Slice

CEILING = "ceiling"
FOLDER = "oracle"
FUTURES = 20
"""Times each training row's next year is lived: the trees average over many rows."""
SETTINGS = {"objective": "cross_entropy", "num_leaves": 31, "learning_rate": 0.03, "min_data_in_leaf": 50,
            "lambda_l2": 5.0, "feature_fraction": 0.3, "verbosity": -1, "deterministic": True,
            "force_row_wise": True}  # fmt: skip
ROUNDS = 400


@dataclass(frozen=True)
class Ceiling:
    """``of_oracle`` is what the ceiling reaches of the oracle; ``reached`` what each estimator reaches of it."""

    of_oracle: Share
    reached: tuple[Share, ...]


def measure_ceiling(
    experiment: Experiment, predictions: Sequence[Predictions], oracle: Sequence[Predictions],
    ceiling: Sequence[Predictions], judge: Sequence[Predictions],
) -> Ceiling:  # fmt: skip
    """The ceiling beside the oracle, and every estimator beside the ceiling, at the same places on the same rows."""
    (of_oracle,) = shares_of_oracle(experiment, ceiling, oracle, judge)
    return Ceiling(of_oracle, shares_of_oracle(experiment, predictions, ceiling, judge))


def ceiling_predictions(
    experiment: Experiment, world: Workspace, known: Dataset, oracle: Sequence[Predictions], folder: Path, basis: str,
    say: Say,
) -> tuple[Predictions, ...]:  # fmt: skip
    """What trees that learned the oracle's chances say on its test rows, kept in ``folder`` under ``basis`` (the data,
    plan and code). ``world`` is the synthetic world's workspace; ``known`` are the rows whose outcome is known."""
    key = digest([basis, digest_file(Path(__file__)), world_key(world), FUTURES])
    paths = [folder / FOLDER / f"{key}-{CEILING}-{number}.parquet" for number in range(len(oracle))]
    if not all(path.exists() for path in paths):
        days = [part.as_of[0].item() for part in oracle]
        rows = known.rows(_before(known, max(days)))
        chance = true_chances(world, rows.person, rows.as_of, FUTURES, say)
        for path, part, day in zip(paths, oracle, days, strict=True):
            say(f"learning from the oracle what the records allow: {part.split}")
            earlier = _before(rows, day)
            learned = _fit(rows.rows(earlier), chance[earlier], experiment.seed)
            said = learned.predict(known.X[_rows_of(known, part)])
            with whole_file(path) as scratch:
                write_part(scratch, as_predictions(experiment, part, np.asarray(said), CEILING))
    return tuple(read_part(path) for path in paths)


def _before(rows: Dataset, day: date) -> NDArray[np.bool_]:
    return Inputs(rows).inside(Slice(date.min, day))


def _fit(rows: Dataset, chance: NDArray[np.float64], seed: int) -> lightgbm.Booster:
    return lightgbm.train(SETTINGS | {"seed": seed}, lightgbm.Dataset(rows.X, chance), ROUNDS)


def _rows_of(known: Dataset, part: Predictions) -> NDArray[np.intp]:
    """Where each row of a test slice stands among all rows: by person and date."""
    place = {(person, day): at for at, (person, day) in enumerate(zip(known.person, known.as_of, strict=True))}
    return np.array([place[person, day] for person, day in zip(part.person, part.as_of, strict=True)])
