"""What of the groups' figures may be shown: counts rounded and hidden, rates to the whole percent, gaps in people."""

from __future__ import annotations

import numpy as np

from risk_model.audits.characteristics import FINER, JOINED, JOINTS, Characteristic
from risk_model.audits.confusion import EVERYONE, PREDICTED, RATES, GroupCells, Table, fairlearn_rates
from risk_model.audits.finding import Chances, GroupFigures, Rate, Status
from risk_model.audits.group_calibration import FIGURES, Calibration, Calibrations
from risk_model.audits.judging import Judged
from risk_model.disclosure import Shown, Sum, show_about, show_rate, suppress_rounded
from risk_model.experiment import Experiment
from risk_model.training.intervals import interval

Cell = tuple[str, str, str]
"""A characteristic, a group, and what is counted."""
COUNTED = ("records", "positives")


def shown_counts(tables: dict[str, Table], under: int) -> Shown[Cell]:
    """Which records and positives of all tables together may be shown; they share their totals."""
    counts: dict[Cell, int] = {}
    behind: dict[Cell, int] = {}
    for characteristic, table in tables.items():
        for group, cells in table.items():
            positives = round(cells.of(("found", "missed")))
            negatives = round(cells.of(("wrongly_listed", "rightly_not_listed")))
            counts[characteristic, group, "records"] = positives + negatives
            counts[characteristic, group, "positives"] = positives
            for what in COUNTED:
                behind[characteristic, group, what] = cells.people[what]
    sums = [
        Sum((EVERYONE, EVERYONE, what), tuple((name, group, what) for group in table))
        for what in COUNTED
        for name, table in tables.items()
        if name != EVERYONE
    ]
    return suppress_rounded(counts, [*sums, *_margins(tables)], behind, under)


def _margins(tables: dict[str, Table]) -> list[Sum[Cell]]:
    """A joint group's counts add up to those of the group it is part of; so do those of a group told apart further."""
    finer = [
        Sum((whole, group, what), tuple((name, each, what) for each in tables[name] if each.split(": ")[0] == group))
        for name, whole in FINER.items() if name in tables and whole in tables
        for what in COUNTED for group in tables[whole]
    ]  # fmt: skip
    joint = [
        Sum((part, group, what), tuple((name, pair, what) for pair in pairs if pair in tables[name]))
        for name, (one, other) in JOINTS.items() if name in tables
        for part, group, pairs in (
            *((one, group, [group + JOINED + each for each in tables[other]]) for group in tables[one]),
            *((other, group, [each + JOINED + group for each in tables[one]]) for group in tables[other]),
        )
        for what in COUNTED
    ]  # fmt: skip
    return finer + joint


def figures_of(
    experiment: Experiment,
    characteristic: Characteristic,
    table: Table,
    judged: dict[str, dict[str, Judged]],
    calibrations: Calibrations,
    shown: Shown[Cell],
) -> list[GroupFigures]:
    """The figures of each group of a characteristic; Fairlearn's rates, this project's intervals."""
    points = fairlearn_rates(table)
    under = experiment.audit.suppress_under
    found = []
    for group, cells in table.items():
        verdict = judged.get(characteristic.name, {}).get(group, Judged(Status.NOT_JUDGED))
        rates = {name: _rate(name, points[group].get(name, cells.rate(name)), cells, under) for name in RATES}
        rates[PREDICTED] = _mean_predicted(cells, under)
        calibrated = calibrations.get(group)
        may_compare = rates[experiment.audit.lead].value is not None
        found.append(
            GroupFigures(
                characteristic=characteristic.title,
                group=group,
                records=shown.text((characteristic.name, group, "records")),
                positives=shown.text((characteristic.name, group, "positives")),
                rates=rates,
                ratio=_ratio(verdict) if may_compare else Rate(),
                difference=_difference(verdict) if may_compare else Rate(),
                status=verdict.status,
                calibration=_calibration(characteristic.name, group, calibrated, shown, under),
                chances=Chances.TOO_FEW if calibrated is None else calibrated.chances,
                gap=show_about(verdict.gap, under=under) if verdict.gap > 0 and may_compare else "",
            )
        )
    return found


def _rate(name: str, value: float, cells: GroupCells, under: int) -> Rate:
    """A rate and its interval, if enough different people are behind both what it counts and the rest."""
    behind = [min(cells.of(part), sum(cells.people[cell] for cell in part)) for part in RATES[name]]
    shown = show_rate(value, *behind, under=under)
    low, high = interval(cells.rate_draws(name))
    return Rate() if shown is None else Rate(value=shown, low=_two(low), high=_two(high))


def _mean_predicted(cells: GroupCells, under: int) -> Rate:
    everybody = sum(cells.of((cell,)) for cell in cells.sums if cell != PREDICTED)
    return Rate(value=show_rate(cells.sums[PREDICTED] / everybody, cells.people["records"], under=under))


def _calibration(
    name: str, group: str, calibrated: Calibration | None, shown: Shown[Cell], under: int
) -> dict[str, Rate]:
    """Nothing of a group of which a count is hidden, be it for its own sake or for another's: the figures rest on both,
    so they would help to solve for either."""
    if calibrated is None or any((name, group, what) in shown.hidden for what in COUNTED):
        return {figure: Rate() for figure in FIGURES}
    return calibrated.rates(under)


def _ratio(judged: Judged) -> Rate:
    return Rate(value=_two(judged.ratio), low=_two(judged.low), high=_two(judged.high))


def _difference(judged: Judged) -> Rate:
    value, low, high = judged.difference
    return Rate(value=_two(value), low=_two(low), high=_two(high))


def _two(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)
