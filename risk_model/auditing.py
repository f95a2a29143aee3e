"""The audits asked again of a published version, on the test predictions of the training it came from."""

from __future__ import annotations

from pathlib import Path

from risk_model.audits import AuditReport
from risk_model.errors import MissingStep
from risk_model.publishing.files import digest_of_folder
from risk_model.publishing.versions import ModelVersion
from risk_model.state import State


def audit_version(state: State, version: ModelVersion) -> tuple[AuditReport, Path]:
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
