"""The story, in order: extracts, warehouse, features, training, audit, card, published version, referral lists.

Each step takes what the steps before it left in the workspace, does nothing where its inputs have not changed, and
hands back words for a person and figures for a script. Nothing else orchestrates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from features.build import code_digest, definitions_digest
from features.catalogue import CATALOGUES, THEMES
from features.dictionary import as_records, render_html, render_markdown
from features.feeds.broward import read_broward
from features.intake import take_in
from features.synthetic import DEFAULT_SEED, MARKER, make_partners
from features.warehouse import Warehouse, write_events
from features.workspace import Workspace, digest, digest_file, is_done, mark_done, whole_file, write_json, write_text
from risk_model import telling
from risk_model.audits import AuditInputs, AuditReport, comparator_sex, run_audits
from risk_model.errors import BadInput, MissingStep
from risk_model.experiment import Experiment, read_experiment
from risk_model.preparation import Prepared, chosen_features, prepare
from risk_model.telling import Made
from risk_model.tracking import DataSource, Tracker, git_commit
from risk_model.training.fitting import TrainingResult, refit_final, reread, train
from risk_model.training.leaderboard import write_leaderboard
from risk_model.training.predictions import pooled, read_predictions
from risk_model.training.references import Reference, measure_reference
from risk_model.training.report import leaderboard_plots
from risk_model.training.scorer import ScoringModel

Say = Callable[[str], None]
HOUSE = Path(__file__).resolve().parents[1]
REFERENCES = "references.parquet"
MOST_EXPLAINED = 5_000
"""Rows, the latest, on which the audit looks at what moves the scores."""


@dataclass
class Pipeline:
    """One experiment in one workspace. ``data`` is where extracts are, if not in the workspace."""

    experiment: Experiment
    page: Path
    workspace: Workspace
    data: Path | None
    say: Say

    @classmethod
    def at(cls, page: Path, workspace: Path, data: Path | None = None, say: Say = lambda line: None) -> Pipeline:
        """The pipeline of an experiment's TOML page.

        :raises BadConfiguration: the page cannot be used. :raises BadInput: ``data`` is not there.
        """
        experiment = read_experiment(page)
        if data is not None and not data.exists():
            raise BadInput(f"no data at {data}; give --data the folder of extracts, or the file, that partners sent")
        return cls(experiment, page, Workspace(workspace, experiment.source), data, say)

    @property
    def folder(self) -> Path:
        """Where this experiment's results are kept."""
        return self.workspace.experiment(self.experiment.name)

    @property
    def model_folder(self) -> Path:
        """The model refitted on the latest data, as it would be published."""
        return self.folder / "model"

    def run(self, children: int | None = None) -> Made:
        """Every step, in order; what is already there is kept."""
        if self.experiment.source == "northumbria" and self.data is None and not self.workspace.extracts.exists():
            simulate(self.workspace.root, None, children, None, self.say)
        self.intake()
        self.features()
        self.dictionary()
        trained, audited = self.train(), self.audit()
        if self.experiment.source == "broward":
            self.card()
            return telling.of_check(self.experiment, self.folder, trained, audited)
        published = self.publish("", "", "")
        listed = self.score(None)
        return telling.of_run(self.workspace, self.folder, trained, audited, published, listed)

    def intake(self) -> Made:
        """The partners' extracts (or Broward's file), validated and loaded."""
        if self.experiment.source == "broward":
            return self._take_in_broward()
        delivery = self.data or self.workspace.extracts
        if not delivery.exists():
            raise MissingStep(f"no extracts at {delivery}; make synthetic ones (risk-model simulate) or give --data")
        key_seed = DEFAULT_SEED if self._is_demonstration(delivery) else None
        return telling.of_intake(take_in(self.workspace, delivery, self.say, key_seed=key_seed))

    def features(self) -> Made:
        """Cohort, outcomes and the feature table; the attrition table is kept beside the results."""
        prepared = self._prepared
        write_json(self.folder / "attrition.json", prepared.cohort.attrition_records())
        under = self.experiment.audit.suppress_under
        return telling.of_features(prepared.cohort, prepared.outcome, prepared.features, under)

    def dictionary(self) -> Made:
        """The data dictionary of the experiment's whole catalogue."""
        catalogue = CATALOGUES[self.experiment.features.catalogue]
        page = self.workspace.root / f"data_dictionary_{self.experiment.features.catalogue}.html"
        write_text(page, render_html(catalogue))
        write_text(page.with_suffix(".md"), render_markdown(catalogue))
        return Made(f"Data dictionary of {len(catalogue)} features: {page}", {"features": as_records(catalogue)})

    def train(self) -> Made:
        """Every estimator on every split, measured; the chosen one refitted on the latest data."""
        result = self._trained
        return telling.of_training(self.experiment, result, self._references(result), self._team_names)

    def compare(self) -> Made:
        """The same comparison again, from what training left."""
        if not self._is_trained():
            raise MissingStep(f"{self.experiment.name} has not been trained on this data; risk-model train {self.page}")
        return self.train()

    def audit(self) -> Made:
        """What the audits find of the model that would be published."""
        if not self._is_trained():
            raise MissingStep(f"{self.experiment.name} has not been trained on this data; risk-model train {self.page}")
        report = self._audited
        report.save(self.folder)
        return Made(
            f"{report.text()}\n\n{self.folder / 'audit.html'}",
            report.model_dump(mode="json") | {"verdict": report.verdict.value},
        )

    # what the steps share ------------------------------------------------------------------------------------------

    @cached_property
    def _prepared(self) -> Prepared:
        with Warehouse(self.workspace.warehouse) as warehouse:
            return prepare(self.experiment, warehouse, self.workspace.features, self.say)

    @cached_property
    def _trained(self) -> TrainingResult:
        """From the workspace where nothing it depends on has changed; otherwise trained, logged and kept."""
        with Warehouse(self.workspace.warehouse) as warehouse:
            inputs = self._prepared.inputs(comparator_sex(warehouse, self._prepared.cohort.table["person"].to_numpy()))
        if self._is_trained():
            self.say("training: nothing has changed since the last time")
            return reread(self.experiment, inputs, self.folder)
        result = train(self.experiment, inputs, self.folder, self.say)
        self.say(f"refitting {result.selection.chosen} on the latest data")
        model = refit_final(self.experiment, inputs, result.selection.chosen, result.predictions)
        model.save(self.model_folder)
        plots = leaderboard_plots(self.experiment, result, self._team_names)
        write_leaderboard(self.experiment, result, plots, self._team_names, self.folder)
        self.say("logging to MLflow")
        self._tracker.record_training(
            self.experiment, result, self._source(), [self.page, self.folder / "leaderboard.html"], plots,
            git_commit(HOUSE),
        )  # fmt: skip
        mark_done(self.folder, "train", self._training_key)
        return result

    @cached_property
    def _audited(self) -> AuditReport:
        known = self._prepared.inputs().labelled().rows
        latest = known.rows(np.sort(np.argsort(known.as_of, kind="stable")[-MOST_EXPLAINED:]))
        every = CATALOGUES[self.experiment.features.catalogue]
        self.say("auditing: for whom does it fail, what did it use, do its reasons add up")
        with Warehouse(self.workspace.warehouse) as warehouse:
            return run_audits(
                AuditInputs(self.experiment, ScoringModel.load(self.model_folder), self.model_folder,
                            read_predictions(self.folder), latest, every, THEMES, warehouse)
            )  # fmt: skip

    @cached_property
    def _tracker(self) -> Tracker:
        return Tracker.of(self.workspace)

    @cached_property
    def _team_names(self) -> dict[str, str]:
        with Warehouse(self.workspace.warehouse) as warehouse:
            areas = warehouse.areas()
        pairs = zip(areas["local_authority_code"].to_pylist(), areas["local_authority"].to_pylist(), strict=True)
        return dict(pairs)

    @cached_property
    def _fingerprint(self) -> str:
        with Warehouse(self.workspace.warehouse) as warehouse:
            return warehouse.fingerprint

    @property
    def _training_key(self) -> str:
        """Everything a training depends on: the plan, the data, the definitions and the code."""
        sources = sorted((HOUSE / "risk_model").rglob("*.py"))
        plan = self.experiment.model_dump(mode="json")
        return digest([plan, self._fingerprint, definitions_digest(chosen_features(self.experiment)), code_digest(),
                       [digest_file(path) for path in sources if "training" in path.parts]])  # fmt: skip

    def _is_trained(self) -> bool:
        return is_done(self.folder, "train", self._training_key)

    def _source(self) -> DataSource:
        table = self._prepared.features
        return DataSource(self.experiment.source, self._fingerprint, table.digest, table.names)

    def _references(self, result: TrainingResult) -> tuple[Reference, ...]:
        """Other people's scores on our test rows, where the data came with any."""
        path = self.workspace.data / REFERENCES
        if not path.exists():
            return ()
        rows = pooled([part for part in result.predictions if part.estimator == result.selection.chosen])
        plan = self.experiment
        scores = pq.read_table(path)
        return (measure_reference(scores.column_names[1], scores, rows, plan.bootstrap_resamples, plan.seed),)

    def _take_in_broward(self) -> Made:
        if self.data is None:
            if self.workspace.warehouse.exists():
                return Made("Already loaded.")
            raise MissingStep("the Broward check needs its data: give --data the path of broward_screenings.csv")
        stamp = digest([digest_file(self.data), code_digest()])
        if not is_done(self.workspace.data, "intake", stamp) or not self.workspace.warehouse.exists():
            rows = read_broward(self.data)
            write_events(self.workspace, rows.persons, rows.protected, rows.areas, rows.events, rows.feeds)
            with whole_file(self.workspace.data / REFERENCES) as scratch:
                pq.write_table(rows.references, scratch)
            mark_done(self.workspace.data, "intake", stamp, {"notes": list(rows.notes)})
        return Made(f"Loaded {self.data.name}; nothing in it identifies anyone.")

    def _is_demonstration(self, delivery: Path) -> bool:
        """Whether these extracts are our own synthetic ones: only they may have a key that anybody can make again."""
        return (delivery / MARKER).exists()


def simulate(
    workspace: Path, seed: int | None, children: int | None, areas: Path | None, say: Say = lambda line: None
) -> Made:
    """Synthetic extracts in the workspace."""
    folder = Workspace(workspace).extracts
    summary = make_partners(folder, DEFAULT_SEED if seed is None else seed, children, areas, say)
    return telling.of_extracts(summary, folder)
