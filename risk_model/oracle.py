"""How much of what can be known a model knows: its lists beside those of an oracle, on the same test rows and places.

Only a synthetic world has an oracle (``features.synthetic.oracle``). What it says goes into no training and no score:
models are measured against it when everything is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.events import FIRST_ENTRY_DISPOSALS
from features.synthetic.oracle import FUTURES, HORIZON_DAYS, code_digest, entry_chances
from features.synthetic.truth import children_of, read_setting, truth_folder
from features.workspace import Workspace, digest, whole_file
from risk_model.experiment import Experiment
from risk_model.preparation import Say
from risk_model.training.capacity import listed_by_team
from risk_model.training.intervals import Figure, Floats, interval, resample_people
from risk_model.training.predictions import Predictions, list_keys, pooled, read_part, write_part

ORACLE = "oracle"
FOLDER = "oracle"
TOO_FEW = (float("nan"),) * 3
SPEAKS_OF = "first_time_entrant"


@dataclass(frozen=True)
class Share:
    """One estimator beside the oracle, all test dates together; every figure with its 95% interval.

    ``precision`` and ``recall`` are the oracle's at the same places; ``reached`` is the estimator's precision as a
    share of the oracle's, which is also its share of the recall: both fill the same places on the same rows.
    ``expected`` is the same share with luck set aside: not who did enter, but how many of those listed were to be
    expected to, by the true chances. It is the steadier of the two; but only ``reached`` could show a leak, since what
    a leak knows is how things did turn out.
    """

    estimator: str
    precision: Figure
    recall: Figure
    reached: Figure
    expected: Figure


def has_oracle(experiment: Experiment, workspace: Workspace) -> bool:
    """Whether there is an oracle for the experiment: a synthetic world, an outcome it speaks of, and nobody left out.

    Where people learned from are left out of the test rows, lists are still made of everybody, so the oracle would fill
    other places than the models did.
    """
    plan = experiment.outcome
    first_entry = plan.kind == "yj_disposal" and plan.first_ever and {*(plan.codes or ())} == {*FIRST_ENTRY_DISPOSALS}
    speaks = plan.name == SPEAKS_OF and first_entry and plan.horizon_days == HORIZON_DAYS
    whole = experiment.splits.kind == "rolling" and experiment.splits.people_seen == "keep"
    return speaks and whole and truth_folder(workspace).exists()


def oracle_predictions(
    experiment: Experiment, workspace: Workspace, tested: Sequence[Predictions], folder: Path, say: Say,
    judging: bool = False,
) -> tuple[Predictions, ...]:  # fmt: skip
    """What the oracle would have said on the rows that one estimator was tested on.

    Its chances are kept in ``folder``. Who had the outcome and who gets a place is taken from ``tested`` and the plan.
    ``judging``: by other futures, to judge lists by. Those that chose a list would find it better than it is.
    """
    setting = read_setting(truth_folder(workspace))
    days = [part.as_of[0].item() for part in tested]
    rows = [[day, part.person.tolist()] for day, part in zip(days, tested, strict=True)]
    futures = FUTURES if judging else 2 * FUTURES
    key = digest([world_key(workspace), futures, judging, rows])
    paths = [folder / FOLDER / f"{key}-{number}.parquet" for number in range(len(tested))]
    if not all(path.exists() for path in paths):
        ends = np.cumsum([len(part) for part in tested])[:-1]
        children = np.split(children_of(workspace, np.concatenate([part.person for part in tested])), ends)
        wanted = {day: who[who >= 0] for day, who in zip(days, children, strict=True)}
        chances = entry_chances(setting, wanted, say, futures, draw=int(judging))
        for path, part, who, day in zip(paths, tested, children, days, strict=True):
            chance = np.zeros(len(part))
            chance[who >= 0] = chances[day]
            with whole_file(path) as scratch:
                write_part(scratch, as_predictions(experiment, part, chance, ORACLE))
    kept = [read_part(path).probability for path in paths]
    return tuple(as_predictions(experiment, part, said, ORACLE) for part, said in zip(tested, kept, strict=True))


def world_key(workspace: Workspace) -> str:
    """Which synthetic world this is, as the code that is here would make it."""
    return digest([vars(read_setting(truth_folder(workspace))), code_digest()])


def true_chances(
    workspace: Workspace, person: NDArray[np.int64], as_of: NDArray[np.datetime64], futures: int, say: Say
) -> NDArray[np.float64]:
    """The oracle's chance of every row, one a person and date; 0 where no record led to the child."""
    child = children_of(workspace, person)
    rows = {day.item(): np.flatnonzero((as_of == day) & (child >= 0)) for day in np.unique(as_of)}
    said = entry_chances(
        read_setting(truth_folder(workspace)), {day: child[at] for day, at in rows.items()}, say, futures
    )
    chance = np.zeros(len(person))
    for day, at in rows.items():
        chance[at] = said[day]
    return chance


def as_predictions(experiment: Experiment, part: Predictions, chance: NDArray[np.float64], name: str) -> Predictions:
    """The rows of ``part`` ranked by other chances, under another name; the same places are filled."""
    listed = listed_by_team(chance, list_keys(experiment, part.as_of), part.area, experiment.capacity)
    return replace(part, estimator=name, raw_score=chance, probability=chance, listed=listed)


def shares_of_oracle(
    experiment: Experiment, predictions: Sequence[Predictions], best: Sequence[Predictions],
    judge: Sequence[Predictions] | None = None,
) -> tuple[Share, ...]:  # fmt: skip
    """Each estimator's share of the ``best``, with intervals that resample people, paired draw by draw.

    ``judge`` has true chances of the rows that had no part in any list; without it, the best is its own judge. Where
    even the best finds fewer than ``audit.least_positives``, a share says nothing and is not given.
    """
    top, chance = pooled(best), pooled(judge or best).probability
    drawn = resample_people(top.person, experiment.bootstrap_resamples, experiment.seed).of(top.person)
    enough = bool(top.listed @ top.outcome >= experiment.audit.least_positives)

    def ratio(name: str, above: Floats, below: Floats, told: bool = True) -> Figure:
        sums = drawn.sums(np.column_stack([above, below]))
        whole = float(below.sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = interval(sums[:, 0] / sums[:, 1])
        return Figure(name, float(above.sum()) / whole, *ends) if told and whole else Figure(name, *TOO_FEW)

    found, to_find = top.listed * top.outcome, top.listed * chance
    precision = ratio("precision_at_capacity", found, top.listed)
    recall = ratio("recall_at_capacity", found, top.outcome)
    shares = []
    for name in dict.fromkeys(part.estimator for part in predictions):
        mine = pooled([part for part in predictions if part.estimator == name])
        reached = ratio("share_of_oracle", mine.listed * mine.outcome, found, enough)
        expected = ratio("expected_share", mine.listed * chance, to_find, enough)
        shares.append(Share(name, precision, recall, reached, expected))
    return tuple(shares)
