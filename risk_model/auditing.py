"""The audits asked again of a published version, on the test predictions of the training it came from; and, where they
are asked in full, what would be different if the model had been made another way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.compute as pc

from features.build import build_feature_table
from features.disturbing import DISTURBANCES, write_disturbed
from features.outcomes import OutcomeRule, label
from features.warehouse import Warehouse
from risk_model.audited import Audited
from risk_model.audits import AuditReport
from risk_model.audits.alternatives import AlternativesReport, Asked, compare, try_all
from risk_model.audits.alternatives.page import PAGE, Faulty
from risk_model.audits.feeds_failing import places_changed, said
from risk_model.errors import MissingStep
from risk_model.experiment import Experiment, OutcomePlan
from risk_model.preparation import Prepared, chosen_features, outcome_events, prepare
from risk_model.publishing.files import digest_of_folder
from risk_model.publishing.versions import ModelVersion
from risk_model.state import State
from risk_model.telling import Made
from risk_model.training.inputs import Inputs
from risk_model.training.scorer import ScoringModel


def audit_version(state: Audited, version: ModelVersion) -> tuple[AuditReport, Path]:
    """What the audits find of ``version``, kept (and logged to MLflow) under its name; and the folder it is in.

    :raises MissingStep: it is not the model trained here, so there are no test predictions of it.
    """
    if version.manifest.model_digest != digest_of_folder(state.model_folder):
        page = version.folder / "experiment.toml"
        raise MissingStep(f"{version.version} is another model than is trained here; first: risk-model train {page}")
    report = state.audit_of(version.model_folder)
    folder = state.folder / "audits" / version.version
    state.keep_audit(report, folder, version.version)
    return report, folder


POLICE_RESPONSE = "police response"
"""The theme of the inputs that tell how police responded."""


def alternatives(state: State, folder: Path) -> AlternativesReport:
    """What would be different if the model trained here had been made another way, kept in ``folder`` and logged.

    Everything is fitted again, so this takes minutes.
    """
    experiment, prepared = state.experiment, state.prepared
    known = prepared.inputs()
    with Warehouse(state.workspace.warehouse) as warehouse:
        asked = Asked(
            experiment, state.trained.selection.chosen, known.labelled(),
            {plan.name: _labelled(experiment, plan, prepared, warehouse).inputs()
             for plan in experiment.audit.other_outcomes},
            _with_discretion(state, warehouse),
            frozenset(each.name for each in chosen_features(experiment) if each.theme == POLICE_RESPONSE), warehouse,
        )  # fmt: skip
        report = compare(asked, *try_all(asked, state.say)).model_copy(update={"faulty": on_faulty_records(state)})
    state.tracker.record_alternatives(experiment.name, report.recommended, report.save(folder))
    return report


def on_faulty_records(state: State) -> tuple[Faulty, ...]:
    """How much the latest list hangs on what partners get wrong: the same model on faulty copies of the records."""
    experiment, cohort = state.experiment, state.prepared.cohort.table
    latest = pc.equal(cohort["as_of"], pc.max(cohort["as_of"]))
    rows, before = cohort.filter(latest), state.prepared.features.matrix()[latest.to_numpy()]
    model, area, found = ScoringModel.load(state.model_folder), np.array(rows["area"].to_pylist()), []
    for how in DISTURBANCES:
        state.say(f"the same people, but: {how.plain.lower()}")
        with TemporaryDirectory(prefix=".disturbed.", dir=state.workspace.data) as folder:
            copy = Path(folder) / "warehouse.duckdb"
            write_disturbed(state.workspace.warehouse, copy, rows["person"].combine_chunks(), how, experiment.seed)
            with Warehouse(copy) as warehouse:
                made = build_feature_table(warehouse, rows, chosen_features(experiment), Path(folder) / "features")
        share = places_changed(experiment, model, area, before, made.matrix())
        found.append(Faulty(fault=how.plain, changed=said(experiment, len(rows), share)))
    return tuple(found)


def told(made: Made, report: AlternativesReport, folder: Path) -> Made:
    """The audit, and after it what would be different if the model had been made another way."""
    text = f"{made.text}\n\n{report.text()}\n\n{folder / PAGE}"
    return replace(made, text=text, figures=dict(made.figures) | {"alternatives": report.model_dump(mode="json")})


def _labelled(experiment: Experiment, plan: OutcomePlan, prepared: Prepared, warehouse: Warehouse) -> Prepared:
    """The same cohort and features with another outcome."""
    events = outcome_events(experiment.model_copy(update={"outcome": plan}))
    rule = OutcomeRule(events, plan.window, experiment.dates.data_until, plan.first_ever)
    return Prepared(prepared.cohort, label(warehouse, prepared.cohort, rule), prepared.features)


def _with_discretion(state: State, warehouse: Warehouse) -> Inputs | None:
    """The same rows with the inputs that hang on police discretion as well; None where there are none."""
    wider = state.experiment.features.model_copy(update={"discretion": True})
    experiment = state.experiment.model_copy(update={"features": wider})
    if chosen_features(experiment) == chosen_features(state.experiment):
        return None
    return prepare(experiment, warehouse, state.workspace.features, state.say).inputs().labelled()
