"""Training an experiment: every split, every estimator, the same recipe; then the final fit of the one chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from features.workspace import read_json, write_json
from risk_model.errors import NotPublishable, Refusal, Untrainable, all_faults
from risk_model.experiment import Experiment
from risk_model.training import missing
from risk_model.training.bands import Predicted, make_bands
from risk_model.training.calibration import Calibrator, fit_calibrator
from risk_model.training.capacity import check_capacity, listed_by_team
from risk_model.training.estimators import ESTIMATORS, check_estimators
from risk_model.training.estimators.base import Fitted
from risk_model.training.evaluation import take
from risk_model.training.inputs import Inputs
from risk_model.training.intervals import resample_people
from risk_model.training.kept import KeptFits
from risk_model.training.measured import AskGroups, Failure, TrainingResult, measure_all
from risk_model.training.predictions import (
    Predictions,
    list_keys,
    pooled,
    read_predictions,
    write_predictions,
)
from risk_model.training.proof import prove_recipe
from risk_model.training.scorer import ScoringModel
from risk_model.training.selection import check_selection
from risk_model.training.splits import Split, check_splits, final_split, seen_before, temporal_splits
from risk_model.training.suspicion import refuse_too_good

LEAST_POSITIVES = 10
"""Fewer positives than this in a training slice teach nothing."""
FAILURES = "failures.json"
Say = Callable[[str], None]


def train(
    experiment: Experiment, inputs: Inputs, folder: Path, say: Say = lambda _: None, kept: KeptFits | None = None,
    ask_groups: AskGroups | None = None,
) -> TrainingResult:  # fmt: skip
    """Every estimator fitted, calibrated and tested on every split; predictions are written into ``folder``.

    Fits that ``kept`` holds are read, and new ones are kept there as soon as they are done. ``ask_groups`` is asked
    where the selection looks at groups.

    :raises BadConfiguration: settings, capacity, selection or splits that cannot be used; nothing has been fitted.
    :raises Untrainable: a slice with too few positives, a feature too good to be true, or no estimator left.
    """
    check_estimators(experiment.estimators)
    check_selection(experiment)
    known = inputs.labelled()
    check_capacity(known.rows.area, experiment.capacity)
    splits = temporal_splits(experiment, known.rows.as_of)
    for split in splits:
        check_split(experiment, split, known)
    predictions, failures = _all_predictions(experiment, known, splits, say, kept)
    write_predictions(folder, predictions)
    write_json(folder / FAILURES, [asdict(failure) for failure in failures])
    say("measuring, with intervals")
    return measure_all(experiment, known, splits, predictions, failures, ask_groups)


def reread(experiment: Experiment, inputs: Inputs, folder: Path, ask_groups: AskGroups | None = None) -> TrainingResult:
    """What :func:`train` found, from the predictions it wrote: measured again, not fitted again.

    :raises MissingStep: nothing has been trained there.
    """
    known = inputs.labelled()
    failures = tuple(Failure(**failure) for failure in read_json(folder / FAILURES))
    splits = temporal_splits(experiment, known.rows.as_of)
    return measure_all(experiment, known, splits, read_predictions(folder), failures, ask_groups)


def check_split(experiment: Experiment, split: Split, known: Inputs) -> None:
    """Look again for leaks, for too few positives and for a feature that knows the answer.

    :raises BadConfiguration: the split leaks.
    :raises Untrainable: too few positives, one class only, or a feature too good to be true.
    """
    check_splits(experiment, split, known.rows, known.event_on)
    faults = []
    for name, part, least in (("training", split.train, LEAST_POSITIVES), ("calibration", split.calibrate, 1),
                              ("test", split.test, 1)):  # fmt: skip
        if part is None:
            continue
        outcome = known.rows.between(part.first, part.before).outcome
        if outcome.sum() < least:
            faults.append(f"{name} ({part.plain}): fewer than {least} rows with the outcome")
        if outcome.sum() == len(outcome):
            faults.append(f"{name} ({part.plain}): every row has the outcome")
    if faults:
        advice = "use more as-of dates, or a commoner outcome:"
        raise Untrainable(all_faults(f"{split.name}: too little to learn from; {advice}", faults))
    refuse_too_good(known.rows.between(split.train.first, split.train.before), split.name)


def _all_predictions(
    experiment: Experiment, known: Inputs, splits: Sequence[Split], say: Say, kept: KeptFits | None
) -> tuple[tuple[Predictions, ...], tuple[Failure, ...]]:
    predictions: list[Predictions] = []
    failures: list[Failure] = []
    for name in experiment.estimators:
        try:
            own = []
            for split in splits:
                say(f"{name}, {split.name}")
                own.append(_kept_or_new(experiment, name, known, split, kept))
        except Exception as error:
            failures.append(Failure(name, split.name, _why(error)))
        else:
            predictions += own
    if not any(ESTIMATORS[part.estimator].publishable for part in predictions):
        faults = [f"{failure.estimator}, {failure.split}: {failure.why}" for failure in failures]
        raise Untrainable(all_faults("no estimator that may be chosen could be trained:", faults))
    return tuple(predictions), tuple(failures)


def _why(error: Exception) -> str:
    """A refusal's own words; of anything else only its kind, since a library's message may quote data."""
    return str(error) if isinstance(error, Refusal) else f"{type(error).__name__} (a fault in the software, not input)"


def fit_recipe(experiment: Experiment, name: str, known: Inputs, split: Split) -> tuple[Fitted, Calibrator]:
    """The one recipe: fit on the training slice, calibrate on the later slice."""
    estimator = ESTIMATORS[name]
    train_on, later = known.within(split.train), known.within(split.calibrate)
    needs = estimator.needs_protected
    fit = missing.fitter(estimator, train_on.rows, train_on.protected(needs))
    fitted = fit(experiment.estimators[name], experiment.seed)
    raw = fitted.raw_score(later.rows.X, later.protected(needs))
    return fitted, fit_calibrator(raw, later.rows.outcome, estimator.scale)


def _kept_or_new(experiment: Experiment, name: str, known: Inputs, split: Split, kept: KeptFits | None) -> Predictions:
    settings = experiment.estimators[name]
    found = None if kept is None else kept.find(name, settings, split)
    if found is not None:
        return found
    made = predict_split(experiment, name, known, split)
    if kept is not None:
        kept.keep(made, settings, split)
    return made


def predict_split(
    experiment: Experiment, name: str, known: Inputs, split: Split, learn: Inputs | None = None
) -> Predictions:
    """One estimator by the one recipe, tested on the split's test slice; ``learn`` are the rows to learn from instead
    of ``known`` (the same features), where a comparison asks what another label or other rows would teach."""
    assert split.test is not None
    fitted, calibrator = fit_recipe(experiment, name, learn or known, split)
    test = known.within(split.test)
    raw = fitted.raw_score(test.rows.X, test.protected(ESTIMATORS[name].needs_protected))
    keys = list_keys(experiment, test.rows.as_of)
    made = Predictions(
        name, split.name, test.rows.person, test.rows.as_of.astype("datetime64[D]"), test.rows.area,
        test.rows.age_years, test.rows.outcome, raw, calibrator.probability(raw),
        listed_by_team(raw, keys, test.rows.area, experiment.capacity),
    )  # fmt: skip
    if experiment.splits.people_seen == "keep":
        return made
    unseen = take(made, np.flatnonzero(~seen_before(known.rows, split, made.person)))
    if not 0 < unseen.outcome.sum() < len(unseen):
        raise Untrainable(f'{split.name}: people_seen = "leave_out" leaves too few to test on; use "keep"')
    return unseen


def refit_final(
    experiment: Experiment, inputs: Inputs, chosen: str, predictions: Sequence[Predictions]
) -> ScoringModel:
    """The chosen estimator by the same recipe on the latest data, with bands from its pooled test predictions.

    :raises NotPublishable: a comparator was chosen, or the recipe does not give the scores that were validated.
    """
    if not ESTIMATORS[chosen].publishable:
        raise NotPublishable(f"{chosen}: a comparator; it can be compared with, and never published")
    known = inputs.labelled()
    last = temporal_splits(experiment, known.rows.as_of)[-1]
    prove_recipe(lambda split: predict_split(experiment, chosen, known, split), last, predictions)
    split = final_split(experiment, known.rows.as_of)
    check_split(experiment, split, known)
    fitted, calibrator = fit_recipe(experiment, chosen, known, split)
    tested = pooled([part for part in predictions if part.estimator == chosen])
    resamples = resample_people(tested.person, experiment.bootstrap_resamples, experiment.seed)
    bands = make_bands(
        experiment, Predicted(tested.person, tested.probability, tested.outcome, float(tested.listed.sum())), resamples
    )
    return ScoringModel(chosen, known.rows.feature_names, fitted, calibrator, bands)
