"""What the steps of the pipeline share: one experiment in one workspace, and the results that others need again.

Each result is computed when first asked for, or read back where nothing it depends on has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pyarrow.parquet as pq

from features.build import code_digest, definitions_digest
from features.engines.choice import LOCAL, Engine, run_on
from features.warehouse import Warehouse
from features.workspace import Workspace, digest, digest_file, is_done, mark_done
from risk_model.audits import comparator_sex
from risk_model.audits.choosing import groups_to_ask
from risk_model.ceiling import Ceiling, ceiling_predictions, measure_ceiling
from risk_model.errors import BadInput, MissingStep
from risk_model.experiment import Experiment, read_experiment
from risk_model.oracle import Share, has_oracle, oracle_predictions, shares_of_oracle
from risk_model.preparation import Prepared, chosen_features, prepare
from risk_model.tracking import DataSource, Tracker, git_commit
from risk_model.training.dataset import Dataset
from risk_model.training.fitting import refit_final, reread, train
from risk_model.training.inputs import Inputs
from risk_model.training.kept import KeptFits
from risk_model.training.leaderboard import write_leaderboard
from risk_model.training.measured import TrainingResult
from risk_model.training.plots import Plot
from risk_model.training.predictions import Predictions, pooled
from risk_model.training.references import Reference, measure_reference
from risk_model.training.report import leaderboard_plots

Say = Callable[[str], None]
HOUSE = Path(__file__).resolve().parents[1]
FITS = "fits"
LOCK = "requirements.lock"
"""The exact libraries of the environment; there in a checkout."""
REFERENCES = "references.parquet"
GATHERING_CODE = (
    "features/build.py", "features/cohort.py", "features/events.py", "features/outcomes.py", "features/warehouse.py",
    "risk_model/preparation.py", "risk_model/audits/characteristics.py",
)  # fmt: skip
"""Who is in which row, what happened to them, and what comparators see: besides features, what training reads."""
NOT_OF_A_FIT = ("name", "question", "estimators", "selection", "audit", "card", "lists", "bootstrap_resamples")
"""Parts of the plan that no fit reads (each estimator's own settings are in its fit's key)."""
JUDGES_OF_GROUPS = ("choosing", "inputs", "confusion", "judging")
"""What a selection that looks at groups is made with, besides training's own code."""


def inputs_of(prepared: Prepared, warehouse: Warehouse) -> Inputs:
    """What training reads, with what only comparators may see beside it."""
    return prepared.inputs(comparator_sex(warehouse, prepared.cohort.table["person"].to_numpy()))


