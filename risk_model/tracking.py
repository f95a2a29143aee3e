"""The only file that imports MLflow: what was tried, with which data and code, and which version is which.

By default a SQLite database and artefacts beside it in the workspace; ``MLFLOW_TRACKING_URI`` chooses a server. Nothing
personal is logged: no rows, no example taken from people, counts and figures only as ``risk_model.disclosure`` allows.
Models are logged as code plus the text and JSON they are saved as, so there is no pickle to load.
"""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.windows import days_since_epoch
from features.workspace import Workspace, digest
from risk_model.errors import MissingStep, Tampered
from risk_model.experiment import Experiment
from risk_model.training.evaluation import Evaluation
from risk_model.training.measured import TrainingResult
from risk_model.training.plots import Plot
from risk_model.training.showing import shown_counts, shown_metrics
from risk_model.training.splits import Split

ARTEFACT = "scoring_model"
VERSION_TAG = "published_version"
URI_VARIABLE = "MLFLOW_TRACKING_URI"
SCRIPT = "from risk_model.tracking import offer_model\n\noffer_model()\n"
"""Logged with every model: the code MLflow runs to load it."""
MILLIS_A_DAY = 86_400_000
MOST_METRICS = 1_000
"""What MLflow takes in one batch."""
NEEDS = ("early-diversion",)
"""What a logged model asks for: this project, which brings exact versions of everything else."""


@dataclass(frozen=True)
class DataSource:
    """Which data a run read: the warehouse's fingerprint, the feature table's digest, its name and feature names."""

    name: str
    warehouse_fingerprint: str
    feature_digest: str
    feature_names: tuple[str, ...]


