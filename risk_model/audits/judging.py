"""One limit, set before the run, for every group: each against the largest of its kind, by the ratio of one figure.

A group is outside only where the ratio is; it is *certainly* outside where the whole 95% interval of the ratio is. So
a small group cannot fail by chance, and a large gap in it still asks for attention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from risk_model.audits.characteristics import FINER, JOINTS, Characteristic, is_known
from risk_model.audits.confusion import RATES, Floats, GroupCells, Table
from risk_model.audits.finding import Status, Verdict
from risk_model.experiment import AuditPlan
from risk_model.training.simultaneous import Compared, intervals


@dataclass(frozen=True)
class Judged:
    """One group against the one it is compared with: ratio and difference with their intervals (simultaneous over all
    groups of all characteristics), and where the ratio leaves it. ``gap`` is in people."""

    status: Status
    ratio: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    gap: float = float("nan")
    difference: tuple[float, float, float] = (float("nan"),) * 3


def judge_groups(tables: Mapping[str, Table], plan: AuditPlan) -> dict[str, dict[str, Judged]]:
    """Each group against the one of its characteristic with the most positives, all of them at once."""
    judged = {name: {group: _unjudged(group) for group in table} for name, table in tables.items()}
    pairs = []
    for name, table in tables.items():
        enough = [g for g in table if is_known(g) and table[g].people["positives"] >= plan.least_positives]
        if not enough:
            continue
        largest = max(enough, key=lambda group: table[group].of(("found", "missed")))
        judged[name][largest] = Judged(Status.REFERENCE)
        pairs += [(name, group, largest) for group in enough if group != largest]
    sides = [(tables[name][group], tables[name][largest]) for name, group, largest in pairs]
    ratios = [_ratio(group, largest, plan.lead) for group, largest in sides]
    differences = [_difference(group, largest, plan.lead) for group, largest in sides]
    bounds = zip(intervals(ratios, ratios=True), intervals(differences, ratios=False), strict=True)
    for at, ((low, high), apart) in enumerate(bounds):
        (name, group, _), ratio, difference = pairs[at], ratios[at].value, differences[at].value
        gap = -difference * sum(sides[at][0].of(cells) for cells in RATES[plan.lead])
        status = _status(ratio, low, high, plan.least_ratio)
        judged[name][group] = Judged(status, ratio, low, high, gap, (difference, *apart))
    return judged


def _unjudged(group: str) -> Judged:
    return Judged(Status.TOO_FEW if is_known(group) else Status.NOT_JUDGED)


def _ratio(group: GroupCells, largest: GroupCells, lead: str) -> Compared:
    value, compared = group.rate(lead), largest.rate(lead)
    with np.errstate(invalid="ignore", divide="ignore"):
        draws: Floats = group.rate_draws(lead) / largest.rate_draws(lead)
    return Compared(value / compared if compared else float("nan"), np.where(np.isinf(draws), np.nan, draws))


def _difference(group: GroupCells, largest: GroupCells, lead: str) -> Compared:
    return Compared(group.rate(lead) - largest.rate(lead), group.rate_draws(lead) - largest.rate_draws(lead))


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
    """Fails where a protected group is certainly outside. Uncertain gaps of the small joint groups are only shown.

    Where all else would pass, it could not tell if no two groups of a protected characteristic have enough numbers.
    """
    verdict = Verdict.COULD_NOT_TELL if cannot_tell(held, judged) else Verdict.PASSES
    for characteristic in held:
        statuses = {group.status for group in judged[characteristic.name].values()}
        if Status.OUTSIDE in statuses and characteristic.protected:
            return Verdict.FAILS
        single = characteristic.name not in JOINTS
        if Status.OUTSIDE in statuses or (Status.LIKELY_OUTSIDE in statuses and single):
            verdict = Verdict.NEEDS_ATTENTION
    return verdict


def cannot_tell(held: tuple[Characteristic, ...], judged: dict[str, dict[str, Judged]]) -> tuple[Characteristic, ...]:
    """The protected characteristics of which no group could be compared with another: insufficient numbers."""
    nothing = {Status.TOO_FEW, Status.NOT_JUDGED, Status.REFERENCE}
    single = [each for each in held if each.protected and each.name not in (*JOINTS, *FINER)]
    return tuple(each for each in single if {group.status for group in judged[each.name].values()} <= nothing)
