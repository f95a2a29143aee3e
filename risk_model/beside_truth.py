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
    """How much of what can be known each estimator knows; ``reached`` over 1 beyond its interval would mean a leak."""
    if not shares:
        return []
    best = _said(shares[0].precision)
    told = [
        "",
        f"An oracle that knows all that is true on a date would be right among those listed in {best}. Of that:",
    ]
    return told + _share_lines(shares)


def ceiling_lines(ceiling: Ceiling) -> list[str]:
    """How near the oracle anybody could come with these features, and how near to that each estimator comes."""
    return [
        "With these features, trees that were told the oracle's chances would be right among those listed in "
        f"{_said(ceiling.reached[0].precision)}: luck aside, {_said(ceiling.of_oracle.expected)} of the oracle.",
        "What they miss is in no record. Of what the records allow:",
        *_share_lines(ceiling.reached),
    ]


def _share_lines(shares: Sequence[Share]) -> list[str]:
    return [f"  {ESTIMATORS[each.estimator].plain_name}: {_told(each)}" for each in shares]


def _told(share: Share) -> str:
    return f"{_said(share.expected)}, luck aside ({_said(share.reached)} as things turned out)"


def oracle_figures(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """One entry an estimator: the oracle's precision and recall, and the share reached."""
    return [
        {"estimator": each.estimator, "precision": figure_json(each.precision), "recall": figure_json(each.recall)}
        | _both(each)
        for each in shares
    ]


def ceiling_figures(ceiling: Ceiling) -> dict[str, Any]:
    """What the records allow of the oracle, and what each estimator reaches of it."""
    of_oracle = {f"{name}_of_oracle": figure for name, figure in _both(ceiling.of_oracle).items()}
    shares = [{"estimator": each.estimator} | _both(each) for each in ceiling.reached]
    return of_oracle | {"precision": figure_json(ceiling.reached[0].precision), "shares": shares}


def _both(share: Share) -> dict[str, Any]:
    return {"share": figure_json(share.reached), "expected_share": figure_json(share.expected)}


def figure_json(figure: Figure) -> dict[str, float | None]:
    """A figure with its interval, to three places; null where there is none."""
    shown = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: None if math.isnan(value) else round(value, 3) for name, value in shown.items()}


def _said(figure: Figure) -> str:
    return "too few to say" if math.isnan(figure.value) else words.with_spread(figure.value, figure.low, figure.high)