class Tracker:
    """Writes runs and registered models; every method does nothing to the data it is given."""

    def __init__(self, folder: Path, uri: str | None = None) -> None:
        """``folder`` holds the default database and artefacts; ``uri`` names a tracking server instead."""
        self.folder = folder
        self.uri = uri or os.environ.get(URI_VARIABLE) or f"sqlite:///{(folder / 'mlflow.db').resolve()}"
        self.is_local = self.uri.startswith("sqlite:")
        self._client: Any = None

    @classmethod
    def of(cls, workspace: Workspace) -> Tracker:
        """The tracker of a workspace."""
        return cls(workspace.mlflow)

    def record_training(
        self,
        experiment: Experiment,
        result: TrainingResult,
        data: DataSource,
        artefacts: Sequence[Path] = (),
        plots: Sequence[Plot] = (),
        code_version: str = "",
    ) -> str:
        """Log one training as a parent run, with a child run for each estimator; returns the parent's id.

        A child's figures are logged split by split: the split's number, from 1 in order of time, as step and its first
        test date as time, so that MLflow draws them over time; those of all splits together go by ``pooled/...``. The
        parent carries the pooled figures of the recipe chosen, the reason for it and the verdict. Figures that rest on
        few young people are nowhere.
        """
        experiment_id = self._experiment(experiment.name)
        tags = {"experiment_digest": digest(experiment.model_dump(mode="json")), "chosen": result.selection.chosen,
                "warehouse_fingerprint": data.warehouse_fingerprint, "feature_digest": data.feature_digest}  # fmt: skip
        tags |= {"git_commit": code_version} if code_version else {}
        parent = self._run(experiment_id, f"{experiment.name} training", tags)
        chosen = [each for each in result.evaluations if each.estimator == result.selection.chosen]
        said = {"reason": result.selection.reason, "verdict": result.selection.verdict}
        summary = _pooled_metrics(chosen, experiment.audit.suppress_under)
        self._log(parent, _plan(experiment), summary, {name: text for name, text in said.items() if text})
        self._log_files(parent, artefacts, plots)
        for name in dict.fromkeys(each.estimator for each in result.evaluations):
            own = [each for each in result.evaluations if each.estimator == name]
            self._record_estimator(experiment_id, parent, experiment, result.splits, own, data)
        for failure in result.failures:
            tags = {"mlflow.parentRunId": parent, "estimator": failure.estimator, "failed_on": failure.split}
            self.client.set_terminated(self._run(experiment_id, failure.estimator, tags), "FAILED")
        self.client.set_terminated(parent, "FINISHED" if not result.failures else "FAILED")
        return parent

    def _record_estimator(
        self, experiment_id: str, parent: str, experiment: Experiment, splits: Sequence[Split],
        own: Sequence[Evaluation], data: DataSource,
    ) -> None:  # fmt: skip
        """One estimator's child run: its settings, its figures on each split and pooled, and the data of each split."""
        name, under = own[0].estimator, experiment.audit.suppress_under
        child = self._run(experiment_id, name, {"mlflow.parentRunId": parent, "estimator": name})
        params = {f"{name}.{key}": value for key, value in experiment.estimators[name].items()}
        self._log(child, params, _pooled_metrics(own, under), {})
        by_split = {each.split: each for each in own}
        for step, split in enumerate(splits, start=1):
            if split.name in by_split:
                tested = split.test.first if split.test else None
                self._log_step(child, shown_metrics(by_split[split.name], under), step, tested)
                self._log_data(child, data, split, by_split[split.name], under)
        self.client.set_terminated(child)

    def record_audit(
        self, name: str, version: str, verdicts: Mapping[str, str], verdict: str, files: Sequence[Path]
    ) -> str:
        """Log an audit of a version: its report as page and JSON, its verdicts as tags; once for the same report."""
        tags = {"audited_version": version, "audit_verdict": verdict}
        return self._record_once(
            name, "audit", tags | {f"audit.{each}": said for each, said in verdicts.items()}, files
        )

    def _record_once(self, name: str, what: str, tags: Mapping[str, str], files: Sequence[Path]) -> str:
        """A run of its own for these files; the one there is, where the same were logged with the same tags before."""
        experiment_id = self._experiment(name)
        key = digest([dict(tags), *(path.read_text(encoding="utf-8") for path in files)])
        known = self.client.search_runs([experiment_id], f"tags.{what}_digest = '{key}'", max_results=1)
        if known:
            return str(known[0].info.run_id)
        run = self._run(experiment_id, f"{name} {what}", {f"{what}_digest": key} | dict(tags))
        self._log_files(run, files, ())
        self.client.set_terminated(run)
        return run

    def record_alternatives(self, name: str, recommended: str, files: Sequence[Path]) -> str:
        """Log what would be different if a model had been made another way: page and JSON; once for the same report."""
        return self._record_once(name, "alternatives", {"recommended": recommended}, files)

    def register(
        self, model_folder: Path, name: str, version: str, feature_names: Sequence[str], aliases: Sequence[str] = ()
    ) -> str:
        """Register a saved ScoringModel under our own version name; returns MLflow's number for it.

        Registering a version again only sets its aliases.
        """
        number = self._number_of(name, version)
        if number is None:
            with _fluent(self.uri) as mlflow:
                number = self._log_model(mlflow, model_folder, name, version, feature_names)
            self.client.set_model_version_tag(name, number, VERSION_TAG, version)
        for alias in aliases:
            self.client.set_registered_model_alias(name, alias, number)
        return number

    def resolve(self, name: str, alias: str) -> str:
        """Our version name behind an alias, such as ``champion``.

        :raises MissingStep: nothing is registered under that name and alias.
        :raises Tampered: the version was not registered by this project.
        """
        mlflow = _mlflow()
        try:
            found = self.client.get_model_version_by_alias(name, alias)
        except mlflow.exceptions.MlflowException:
            raise MissingStep(f"no version of {name} has the alias {alias!r}; publish one first") from None
        if VERSION_TAG not in found.tags:
            raise Tampered(f"{name}, alias {alias!r}: a version without {VERSION_TAG}; it was not registered from here")
        return str(found.tags[VERSION_TAG])

    def load(self, name: str, alias: str) -> Any:
        """The registered model as an MLflow pyfunc: a table of features in, scores and bands out."""
        with _fluent(self.uri) as mlflow:
            return mlflow.pyfunc.load_model(f"models:/{name}@{alias}")

    @property
    def client(self) -> Any:
        """The MLflow client; the first use makes the database, which takes a second or two."""
        if self._client is None:
            if self.is_local:
                self.folder.mkdir(parents=True, exist_ok=True)
            self._client = _mlflow().MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
        return self._client

    def _experiment(self, name: str) -> str:
        known = self.client.get_experiment_by_name(name)
        if known is not None:
            return str(known.experiment_id)
        place = (self.folder / "artifacts" / name).resolve().as_uri() if self.is_local else None
        return str(self.client.create_experiment(name, artifact_location=place))

    def _run(self, experiment_id: str, name: str, tags: Mapping[str, str]) -> str:
        return str(self.client.create_run(experiment_id, run_name=name, tags=dict(tags)).info.run_id)

    def _log(self, run: str, params: Mapping[str, Any], metrics: Mapping[str, float], tags: Mapping[str, str]) -> None:
        entities = _mlflow().entities
        self.client.log_batch(
            run,
            params=[entities.Param(key, str(value)[:6000]) for key, value in params.items()],
            tags=[entities.RunTag(key, value[:5000]) for key, value in tags.items()],
        )
        self._log_step(run, metrics, 0, None)

    def _log_step(self, run: str, metrics: Mapping[str, float], step: int, day: date | None) -> None:
        """Metrics at a step, timed at midnight UTC of a day (1970 where there is none), in batches MLflow takes."""
        entities, millis = _mlflow().entities, 0 if day is None else days_since_epoch(day) * MILLIS_A_DAY
        logged = [entities.Metric(key, value, millis, step) for key, value in metrics.items()]
        for at in range(0, len(logged), MOST_METRICS):
            self.client.log_batch(run, metrics=logged[at : at + MOST_METRICS])

    def _log_files(self, run: str, artefacts: Sequence[Path], plots: Sequence[Plot]) -> None:
        for path in artefacts:
            self.client.log_artifact(run, str(path))
        if not plots:
            return
        with tempfile.TemporaryDirectory() as scratch:
            for plot in plots:
                (Path(scratch) / f"{plot.name}.png").write_bytes(plot.png)
            self.client.log_artifacts(run, scratch, "plots")

    def _log_data(self, run: str, data: DataSource, split: Split, each: Evaluation, under: int) -> None:
        """The slices as inputs: which data, how large, which columns; never rows."""
        entities = _mlflow().entities
        schema = json.dumps({"mlflow_colspec": [{"type": "float", "name": name} for name in data.feature_names]})
        slices = {"training": split.train, "calibration": split.calibrate, "testing": split.test}
        inputs = []
        for context, part in slices.items():
            key = digest([data.warehouse_fingerprint, data.feature_digest, context, str(part)])
            profile = {"as of": "" if part is None else part.plain}
            profile |= shown_counts(each.counts, under) if context == "testing" else {}
            dataset = entities.Dataset(data.name, key, "local", "{}", schema[:60_000], json.dumps(profile))
            said = {"mlflow.data.context": context, "split": split.name}
            inputs.append(entities.DatasetInput(dataset, [entities.InputTag(*each) for each in said.items()]))
        self.client.log_inputs(run, inputs)

    def _number_of(self, name: str, version: str) -> str | None:
        found = self.client.search_model_versions(f"name = '{name}'")
        return next((str(each.version) for each in found if each.tags.get(VERSION_TAG) == version), None)

    def _log_model(self, mlflow: Any, model_folder: Path, name: str, version: str, feature_names: Sequence[str]) -> str:
        import pandas as pd
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        signature = ModelSignature(
            Schema([ColSpec("float", feature) for feature in feature_names]),
            Schema([ColSpec("double", "raw_score"), ColSpec("double", "probability"), ColSpec("string", "band")]),
        )
        nobody = pd.DataFrame(0.0, index=[0], columns=list(feature_names), dtype="float32")
        run = self._run(self._experiment(name), f"{name} {version}", {VERSION_TAG: version})
        with tempfile.TemporaryDirectory() as scratch, mlflow.start_run(run_id=run):
            script = Path(scratch) / "load_model.py"
            script.write_text(SCRIPT, encoding="utf-8")
            logged = mlflow.pyfunc.log_model(
                name="model", python_model=str(script), artifacts={ARTEFACT: str(model_folder)}, signature=signature,
                input_example=nobody, pip_requirements=list(NEEDS), registered_model_name=name,
                await_registration_for=None,
            )  # fmt: skip
        return str(logged.registered_model_version)


