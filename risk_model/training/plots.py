"""Plots for reviewers: PNG bytes and the same in words. Same data, same bytes; no count under the limit is drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.disclosure import UNDER
from risk_model.training.calibration import ReliabilityBin
from risk_model.training.intervals import Figure as Measured

Floats = NDArray[np.float64]
COLOURS = ("#1d4f91", "#b5541c", "#3c7a3c", "#6b4c9a")
"""Told apart by readers who see colours differently, and in print."""
STYLE: dict[str, Any] = {
    "font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
    "figure.facecolor": "white", "axes.titlelocation": "left",
}  # fmt: skip
DOTS_PER_INCH = 110


@dataclass(frozen=True)
class Plot:
    """A plot's file name (without ending), its PNG bytes, and what it shows in words (the alternative text)."""

    name: str
    png: bytes
    alt: str


def reliability_plot(bins: Sequence[ReliabilityBin], title: str) -> Plot:
    """What was said against what was seen, bin by bin, with 95% intervals."""
    with canvas(title, (5.6, 5.2)) as axes:
        top = 1.08 * max([each.high for each in bins] + [each.predicted for each in bins], default=1.0)
        axes.plot([0, top], [0, top], color="#888888", linewidth=1, linestyle="--", label="said equals seen")
        for each in bins:
            axes.plot([each.predicted] * 2, [each.low, each.high], color=COLOURS[0], linewidth=1.5)
        axes.plot(
            [b.predicted for b in bins], [b.observed for b in bins], "o", color=COLOURS[0], label="groups of people"
        )
        axes.set(xlim=(0, top), ylim=(0, top), xlabel="Probability given", ylabel="Share who had the outcome")
        percent_axis(axes, "xy")
        axes.legend(frameon=False, loc="upper left")
        png = to_png(axes)
    said = "; ".join(f"said {each.predicted:.1%}, seen {each.observed:.1%}" for each in bins)
    return Plot("reliability", png, f"{title}. {len(bins)} groups from the lowest probability: {said}.")


def team_plot(recall: Mapping[str, Measured], precision: Mapping[str, Measured], title: str) -> Plot:
    """Recall and precision at each team's own places, with 95% intervals, one row a team (plain team names)."""
    teams = list(recall)
    with canvas(title, (7.2, 1.6 + 0.55 * len(teams))) as axes:
        for shift, colour, label, figures in (
            (-0.13, COLOURS[0], "of those who had the outcome, share on a list", recall),
            (0.13, COLOURS[1], "of those on a list, share who had the outcome", precision),
        ):
            drawn = [(at, figures[team]) for at, team in enumerate(teams) if team in figures]
            for at, figure in drawn:
                axes.plot([figure.low, figure.high], [at + shift] * 2, color=colour, linewidth=1.5)
            axes.plot([f.value for _, f in drawn], [at + shift for at, _ in drawn], "o", color=colour, label=label)
        axes.set(yticks=range(len(teams)), yticklabels=teams, xlim=(0, None), ylim=(len(teams) - 0.5, -0.5))
        percent_axis(axes, "x")
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.4, -0.12), fontsize=9)
        png = to_png(axes)
    parts = [f"{team}: found {recall[team].value:.0%}, right {precision[team].value:.0%}"
             for team in teams if team in precision]  # fmt: skip
    return Plot("teams", png, f"{title}. {'; '.join(parts)}.")


@dataclass(frozen=True)
class Curve:
    """One line of a precision-recall plot."""

    label: str
    recall: Floats
    precision: Floats


def precision_recall_curve(label: str, score: Floats, outcome: Floats, under: int = UNDER) -> Curve:
    """Precision and recall over about 80 lengths of list, ties taken together, from the first with ``under`` found."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    found = np.cumsum(outcome[order])[ends]
    keep = np.flatnonzero(found >= under)
    wanted = np.unique(np.round(np.geomspace(1, len(keep), 80)).astype(int) - 1) if len(keep) else keep
    ends, found = ends[keep[wanted]], found[keep[wanted]]
    return Curve(label, found / max(outcome.sum(), 1), found / (ends + 1))


def precision_recall_plot(curves: Sequence[Curve], rate: float, title: str) -> Plot:
    """Every estimator's trade-off over all lengths of list, against drawing lots (``rate``)."""
    with canvas(title, (6.4, 4.6)) as axes:
        for colour, curve in zip(COLOURS * len(curves), curves, strict=False):
            marker = "o" if len(curve.recall) < 12 else ""
            axes.plot(curve.recall, curve.precision, color=colour, label=curve.label, marker=marker, markersize=4)
        axes.axhline(rate, color="#888888", linewidth=1, linestyle="--", label="drawing lots")
        axes.set(xlim=(0, 1), ylim=(0, None), xlabel="Share found of those who had the outcome")
        axes.set_ylabel("Share right among those listed")
        percent_axis(axes, "xy")
        axes.legend(frameon=False, fontsize=9)
        png = to_png(axes)
    said = "; ".join(f"{c.label}: {_at_a_fifth(c)}" for c in curves)
    return Plot("precision_recall", png, f"{title}. Share right when about a fifth are found: {said}; lots {rate:.1%}.")


def _at_a_fifth(curve: Curve) -> str:
    if not len(curve.recall):
        return "too few to say"
    return f"{curve.precision[int(np.argmin(np.abs(curve.recall - 0.2)))]:.0%}"


@contextmanager
def canvas(title: str, size: tuple[float, float]) -> Iterator[Any]:
    """Axes in the house style, whatever the machine's own settings; no window is asked for and nothing stays open."""
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(title, fontsize=12)
        yield axes


def percent_axis(axes: Any, which: str) -> None:
    """Whole percentages on the axes named by ``which`` (``x``, ``y`` or ``xy``)."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    for letter in which:
        getattr(axes, f"{letter}axis").set_major_formatter(PercentFormatter(1.0, decimals=0))
        getattr(axes, f"{letter}axis").set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def to_png(axes: Any) -> bytes:
    """The drawn axes as PNG bytes."""
    stream = io.BytesIO()
    axes.figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()
