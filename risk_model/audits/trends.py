"""How each group's lead figure moves from one test slice to the next."""

from __future__ import annotations

import numpy as np

from risk_model.audits.characteristics import JOINTS, Characteristic
from risk_model.audits.confusion import RATES
from risk_model.audits.finding import Trend
from risk_model.disclosure import show_rate
from risk_model.experiment import Experiment
from risk_model.training.predictions import Predictions


def trends_of(experiment: Experiment, rows: Predictions, held: tuple[Characteristic, ...]) -> tuple[Trend, ...]:
    """A line for each group of each single characteristic; none where there is one date, or one list for all."""
    dates = {f"{day}": rows.as_of == day for day in np.unique(rows.as_of)}
    if experiment.splits.kind == "ranges" or len(dates) < 2:
        return ()
    return tuple(
        Trend(
            characteristic=each.title,
            group=group,
            rates={day: _rate(experiment, rows, each.inside(group) & then) for day, then in dates.items()},
        )
        for each in held
        if each.name not in JOINTS
        for group in each.names
    )


def _rate(experiment: Experiment, rows: Predictions, inside: np.ndarray) -> float | None:
    outcome, listed = rows.outcome[inside], rows.listed[inside]
    cells = {
        "found": outcome * listed,
        "missed": outcome * (1 - listed),
        "wrongly_listed": (1 - outcome) * listed,
        "rightly_not_listed": (1 - outcome) * (1 - listed),
    }
    top, rest = (sum(float(cells[cell].sum()) for cell in part) for part in RATES[experiment.audit.lead])
    value = top / (top + rest) if top + rest else float("nan")
    return show_rate(value, top, rest, under=experiment.audit.suppress_under)