def _pooled_metrics(own: Sequence[Evaluation], under: int) -> dict[str, float]:
    """What may be shown of an estimator's figures on all splits together, as ``pooled/auc`` and so on."""
    return {f"pooled/{name}": value for name, value in shown_metrics(own[-1], under).items()}


def _plan(experiment: Experiment) -> dict[str, Any]:
    """The parts of the plan that decide the result, as parameters."""
    return {
        "seed": experiment.seed,
        "outcome": experiment.outcome.name,
        "horizon_days": experiment.outcome.horizon_days,
        "maturity_days": experiment.outcome.maturity_days,
        "data_until": experiment.dates.data_until,
        "splits": experiment.splits.kind,
        "label_gap": experiment.splits.label_gap,
        "metric": experiment.selection.metric,
        "capacity": json.dumps(experiment.capacity, sort_keys=True),
        "estimators": ", ".join(experiment.estimators),
    }


def git_commit(folder: Path) -> str:
    """The commit checked out in a folder; empty where there is none or no git."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def offer_model() -> None:
    """Hand MLflow the model it is loading; called by the script logged with every model."""
    import numpy as np
    import pandas as pd
    from mlflow.models import set_model
    from mlflow.pyfunc.model import PythonModel

    from risk_model.training.scorer import ScoringModel

    class Scorer(PythonModel):
        """Scores a table of features. It suggests an order for voluntary offers of support; people decide."""

        def load_context(self, context: Any) -> None:
            """Load the model from its text and JSON files."""
            self.model = ScoringModel.load(Path(context.artifacts[ARTEFACT]))

        def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> Any:
            """A table of ``raw_score``, ``probability`` and ``band``, row for row; features are taken by name."""
            X = model_input[list(self.model.feature_names)].to_numpy(dtype=np.float32)
            raw = self.model.raw_score(X)
            probability = self.model.calibrator.probability(raw)
            names = np.array([*(band.name for band in self.model.bands), "Not in a band"])
            columns = {"raw_score": raw, "probability": probability, "band": names[self.model.band_of(probability)]}
            return pd.DataFrame(columns)

    set_model(Scorer())


def _mlflow() -> Any:
    """MLflow, imported when first needed: no telemetry, no chatter."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return mlflow


@contextmanager
def _fluent(uri: str) -> Iterator[Any]:
    """MLflow's module-level functions pointed at ``uri``, without its messages, for the length of a block."""
    mlflow = _mlflow()
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    variable = os.environ.get(URI_VARIABLE)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        with warnings.catch_warnings(action="ignore"), redirect_stderr(io.StringIO()):
            yield mlflow
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
        os.environ.pop(URI_VARIABLE, None)
        os.environ.update({} if variable is None else {URI_VARIABLE: variable})
