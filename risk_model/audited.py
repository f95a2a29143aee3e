"""The audit of the model that would be published: asked once of the same data, plan, code, model and comparison.

What is kept is the audit's own page and figures, and they are read back only as they were written: after a changed byte
in them, or in anything an audit looks at, it is asked again. What a named person signs is always asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from features.catalogue import CATALOGUES, THEMES
from features.warehouse import Warehouse
from features.workspace import digest, digest_file, is_done, mark_done
from risk_model.audits import AuditInputs, AuditReport, run_audits
from risk_model.audits.report import FILE, PAGE
from risk_model.audits.small_numbers import written_for_reviewers
from risk_model.publishing.files import digest_of_folder
from risk_model.publishing.provenance import code_digest, requirements_digest
from risk_model.state import HOUSE, State
from risk_model.training.predictions import FILE as PREDICTIONS
from risk_model.training.predictions import read_predictions
from risk_model.training.scorer import ScoringModel

MOST_EXPLAINED = 5_000
"""Rows, the latest, on which the audit looks at what moves the scores."""
STEP = "audit"


class Audited(State):
    """An experiment with what the audits find of it."""

    @cached_property
    def audited(self) -> AuditReport:
        """What the audits find of the model that would be published; from the workspace where nothing has changed."""
        if is_done(self.folder, STEP, self._audit_key()):
            self.say("auditing: nothing has changed since the last time")
            return AuditReport.load(self.folder)
        return self.audited_afresh()

    def audited_afresh(self) -> AuditReport:
        """The same, asked again whatever is kept; kept, and what :attr:`audited` says from now on."""
        self.audited = report = self.audit_of(self.model_folder)
        self.keep_audit(report, self.folder)
        mark_done(self.folder, STEP, self._audit_key())
        return report

    def _audit_key(self) -> str:
        """Everything an audit looks at, and what it wrote, by digest."""
        looked_at = [self.folder / PREDICTIONS, *written_for_reviewers(self.folder)]
        with Warehouse(self.workspace.warehouse) as warehouse:
            loaded = warehouse.input_digest
        return digest([self.training_key, loaded, code_digest(), requirements_digest(HOUSE),
                       digest_of_folder(self.model_folder), _digests(looked_at),
                       _digests([self.folder / FILE, self.folder / PAGE])])  # fmt: skip

    def audit_of(self, model_folder: Path) -> AuditReport:
        """What the audits find of a saved model, on what was trained here."""
        latest = self.known.rows(np.sort(np.argsort(self.known.as_of, kind="stable")[-MOST_EXPLAINED:]))
        every = CATALOGUES[self.experiment.features.catalogue]
        self.say("auditing: for whom does it fail, what did it use, do its reasons hold, what would give people away")
        with Warehouse(self.workspace.warehouse) as warehouse:
            return run_audits(
                AuditInputs(self.experiment, ScoringModel.load(model_folder), model_folder,
                            read_predictions(self.folder), latest, every, THEMES, warehouse, self.known)
            )  # fmt: skip

    def keep_audit(self, report: AuditReport, folder: Path, version: str = "") -> None:
        """Write a report (page and JSON) into a folder, and log both to MLflow, once."""
        report.save(folder)
        self.tracker.record_audit(self.experiment.name, version or "not published",
                                  {finding.audit: finding.verdict.value for finding in report.findings},
                                  report.verdict.value, [folder / FILE, folder / PAGE])  # fmt: skip


def _digests(files: list[Path]) -> Mapping[str, str]:
    """The digest of each of these files that is there, by its name."""
    return {path.name: digest_file(path) for path in files if path.exists()}
