"""Searching settings with Optuna on temporal folds: seeded, pruned, kept in SQLite, so that a stopped search goes on.

Nothing here sees a test slice. What is found is shown to be written on the experiment's page, which stays the one place
that says what was done. The page's own settings are the first trial, so a search never recommends less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.workspace import digest
from risk_model.errors import BadConfiguration, Refusal, all_faults
from risk_model.experiment import Experiment
from risk_model.plan import Range, SearchPlan
from risk_model.training import missing
from risk_model.training.capacity import listed_by_team
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.folds import Fold, check_folds, tuning_folds
from risk_model.training.inputs import Inputs
from risk_model.training.metrics import auc_of, average_precision_of
from risk_model.training.predictions import list_keys

SEARCHABLE = ("recall_at_capacity", "precision_at_capacity", "auc", "average_precision")
"""Metrics of the order alone: a search judges raw scores, before any calibration."""
Floats = NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """One setting tried: ``value`` is the mean over folds, None where it was stopped early or could not be fitted."""

    settings: dict[str, Any]
    value: float | None
    state: str


@dataclass(frozen=True)
class Search:
    """All trials of one estimator in order (the page's own settings first), and the best."""

    estimator: str
    metric: str
    folds: tuple[Fold, ...]
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The best trial; of equal ones the earliest."""
        done = [trial for trial in self.trials if trial.value is not None]
        return max(done, key=lambda trial: trial.value if trial.value is not None else -1.0)

    @property
    def toml(self) -> str:
        """The best settings as lines of the experiment's page."""
        return "\n".join([f"[estimators.{self.estimator}]", *(f"{k} = {v}" for k, v in self.best.settings.items())])


def check_search(experiment: Experiment) -> None:
    """Refuse a search that could not be done, before anything is fitted.

    :raises BadConfiguration: nothing to search, an unknown estimator, setting or metric, a bound or value that is not
        allowed; all faults together.
    """
    plan, faults = experiment.search, []
    if not plan.space:
        faults.append("no [search.space.*] table; name an estimator's settings with their ranges or lists")
    if experiment.selection.metric not in SEARCHABLE:
        faults.append(f"selection.metric is {experiment.selection.metric!r}; a search needs {', '.join(SEARCHABLE)}")
    for name, own in plan.space.items():
        if name not in experiment.estimators or name not in ESTIMATORS:
            faults.append(f"search.space.{name}: not an estimator of this experiment")
            continue
        for key, values in own.items():
            ends = (values.low, values.high) if isinstance(values, Range) else values
            faults.extend(fault for end in ends for fault in ESTIMATORS[name].faults({key: end}))
    if faults:
        raise BadConfiguration(all_faults(f"[search], {len(faults)} fault(s):", faults))


@dataclass
class Searching:
    """A search of one estimator, with what its trials share."""

    experiment: Experiment
    estimator: str
    known: Inputs
    folds: tuple[Fold, ...]
    say: Say = lambda _: None
    fitters: list[Any] = field(default_factory=list)

    def value(self, settings: dict[str, Any], after_fold: Callable[[float, int], bool]) -> float | None:
        """The mean metric over the folds; None where ``after_fold`` (the mean so far, which fold) says to stop."""
        found: list[float] = []
        for at, fold in enumerate(self.folds):
            judged = self.known.within(fold.judge)
            needs = ESTIMATORS[self.estimator].needs_protected
            fitted = self._fitter(at)(settings, self.experiment.seed)
            raw = fitted.raw_score(judged.rows.X, judged.protected(needs))
            found.append(score_order(self.experiment, judged, raw))
            if after_fold(float(np.mean(found)), at):
                return None
        return float(np.mean(found))

    def _fitter(self, at: int) -> Any:
        """What fits the fold's rows; made once, so that what all fits share is made once."""
        if at == len(self.fitters):
            learn, estimator = self.known.within(self.folds[at].learn), ESTIMATORS[self.estimator]
            self.fitters.append(missing.fitter(estimator, learn.rows, learn.protected(estimator.needs_protected)))
        return self.fitters[at]


def score_order(experiment: Experiment, judged: Inputs, raw: Floats) -> float:
    """The experiment's metric of one order of rows."""
    rows, metric = judged.rows, experiment.selection.metric
    if metric == "auc":
        return auc_of(raw, rows.outcome)
    if metric == "average_precision":
        return average_precision_of(raw, rows.outcome)
    listed = listed_by_team(raw, list_keys(experiment, rows.as_of), rows.area, experiment.capacity)
    whole = rows.outcome.sum() if metric == "recall_at_capacity" else listed.sum()
    return float(listed @ rows.outcome / whole)


def search(
    experiment: Experiment, estimator: str, inputs: Inputs, folder: Path, basis: Any, say: Say = lambda _: None,
    page_first: bool = True,
) -> Search:  # fmt: skip
    """Every trial of one estimator's search; those that ``folder`` holds from before are not made again.

    ``basis`` names the data, definitions and code: a search under another basis starts anew. Without ``page_first`` the
    page's own settings are not among the trials.
    """
    check_search(experiment)
    known = inputs.labelled()
    folds = tuning_folds(experiment, known.rows.as_of)
    check_folds(folds, known)
    plan = experiment.search
    first = 0 if page_first else 1
    wanted = (len(plan.grid(estimator)) if plan.sampler == "grid" else plan.trials) + 1 - first
    study = _study(folder, digest([basis, estimator, plan.model_dump(mode="json"), repr(folds), experiment.seed,
                                   experiment.selection.metric, experiment.estimators[estimator], first]))  # fmt: skip
    searching = Searching(experiment, estimator, known, folds, say)
    while len(done := _finished(study)) < wanted:
        say(f"search: {estimator}, {len(done) + 1} of {wanted}")
        _one_trial(study, searching, len(done) + first)
    trials = tuple(Trial(each.user_attrs["settings"], each.value if each.state.name == "COMPLETE" else None,
                         each.state.name.lower()) for each in _finished(study))  # fmt: skip
    return Search(estimator, experiment.selection.metric, folds, trials)


def _one_trial(study: Any, searching: Searching, number: int) -> None:
    """Ask for one setting, fit and judge it, and tell what it reached. Its seed hangs on its number alone."""
    import optuna

    experiment, name = searching.experiment, searching.estimator
    study.sampler = optuna.samplers.TPESampler(seed=experiment.seed % 2**31 + number, n_startup_trials=8)
    trial = study.ask()
    settings = dict(experiment.estimators[name]) | _asked(trial, experiment.search, name, number)
    trial.set_user_attr("settings", settings)

    def hopeless(mean: float, fold: int) -> bool:
        trial.report(mean, fold)
        return bool(number and fold + 1 < len(searching.folds) and trial.should_prune())

    try:
        value = searching.value(settings, hopeless)
    except Refusal:
        trial.set_user_attr("refused", True)
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    else:
        study.tell(trial, value) if value is not None else study.tell(trial, state=optuna.trial.TrialState.PRUNED)


def _asked(trial: Any, plan: SearchPlan, estimator: str, number: int) -> dict[str, Any]:
    """The settings of a trial; none for the first, which is the page's own."""
    if number == 0:
        return {}
    if plan.sampler == "grid":
        return plan.grid(estimator)[number - 1]
    return {key: _suggest(trial, key, values) for key, values in plan.space[estimator].items()}


def _suggest(trial: Any, key: str, values: Range | tuple[int | float, ...]) -> int | float:
    if not isinstance(values, Range):
        chosen: int | float = trial.suggest_categorical(key, list(values))
        return chosen
    whole = isinstance(values.low, int) and isinstance(values.high, int)
    suggest = trial.suggest_int if whole else trial.suggest_float
    found: int | float = suggest(key, values.low, values.high, log=values.log)
    return found


def _study(folder: Path, name: str) -> Any:
    """The study of this name in the folder's database, made if it is not there; trials cut off are marked as failed."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=f"sqlite:///{(folder / 'search.db').resolve()}", study_name=name, direction="maximize",
        load_if_exists=True, pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
    )  # fmt: skip
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return study


def _finished(study: Any) -> list[Any]:
    """Trials that ended by themselves. One cut off by a kill reported nothing for its last fold and does not count."""
    import optuna

    ended = study.get_trials(deepcopy=False)
    return [each for each in ended
            if each.state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
            or (each.state is optuna.trial.TrialState.FAIL and each.user_attrs.get("refused"))]  # fmt: skip
