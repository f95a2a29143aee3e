"""The plan as a timeline: for each split, when is learned from, waited for, calibrated on and tested."""

from __future__ import annotations

from datetime import date
from typing import Any

from risk_model.planning.facts import Plan
from risk_model.training.plots import COLOURS, Plot, canvas, to_png
from risk_model.training.splits import Slice, Split

PARTS = (("learn", COLOURS[0]), ("calibrate", COLOURS[1]), ("test", COLOURS[2]))
WAIT = "#c9c9c9"


def timeline(plan: Plan) -> Plot:
    """One row a split: slices of as-of dates in colour; in grey, the time until their labels are known."""
    with canvas(
        "What is learned from, calibrated on and tested, and when", (8.2, 1.9 + 0.5 * len(plan.splits))
    ) as axes:
        for row, split in enumerate(plan.splits):
            for (_, colour), part in zip(PARTS, _parts(split), strict=False):
                _draw(axes, plan, row, part, colour)
        for period in plan.experiment.dates.unusual:
            axes.axvspan(*_numbers(period.first, period.before), color="#d9a400", alpha=0.18, linewidth=0)
        axes.set(yticks=range(len(plan.splits)), ylim=(len(plan.splits) - 0.5, -0.5))
        axes.set_yticklabels([split.name if split.test else "published model" for split in plan.splits])
        axes.xaxis_date()
        axes.grid(axis="y", visible=False)
        _legend(axes, bool(plan.experiment.dates.unusual))
        png = to_png(axes)
    return Plot("timeline", png, f"Timeline. {'. '.join(said(split) for split in plan.splits)}.")


def said(split: Split) -> str:
    """One split in words.

    >>> days = Slice(date(2021, 1, 1), date(2021, 7, 2))
    >>> said(Split("final", days, days, None))
    'final: learns from 2021-01-01 to 2021-07-01, calibrates on 2021-01-01 to 2021-07-01'
    """
    tested = f", tests on {split.test.plain}" if split.test else ""
    return f"{split.name}: learns from {split.train.plain}, calibrates on {split.calibrate.plain}{tested}"


def _parts(split: Split) -> list[Slice]:
    return [part for part in (split.train, split.calibrate, split.test) if part is not None]


def _draw(axes: Any, plan: Plan, row: int, part: Slice, colour: str) -> None:
    """A slice, and behind it how long its last labels take to be known."""
    first, before = _numbers(part.first, part.before)
    span = plan.experiment.outcome.horizon_days + plan.experiment.outcome.maturity_days
    axes.barh(row, before - 1 + span - first, left=first, height=0.22, color=WAIT, zorder=1)
    axes.barh(row, max(before - first, 12), left=first, height=0.5, color=colour, zorder=2)


def _numbers(first: date, before: date) -> tuple[float, float]:
    from matplotlib.dates import date2num

    numbers: list[float] = date2num([first, before]).tolist()  # type: ignore[no-untyped-call]
    return numbers[0], numbers[1]


def _legend(axes: Any, unusual: bool) -> None:
    from matplotlib.patches import Patch

    keys = [Patch(color=colour, label=name) for name, colour in PARTS]
    keys += [Patch(color=WAIT, label="until labels are known")]
    keys += [Patch(color="#d9a400", alpha=0.3, label="unusual period")] if unusual else []
    axes.legend(
        handles=keys, frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=len(keys)
    )