@dataclass
class State:
    """One experiment in one workspace. ``data`` is where extracts are, if not in the workspace; ``fits`` where single
    fits are kept, if not with the experiment's own results."""

    experiment: Experiment
    page: Path
    workspace: Workspace
    data: Path | None
    say: Say
    fits: Path | None = None
    engine: Engine = LOCAL

    @classmethod
    def at(
        cls, page: Path, workspace: Path, data: Path | None = None, say: Say = lambda line: None, engine: str = "local"
    ) -> Self:
        """The state of an experiment's TOML page.

        :raises BadConfiguration: the page, or the engine, cannot be used. :raises BadInput: ``data`` is not there.
        """
        experiment = read_experiment(page)
        if data is not None and not data.exists():
            raise BadInput(f"no data at {data}; give --data the folder of extracts, or the file, that partners sent")
        home = Workspace(workspace, experiment.source)
        return cls(experiment, page, home, data, say, engine=Engine(engine, home.spark))

    @property
    def folder(self) -> Path:
        """Where this experiment's results are kept."""
        return self.workspace.experiment(self.experiment.name)

    @property
    def model_folder(self) -> Path:
        """The model refitted on the latest data, as it would be published."""
        return self.folder / "model"

    @cached_property
    def prepared(self) -> Prepared:
        """Cohort, outcomes and features on every training date."""
        with Warehouse(self.workspace.warehouse) as warehouse, run_on(self.engine):
            return prepare(self.experiment, warehouse, self.workspace.features, self.say)

    @cached_property
    def known(self) -> Dataset:
        """The rows whose outcome is known."""
        return self.prepared.inputs().labelled().rows

    @cached_property
    def trained(self) -> TrainingResult:
        """From the workspace where nothing it depends on has changed; otherwise trained, logged and kept."""
        with Warehouse(self.workspace.warehouse) as warehouse:
            inputs = inputs_of(self.prepared, warehouse)
            ask_groups = groups_to_ask(self.experiment, warehouse)
        if self.is_trained():
            self.say("training: nothing has changed since the last time")
            return reread(self.experiment, inputs, self.folder, ask_groups)
        kept = KeptFits(self.fits or self.folder / FITS, self.basis_of_fits)
        result = train(self.experiment, inputs, self.folder, self.say, kept, ask_groups)
        self.say(f"refitting {result.selection.chosen} on the latest data")
        model = refit_final(self.experiment, inputs, result.selection.chosen, result.predictions)
        model.save(self.model_folder)
        plots = self.plots_of(result)
        write_leaderboard(self.experiment, result, plots, self.team_names, self.folder)
        self.say("logging to MLflow")
        artefacts = [self.page, self.folder / "leaderboard.html", *HOUSE.glob(LOCK)]
        self.tracker.record_training(self.experiment, result, self.source(), artefacts, plots, git_commit(HOUSE))
        mark_done(self.folder, "train", self.training_key)
        if self.fits is None:
            kept.forget_others()
        return result

    @cached_property
    def tracker(self) -> Tracker:
        """Where runs and registered models are logged."""
        return Tracker.of(self.workspace)

    @cached_property
    def team_names(self) -> dict[str, str]:
        """The teams' plain names by area code."""
        with Warehouse(self.workspace.warehouse) as warehouse:
            areas = warehouse.areas()
        pairs = zip(areas["local_authority_code"].to_pylist(), areas["local_authority"].to_pylist(), strict=True)
        return dict(pairs)

    @cached_property
    def fingerprint(self) -> str:
        """Which data the warehouse holds."""
        with Warehouse(self.workspace.warehouse) as warehouse:
            return warehouse.fingerprint

    @property
    def training_key(self) -> str:
        """Everything a training depends on: the plan, the data, the definitions and the code."""
        judges = JUDGES_OF_GROUPS if self.experiment.selection.least_group_ratio else ()
        asked = [digest_file(HOUSE / "risk_model" / "audits" / f"{name}.py") for name in judges]
        return digest([self.experiment.model_dump(mode="json"), self._data_and_code, *asked])

    @cached_property
    def _data_and_code(self) -> list[str]:
        sources = sorted((HOUSE / "risk_model").rglob("*.py"))
        training_code = digest([digest_file(path) for path in sources if "training" in path.parts])
        others = [digest_file(path) for path in (*(HOUSE / name for name in GATHERING_CODE), *HOUSE.glob(LOCK))]
        definitions = definitions_digest(chosen_features(self.experiment))
        return [self.fingerprint, definitions, code_digest(), training_code, *others]

    @property
    def basis_of_fits(self) -> list[Any]:
        """What every single fit depends on: all of the plan but what only compares, judges or tells."""
        return [self.experiment.model_dump(mode="json", exclude=dict.fromkeys(NOT_OF_A_FIT, True)), self._data_and_code]

    def is_trained(self) -> bool:
        """Whether a training on exactly this data, plan and code is there."""
        return is_done(self.folder, "train", self.training_key)

    def source(self) -> DataSource:
        """Which data a run reads, as the tracker names it."""
        table = self.prepared.features
        return DataSource(self.experiment.source, self.fingerprint, table.digest, table.names)

    def plots_of(self, result: TrainingResult) -> tuple[Plot, ...]:
        """The leaderboard's plots."""
        return leaderboard_plots(self.experiment, result, self.team_names)

    def needs_training(self) -> None:
        """Refuse to go on without a training on exactly this data, plan and code.

        :raises MissingStep: there is none.
        """
        if not self.is_trained():
            name = self.experiment.name
            raise MissingStep(f"{name} is not trained on this data, plan and code; first: risk-model train {self.page}")

    @cached_property
    def plots(self) -> tuple[Plot, ...]:
        """The plots of what was trained, drawn once for every card made of it."""
        return self.plots_of(self.trained)

    @cached_property
    def oracle_shares(self) -> tuple[Share, ...]:
        """How much of the oracle's precision each estimator reaches, where the world has an oracle."""
        if not has_oracle(self.experiment, self.workspace):
            return ()
        return shares_of_oracle(self.experiment, self.trained.predictions, self.oracle, self.judge)

    @cached_property
    def oracle(self) -> tuple[Predictions, ...]:
        """What the oracle would have said on the test rows, where the world has one."""
        return self._ask_oracle(judging=False)

    @cached_property
    def judge(self) -> tuple[Predictions, ...]:
        """The oracle's chances once more, by other futures: what lists are judged by."""
        return self._ask_oracle(judging=True)

    def _ask_oracle(self, judging: bool) -> tuple[Predictions, ...]:
        predictions = self.trained.predictions
        tested = [part for part in predictions if part.estimator == predictions[0].estimator]
        self.say("asking the oracle, which nothing learns from")
        return oracle_predictions(self.experiment, self.workspace, tested, self.folder, self.say, judging)

    @cached_property
    def ceiling(self) -> Ceiling | None:
        """How near the oracle the records allow anybody to come; nothing where there is no oracle."""
        if not has_oracle(self.experiment, self.workspace):
            return None
        said = ceiling_predictions(
            self.experiment, self.workspace, self.known, self.oracle, self.folder, self.training_key, self.say
        )
        return measure_ceiling(self.experiment, self.trained.predictions, self.oracle, said, self.judge)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Other people's scores on our test rows, where the data came with any."""
        path = self.workspace.data / REFERENCES
        if not path.exists():
            return ()
        result = self.trained
        rows = pooled([part for part in result.predictions if part.estimator == result.selection.chosen])
        plan = self.experiment
        scores = pq.read_table(path)
        return (measure_reference(scores.column_names[1], scores, rows, plan.bootstrap_resamples, plan.seed),)
