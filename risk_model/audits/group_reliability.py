"""Does a chance come true alike in every group? What was given against what was seen, group by group, as a picture.

Each group's people are told apart by the chance they were given. In every part as many had the outcome, and as many did
not, as the audit asks of a group; and a whole percent of it is as many as counts are rounded to, so that its figures
give nobody away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from risk_model.audits.characteristics import FINER, JOINTS, Characteristic, is_known
from risk_model.audits.confusion import EVERYONE, Floats
from risk_model.audits.finding import GroupFigures, Rate, Seen
from risk_model.audits.reading import by_characteristic
from risk_model.disclosure import ROUND_TO, show_rate
from risk_model.experiment import AuditPlan
from risk_model.training.calibration import Rows, drawn_rates, joined_bins
from risk_model.training.evaluation import take
from risk_model.training.intervals import Resamples, interval
from risk_model.training.plots import COLOURS, Plot, canvas, percent_axis, to_png
from risk_model.training.predictions import Predictions
from risk_model.words import percent

BINS = 10
LEAST_ROWS = 100 * ROUND_TO[0]
"""Of a part: so that a rate told to the whole percent leaves at least as many counts possible as a rounded count."""
MARKERS = "osD^vP*X"


def with_seen(
    figures: Sequence[GroupFigures], rows: Predictions, characteristic: Characteristic, resamples: Resamples,
    plan: AuditPlan,
) -> list[GroupFigures]:  # fmt: skip
    """The figures with what was seen of each group, where its calibration may be shown and it makes two parts."""
    if characteristic.name in (*JOINTS, *FINER):
        return list(figures)
    able = {f.group for f in figures if is_known(f.group) and any(each != Rate() for each in f.calibration.values())}
    found = {
        group: _seen(take(rows, np.flatnonzero(characteristic.inside(group))), resamples, plan.least_positives)
        for group in able
    }
    return [figure.model_copy(update={"seen": found.get(figure.group, ())}) for figure in figures]


def _seen(own: Predictions, resamples: Resamples, least: int) -> tuple[Seen, ...]:
    def enough(part: Rows) -> bool:
        had = own.outcome[part] > 0
        people = own.person[part]
        return len(part) >= LEAST_ROWS and min(len(np.unique(people[had])), len(np.unique(people[~had]))) >= least

    parts = joined_bins(own.probability, BINS, enough)
    if len(parts) < 2 or not all(enough(part) for part in parts):
        return ()
    rates = drawn_rates(own.outcome, parts, resamples.only(own.person))
    return tuple(_of_part(own, part, draws) for part, draws in zip(parts, rates.T, strict=True))


def _of_part(own: Predictions, part: Rows, draws: Floats) -> Seen:
    value, low, high = (show_rate(each) for each in (float(own.outcome[part].mean()), *interval(draws)))
    predicted = round(float(own.probability[part].mean()), 3)
    return Seen(predicted=predicted, observed=Rate(value=value, low=low, high=high))


def plot_name(title: str) -> str:
    """The name of a characteristic's picture, by its title.

    >>> plot_name("Ethnic group (as recorded)")
    'reliability-ethnic-group'
    """
    return "reliability-" + re.sub(r"[^a-z0-9]+", "-", title.split(" (")[0].lower())


def reliability_plots(groups: Sequence[GroupFigures]) -> list[Plot]:
    """A picture of each characteristic of which anything may be drawn; everybody is beside everyone's own."""
    everyone = next((group for group in groups if group.group == EVERYONE), None)
    tables = [(name, [group for group in own if group.seen]) for name, own in by_characteristic(groups)]
    return [_plot(name, own, everyone) for name, own in tables if own and own != [everyone]]


def _plot(name: str, own: Sequence[GroupFigures], everyone: GroupFigures | None) -> Plot:
    title = f"{name}: the chance given, and what was seen"
    with canvas(title, (6.4, 5.0)) as axes:
        top = 1.08 * max(max(each.predicted, each.observed.high or 0.0) for group in own for each in group.seen)
        axes.plot([0, top], [0, top], color="#888888", linewidth=1, linestyle="--", label="given equals seen")
        if everyone and everyone.seen:
            _line(axes, everyone, "#9a9a9a", "")
        for at, group in enumerate(own):
            _line(axes, group, COLOURS[at % len(COLOURS)], MARKERS[at % len(MARKERS)])
        axes.set(xlim=(0, top), ylim=(0, top), xlabel="Chance given", ylabel="Share who had the outcome")
        percent_axis(axes, "xy")
        axes.legend(frameon=False, loc="upper left", fontsize=9)
        png = to_png(axes)
    said = ". ".join(f"{group.group}: {'; '.join(map(_said, group.seen))}" for group in own)
    return Plot(plot_name(name), png, f"{title}, with 95% intervals. {said}.")


def _line(axes: Any, group: GroupFigures, colour: str, marker: str) -> None:
    given = [each.predicted for each in group.seen]
    for each in group.seen if marker else ():
        if each.observed.low is not None and each.observed.high is not None:
            axes.plot(
                [each.predicted] * 2, [each.observed.low, each.observed.high], color=colour, linewidth=1, alpha=0.6
            )
    seen = [each.observed.value for each in group.seen]
    axes.plot(given, seen, color=colour, marker=marker, linewidth=1.2, markersize=5, label=group.group)


def _said(each: Seen) -> str:
    return f"given {each.predicted:.1%}, seen {percent(each.observed.value or 0.0)}"
