"""Who signs a version off, in what role and words; and which failing audits they accept, with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from risk_model.audits.finding import Record
from risk_model.audits.report import AuditReport
from risk_model.experiment import Experiment

DEMONSTRATION = "Demonstration only: no person has approved this model, and it may not be used for anyone."
LEAST_REASON = 20
"""An acceptance needs at least this many characters of reason."""


class Acceptance(Record):
    """A failing audit that a named person accepts, and why."""

    audit: str
    reason: str


class SignOff(Record):
    """One person's signature under one version. ``demonstration`` marks one that approves nothing."""

    name: str
    role: str
    statement: str
    signed_on: date
    accepts: tuple[Acceptance, ...] = ()
    demonstration: bool = False


def demonstration_sign_off(signed_on: date, accepts: Sequence[Acceptance] = ()) -> SignOff:
    """A sign-off that says of itself that it is none; the only kind a demonstration carries by default."""
    return SignOff(
        name="Demonstration owner",
        role="demonstration, without a responsible person",
        statement=DEMONSTRATION,
        signed_on=signed_on,
        accepts=tuple(accepts),
        demonstration=True,
    )


def accept_failures(report: AuditReport, reason: str) -> tuple[Acceptance, ...]:
    """One acceptance, with this reason, for each failing audit that may be accepted; none where the reason is empty."""
    failing = [finding for finding in report.failures if finding.acceptable]
    return tuple(Acceptance(audit=finding.audit, reason=reason) for finding in failing) if reason.strip() else ()


def sign_off_faults(experiment: Experiment, sign_offs: Sequence[SignOff]) -> list[str]:
    """What is wrong with who signed; empty where it can stand."""
    faults = [] if sign_offs else ["nobody has signed off: name a person, their role and what they say"]
    for each in sign_offs:
        for part in ("name", "role", "statement"):
            if not getattr(each, part).strip():
                faults.append(f"a sign-off without a {part}")
        for acceptance in each.accepts:
            if len(acceptance.reason.strip()) < LEAST_REASON:
                faults.append(f"{each.name or 'somebody'} accepts the audit {acceptance.audit!r} without saying why")
    if experiment.card.use == "live" and any(each.demonstration for each in sign_offs):
        faults.append("live use cannot be signed off by a demonstration; a named person must")
    return faults


def audit_faults(report: AuditReport, asked: Sequence[str], sign_offs: Sequence[SignOff]) -> list[str]:
    """What stands in the way in the audit: a question that was not asked, or a failure nobody may or did accept."""
    answered = {finding.audit for finding in report.findings}
    faults = [f"the audit {name!r} was not run; run the audits again" for name in asked if name not in answered]
    accepted = {acceptance.audit for each in sign_offs for acceptance in each.accepts}
    for finding in report.failures:
        if not finding.acceptable:
            faults.append(f"the audit {finding.audit!r} fails, which nobody may accept: {'; '.join(finding.reasons)}")
        elif finding.audit not in accepted:
            faults.append(
                f"the audit {finding.audit!r} fails ({len(finding.reasons)} reason(s)); "
                "a named person must accept it with a reason, or the model must change"
            )
    return faults
