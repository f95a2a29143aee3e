"""What a training found: every estimator measured on every split, one chosen by the experiment's rule, and by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from risk_model.errors import BadConfiguration
from risk_model.experiment import Experiment
from risk_model.training.breakdowns import Part, breakdowns
from risk_model.training.evaluation import Evaluation, evaluate
from risk_model.training.inputs import Inputs
from risk_model.training.intervals import Resamples, resample_people
from risk_model.training.predictions import ALL_SPLITS, Predictions, pooled
from risk_model.training.selection import Selection, Unequal, select
from risk_model.training.splits import Split
from risk_model.training.stability import stabilities

AskGroups = Callable[[Sequence[Predictions]], Unequal]
"""Of test predictions, for each estimator the characteristics of which a group is certainly found more or less often
than the plan's ``least_group_ratio`` allows. Handed in, since training knows no protected characteristic."""


@dataclass(frozen=True)
class Failure:
    """An estimator that could not be fitted on a split, and why. It takes no further part; the others go on."""

    estimator: str
    split: str
    why: str


@dataclass(frozen=True)
class TrainingResult:
    """All that training found. ``evaluations`` go estimator by estimator: each split, then all splits pooled;
    ``breakdowns`` are the chosen one's."""

    splits: tuple[Split, ...]
    predictions: tuple[Predictions, ...]
    evaluations: tuple[Evaluation, ...]
    selection: Selection
    failures: tuple[Failure, ...]
    breakdowns: tuple[Part, ...] = ()


def measure_all(
    experiment: Experiment, known: Inputs, splits: tuple[Split, ...], predictions: tuple[Predictions, ...],
    failures: tuple[Failure, ...], ask_groups: AskGroups | None,
) -> TrainingResult:  # fmt: skip
    """Every estimator measured, one chosen, and the chosen one's breakdowns."""
    resamples = draws_of(experiment, predictions)
    evaluations = evaluate_all(experiment, predictions, resamples)
    selection = _select(experiment, splits, predictions, evaluations, ask_groups)
    own = [part for part in predictions if part.estimator == selection.chosen]
    parts = breakdowns(experiment, known.rows, splits, own, resamples)
    return TrainingResult(splits, predictions, evaluations, selection, failures, parts)


def _select(
    experiment: Experiment, splits: Sequence[Split], predictions: Sequence[Predictions],
    evaluations: Sequence[Evaluation], ask_groups: AskGroups | None,
) -> Selection:  # fmt: skip
    """The choice, by the experiment's rule, over the single splits; groups are looked at over all of them.

    :raises BadConfiguration: the rule looks at groups, and nothing was handed in that can.
    """
    plan = experiment.selection
    names = {split.name for split in splits}
    single = [each for each in evaluations if each.split in names]
    by_split = {name: [each for each in single if each.estimator == name]
                for name in dict.fromkeys(each.estimator for each in evaluations)}  # fmt: skip
    if plan.least_group_ratio and ask_groups is None:
        raise BadConfiguration("[selection] least_group_ratio looks at groups, and no characteristics were handed in")
    unequal = ask_groups(predictions) if ask_groups else {}
    return select(plan, by_split, stabilities(predictions), unequal, experiment.audit.suppress_under)


def draws_of(experiment: Experiment, predictions: Sequence[Predictions]) -> Resamples:
    """One set of draws for all that is measured, from everybody who was tested."""
    people = np.concatenate([part.person for part in predictions])
    return resample_people(people, experiment.bootstrap_resamples, experiment.seed)


def evaluate_all(
    experiment: Experiment, predictions: Sequence[Predictions], resamples: Resamples
) -> tuple[Evaluation, ...]:
    """Each estimator on each split and on all of them pooled, with one set of draws of people for all."""
    found: list[Evaluation] = []
    for name in dict.fromkeys(part.estimator for part in predictions):
        own = [part for part in predictions if part.estimator == name]
        found += [evaluate(experiment, part, resamples) for part in own]
        found.append(replace(found[-1], split=ALL_SPLITS) if len(own) == 1
                     else evaluate(experiment, pooled(own), resamples))  # fmt: skip
    return tuple(found)
