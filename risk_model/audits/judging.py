"""One limit, set before the run, for every group: each against the largest of its kind, by the ratio of one figure.

A group is outside only where the ratio is; it is *certainly* outside where the whole 95% interval of the ratio is. So
a small group cannot fail by chance, and a large gap in it still asks for attention.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk_model.audits.characteristics import INTERSECTION, NOT_KNOWN, Characteristic
from risk_model.audits.confusion import RATES, Floats, GroupCells
from risk_model.audits.finding import Status, Verdict
from risk_model.experiment import AuditPlan
from risk_model.training.intervals import interval

Table = dict[str, GroupCells]
JOINT = " x ".join(INTERSECTION)


@dataclass(frozen=True)
class Judged:
    """One group against the one it is compared with: the ratio, its interval, and where that leaves it."""

    status: Status
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    gap: float = float("nan")


def judge_groups(table: Table, plan: AuditPlan) -> dict[str, Judged]:
    """Each group of one characteristic against the one with the most positives."""
    known = [group for group in table if NOT_KNOWN not in group.split(", ")]
    enough = [group for group in known if table[group].people["positives"] >= plan.least_positives]
    judged = {group: Judged(Status.TOO_FEW if group in known else Status.NOT_JUDGED) for group in table}
    if not enough:
        return judged
    largest = max(enough, key=lambda group: table[group].of(("found", "missed")))
    judged |= {group: _against(table[group], table[largest], plan) for group in enough}
    return judged | {largest: Judged(Status.REFERENCE)}


def _against(group: GroupCells, largest: GroupCells, plan: AuditPlan) -> Judged:
    value, compared = group.rate(plan.lead), largest.rate(plan.lead)
    with np.errstate(invalid="ignore", divide="ignore"):
        draws: Floats = group.rate_draws(plan.lead) / largest.rate_draws(plan.lead)
    ratio = value / compared if compared else float("nan")
    low, high = interval(np.where(np.isinf(draws), np.nan, draws))
    of = sum(group.of(cells) for cells in RATES[plan.lead])
    return Judged(_status(ratio, low, high, plan.least_ratio), ratio, low, high, (compared - value) * of)


def _status(ratio: float, low: float, high: float, limit: float) -> Status:
    """Where a ratio stands; a group found *more* often is measured the other way round, by the same limit."""
    if np.isnan([ratio, low, high]).any():
        return Status.TOO_FEW
    if ratio > 1:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low if low > 0 else np.inf
    if ratio >= limit:
        return Status.WITHIN if low >= limit else Status.LIKELY_WITHIN
    return Status.OUTSIDE if high < limit else Status.LIKELY_OUTSIDE


def verdict_of(held: tuple[Characteristic, ...], judged: dict[str, dict[str, Judged]]) -> Verdict:
    """Fails where a protected group is certainly outside. Uncertain gaps of the small joint groups are only shown."""
    verdict = Verdict.PASSES
    for characteristic in held:
        statuses = {group.status for group in judged[characteristic.name].values()}
        if Status.OUTSIDE in statuses and characteristic.protected:
            return Verdict.FAILS
        single = characteristic.name != JOINT
        if Status.OUTSIDE in statuses or (Status.LIKELY_OUTSIDE in statuses and single):
            verdict = Verdict.NEEDS_ATTENTION
    return verdict
