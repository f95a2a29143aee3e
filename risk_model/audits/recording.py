"""Does the outcome mean the same for everybody? What was seen against what was predicted, group by group.

A score that cannot see a group predicts the same for equal records. Where a group's outcomes then come out more or less
often, either its need differs in ways the inputs miss, or it is *recorded* differently (who is looked at, who is
charged); figures alone cannot tell these apart, so the audit says how strong uneven recording would have to be to be
the whole explanation, and, as an E-value (VanderWeele and Ding, 2017), how strong anything unmeasured.
"""

from __future__ import annotations

import numpy as np

from risk_model.audits.characteristics import JOINTS, NOT_KNOWN, Characteristic
from risk_model.audits.confusion import PREDICTED, GroupCells
from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.training.simultaneous import Compared, intervals

NAME = "recording"
QUESTION = "Does the outcome mean the same for everybody?"
POSITIVES = ("found", "missed")
Line = tuple[Characteristic, str, float, float, float]


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails where a protected group's outcomes are certainly outside the limit of what was predicted."""
    plan = inputs.experiment.audit
    places, compared = [], []
    for each in inputs.tested.held:
        if each.name in JOINTS:
            continue
        table = inputs.tested.tables[each.name]
        for group, cells in table.items():
            others = [table[other] for other in table if other != group]
            if group != NOT_KNOWN and others and _enough(cells, others, plan.least_positives):
                places.append((each, group))
                compared.append(_against(cells, others))
    bounds = intervals(compared, ratios=True)
    lines = [(*at, one.value, *ends) for at, one, ends in zip(places, compared, bounds, strict=True)]
    outside = [line for line in lines if _outside(line, plan.least_ratio)]
    fails = any(line[0].protected for line in outside)
    return Finding(
        audit=NAME, question=QUESTION, acceptable=True,
        verdict=Verdict.FAILS if fails else Verdict.NEEDS_ATTENTION if outside
        else Verdict.PASSES if lines else Verdict.COULD_NOT_TELL,
        reasons=tuple(_sentence(line) for line in outside) or _quiet(bool(lines), plan.least_ratio),
        notes=(NOTE, f"The limit, set before the run: a ratio of {plan.least_ratio:g}, or its inverse. Intervals hold "
               "for all groups at once."),
        tables=(_table(lines),) if lines else (),
    )  # fmt: skip


NOTE = (
    "An E-value is how strongly something unmeasured would have to go with both the group and the outcome (as a risk "
    "ratio, each) to explain the whole ratio; one near 1 is explained by little."
)


def e_value(ratio: float) -> float:
    """The E-value of a risk ratio, either way round.

    >>> e_value(1.0), round(e_value(2.0), 2), e_value(0.5) == e_value(2.0)
    (1.0, 3.41, True)
    """
    up = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    return float(up + np.sqrt(up * (up - 1)))


def _enough(cells: GroupCells, others: list[GroupCells], least: int) -> bool:
    behind = sum(other.people["positives"] for other in others)
    return min(cells.people["positives"], behind) >= least


def _against(cells: GroupCells, others: list[GroupCells]) -> Compared:
    """Seen over predicted, of a group over that of all others of its kind."""
    rest_seen = sum(other.of(POSITIVES) for other in others)
    rest_said = sum(other.sums[PREDICTED] for other in others)
    value = (cells.of(POSITIVES) / cells.sums[PREDICTED]) / (rest_seen / rest_said)
    seen = sum((cells.draws[cell] for cell in POSITIVES), np.float64(0))
    rest = sum((other.draws[cell] for other in others for cell in POSITIVES), np.float64(0))
    said = sum((other.draws[PREDICTED] for other in others), np.float64(0))
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = np.asarray((seen / cells.draws[PREDICTED]) / (rest / said))
    return Compared(float(value), np.where(np.isinf(draws), np.nan, draws))


def _outside(line: Line, limit: float) -> bool:
    _, _, _, low, high = line
    return bool(high < limit or low > 1 / limit)


def _sentence(line: Line) -> str:
    each, group, ratio, low, high = line
    more = "more" if ratio > 1 else "less"
    factor = max(ratio, 1 / ratio)
    return (
        f"{each.title}, {group}: with equal records the outcome comes {factor:.1f} times {more} often than for others "
        f"(ratio {ratio:.2f}, {low:.2f} to {high:.2f}). Recording that is {factor:.1f} times as complete for one as "
        "for the other would explain all of it; so would need that no input shows."
    )


def _quiet(judged: bool, limit: float) -> tuple[str, ...]:
    if not judged:
        return ("Insufficient numbers: no group is large enough to tell.",)
    return (f"No group's outcomes are certainly outside {limit:g} times (or its inverse) of what its records predict.",)


def _table(lines: list[Line]) -> Table:
    rows = tuple(
        (f"{each.title}: {group}", f"{ratio:.2f} ({low:.2f} to {high:.2f})", f"{e_value(ratio):.1f}")
        for each, group, ratio, low, high in lines
    )
    return Table(title="Seen, over what equal records predict, against all others", rows=rows,
                 heads=("Group", "Ratio (simultaneous 95% interval)", "E-value"))  # fmt: skip
