"""Do the figures hold from one test date to the next? Outcomes seen against predicted, date by date."""

from __future__ import annotations

import numpy as np

from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.disclosure import show_rate
from risk_model.training.simultaneous import Compared, intervals
from risk_model.words import percent

NAME = "steadiness"
QUESTION = "Do the figures hold from one test date to the next?"
LIMIT = 0.67
"""Seen over predicted on one date against the other dates: at least so much, and at most its inverse."""


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails where the meaning of a score certainly moved on some date (a shift of the label)."""
    experiment = inputs.experiment
    rows = inputs.tested.rows
    days = np.unique(rows.as_of)
    if len(days) < 2 or experiment.splits.kind == "ranges":
        return Finding(audit=NAME, question=QUESTION, verdict=Verdict.COULD_NOT_TELL, acceptable=True,
                       reasons=("There is one test slice only, so nothing can be compared over time.",))  # fmt: skip
    on = [rows.as_of == day for day in days]
    columns = [part for mask in on for part in (mask * rows.outcome, mask * rows.probability)]
    draws = inputs.tested.resamples.sums(np.column_stack(columns)).reshape(-1, len(days), 2)
    whole = np.array([[(mask * rows.outcome).sum(), (mask * rows.probability).sum()] for mask in on])
    with np.errstate(invalid="ignore", divide="ignore"):
        compared = [Compared(float(_ratio(whole[None], at)[0]), _ratio(draws, at)) for at in range(len(days))]
    enough = [bool(seen >= experiment.audit.least_positives) for seen, _ in whole]
    bounds = intervals(compared, ratios=True)
    outside = [
        f"{day}: {max(one.value, 1 / one.value):.1f} times as {'many' if one.value > 1 else 'few'} had the outcome as "
        f"the scores said, against the other dates (ratio {one.value:.2f}, {low:.2f} to {high:.2f})"
        for day, one, (low, high), able in zip(days, compared, bounds, enough, strict=True)
        if able and one.value > 0 and (high < LIMIT or low > 1 / LIMIT)
    ]
    lines = []
    for mask, day, one, (low, high), able in zip(on, days, compared, bounds, enough, strict=True):
        rate = show_rate(float(rows.outcome[mask].mean()), float(rows.outcome[mask].sum()),
                         float((1 - rows.outcome[mask]).sum()), under=experiment.audit.suppress_under)  # fmt: skip
        said = f"{one.value:.2f} ({low:.2f} to {high:.2f})" if able else "insufficient numbers"
        lines.append((f"{day}", "suppressed" if rate is None else percent(rate), said))
    return Finding(
        audit=NAME, question=QUESTION, acceptable=True,
        verdict=Verdict.FAILS if outside else Verdict.PASSES,
        reasons=tuple(outside) or ("On no date is what was seen certainly far from what was said.",),
        notes=(f"The limit, set before the run: {LIMIT:g} times, or its inverse. Intervals hold for all dates.",),
        tables=(Table(title="Date by date", heads=("Test date", "Had the outcome", "Seen over said, to other dates"),
                      rows=tuple(lines)),),
    )  # fmt: skip


def _ratio(sums: np.ndarray, at: int) -> np.ndarray:
    """Seen over said on one date, over the same on all others: ``(draws, dates, 2)`` to ``(draws,)``."""
    others = np.delete(sums, at, axis=1).sum(axis=1)
    return (sums[:, at, 0] / sums[:, at, 1]) / (others[:, 0] / others[:, 1])
