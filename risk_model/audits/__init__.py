"""Audits, one file each; the only readers of protected characteristics. A new audit is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from risk_model.audits import (
    coverage,
    explanation,
    feeds_failing,
    groups,
    privacy,
    proxies,
    reasons,
    recording,
    small_numbers,
    steadiness,
)
from risk_model.audits.characteristics import comparator_sex
from risk_model.audits.finding import Finding, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.report import AuditReport
from risk_model.audits.rights import rights_table
from risk_model.publishing.files import digest_of_folder
from risk_model.training.estimators import ESTIMATORS

AUDITS: Mapping[str, Callable[[AuditInputs], Finding]] = {
    groups.NAME: groups.audit,
    recording.NAME: recording.audit,
    proxies.NAME: proxies.audit,
    coverage.NAME: coverage.audit,
    explanation.NAME: explanation.audit,
    reasons.NAME: reasons.audit,
    steadiness.NAME: steadiness.audit,
    feeds_failing.NAME: feeds_failing.audit,
    privacy.NAME: privacy.audit,
    small_numbers.NAME: small_numbers.audit,
}
"""Every audit, in the order it is read."""


def run_audits(inputs: AuditInputs) -> AuditReport:
    """What every audit found of the model in ``inputs.model_folder``.

    :raises BadInput: no test predictions of its estimator. :raises BadConfiguration: a lead figure that is not there.
    """
    experiment = inputs.experiment
    findings = tuple(audit(inputs) for audit in AUDITS.values())
    return AuditReport(
        experiment=experiment.name,
        title=experiment.card.title,
        question=experiment.question,
        estimator=inputs.model.estimator,
        plain_name=ESTIMATORS[inputs.model.estimator].plain_name,
        model_digest=digest_of_folder(inputs.model_folder),
        lead=experiment.audit.lead,
        least_ratio=experiment.audit.least_ratio,
        findings=findings,
        rights=rights_table(experiment, findings),
    )


__all__ = ["AUDITS", "AuditInputs", "AuditReport", "Finding", "Verdict", "comparator_sex", "run_audits"]
