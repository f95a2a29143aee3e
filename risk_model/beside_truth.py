"""How an estimator beside an oracle, and beside what the records allow, is told: lines for people, figures for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from risk_model import words
from risk_model.ceiling import Ceiling
from risk_model.oracle import Share
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.intervals import Figure


def oracle_lines(shares: Sequence[Share]) -> list[str]:
    """How much of what can be known each estimator knows; a share over 1 beyond its interval would mean a leak."""
    if not shares:
        return []
    best = _said(shares[0].precision)
    told = [
        "",
        f"An oracle that knows all that is true on a date would be right among those listed in {best}. Of that:",
    ]
    return told + [f"  {ESTIMATORS[each.estimator].plain_name}: {_said(each.reached)}" for each in shares]


def ceiling_lines(ceiling: Ceiling) -> list[str]:
    """How near the oracle anybody could come with these features, and how near to that each estimator comes."""
    return [
        "With these features, trees that were told the oracle's chances would be right among those listed in "
        f"{_said(ceiling.reached[0].precision)}, which is {_said(ceiling.of_oracle.reached)} of the oracle.",
        "What they miss is in no record. Of what the records allow:",
        *(f"  {ESTIMATORS[each.estimator].plain_name}: {_said(each.reached)}" for each in ceiling.reached),
    ]


def oracle_figures(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """One entry an estimator: the oracle's precision and recall, and the share reached."""
    return [
        {"estimator": each.estimator, "precision": figure_json(each.precision), "recall": figure_json(each.recall),
         "share": figure_json(each.reached)} for each in shares
    ]  # fmt: skip


def ceiling_figures(ceiling: Ceiling) -> dict[str, Any]:
    """What the records allow of the oracle, and what each estimator reaches of it."""
    shares = [{"estimator": each.estimator, "share": figure_json(each.reached)} for each in ceiling.reached]
    return {"share_of_oracle": figure_json(ceiling.of_oracle.reached),
            "precision": figure_json(ceiling.reached[0].precision), "shares": shares}  # fmt: skip


def figure_json(figure: Figure) -> dict[str, float | None]:
    """A figure with its interval, to three places; null where there is none."""
    shown = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: None if math.isnan(value) else round(value, 3) for name, value in shown.items()}


def _said(figure: Figure) -> str:
    return "too few to say" if math.isnan(figure.value) else words.with_spread(figure.value, figure.low, figure.high)
