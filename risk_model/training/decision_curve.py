"""Decision curves: what a list would be worth at every point where offering support is thought worth it.

Whoever offers support from a chance of ``t`` on holds one young person reached to be worth ``(1 - t) / t`` offers to
young people who would not have had the outcome. Net benefit counts on that scale, in young people reached for each
person considered, less what such offers cost. (Vickers and Elkin, 2006.) It asks for probabilities that are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.training.plots import COLOURS, Plot, canvas, percent_axis, to_png

Floats = NDArray[np.float64]
POINTS = 40


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit of offering from each chance on: by the probabilities, and to everybody; nobody is always 0."""

    label: str
    threshold: Floats
    benefit: Floats
    everybody: Floats


def decision_curve(label: str, probability: Floats, outcome: Floats, under: int, most: float) -> DecisionCurve:
    """The curve up to the chance ``most``; left out where fewer than ``under`` of those offered had the outcome, or
    fewer had none.

    >>> curve = decision_curve("all right", np.array([0.9, 0.1, 0.1]), np.array([1.0, 0.0, 0.0]), 0, 0.5)
    >>> round(float(curve.benefit[-1]), 3), round(float(curve.everybody[-1]), 3)
    (0.333, -0.333)
    """
    threshold = np.linspace(most / POINTS, most, POINTS)
    order = np.argsort(-probability, kind="stable")
    offered = np.searchsorted(-probability[order], -threshold, side="right")
    found = np.concatenate([[0.0], np.cumsum(outcome[order])])[offered]
    needless = offered - found
    odds, rows, rate = threshold / (1 - threshold), len(outcome), float(outcome.mean())
    shown = np.minimum(found, needless) >= under if under else np.ones(POINTS, bool)
    benefit = found / rows - needless / rows * odds
    return DecisionCurve(label, threshold[shown], benefit[shown], (rate - (1 - rate) * odds)[shown])


def decision_plot(curves: Sequence[DecisionCurve], title: str) -> Plot:
    """Every estimator's net benefit, against offering to everybody and to nobody."""
    with canvas(title, (6.4, 4.6)) as axes:
        for at, curve in enumerate(curves):
            style = "-" if at < len(COLOURS) else "--" if at < 2 * len(COLOURS) else ":"
            axes.plot(curve.threshold, curve.benefit, style, color=COLOURS[at % len(COLOURS)], label=curve.label)
        longest = max(curves, key=lambda curve: len(curve.threshold))
        top = max((float(curve.benefit.max()) for curve in curves if len(curve.benefit)), default=0.01)
        axes.plot(longest.threshold, longest.everybody, color="#888888", linewidth=1, label="offering to everybody")
        axes.axhline(0, color="#888888", linewidth=1, linestyle="--", label="offering to nobody")
        axes.set(ylim=(-top / 4, top * 1.1), xlabel="Chance from which an offer is thought worth it")
        axes.set_ylabel("Net benefit")
        percent_axis(axes, "x")
        axes.legend(frameon=False, fontsize=8)
        png = to_png(axes)
    return Plot("decision_curves", png, f"{title}, by the chance from which an offer is thought worth it. "
                f"{'; '.join(_ahead(curve) for curve in curves)}.")  # fmt: skip


def _ahead(curve: DecisionCurve) -> str:
    """Where the curve lies above both ways of not choosing, in words."""
    better = curve.threshold[curve.benefit > np.maximum(curve.everybody, 0)]
    if not len(better):
        return f"{curve.label}: nowhere better than offering to everybody or to nobody"
    return f"{curve.label}: better than everybody and nobody from {better.min():.1%} to {better.max():.1%}"
