"""The groups' figures as people read them: Markdown tables and plots, the same in an audit's report and in a card."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from risk_model.audits.finding import Chances, GroupFigures, Importance, Rate, Status, Trend
from risk_model.audits.group_calibration import ERROR, INTERCEPT, SLOPE
from risk_model.disclosure import SUPPRESSED
from risk_model.document import plain, table
from risk_model.training.plots import COLOURS, Plot, canvas, percent_axis, to_png
from risk_model.words import MISSING, percent, with_spread

HEADINGS = {
    "recall": "Found, of those who had the outcome",
    "precision": "Had it, of those listed",
    "false_positive_rate": "Listed, of those who did not have it",
    "missed_rate": "Missed, of those who had it",
    "selection_rate": "Listed, of everybody",
    "observed": "Had it",
    "predicted": "Predicted",
}
"""What each rate says, as a column's heading."""
BESIDE = ("precision", "false_positive_rate", "missed_rate", "selection_rate")
CALIBRATION = {
    INTERCEPT: "Calibration intercept (0 is right)",
    SLOPE: "Calibration slope (1 is right)",
    ERROR: "Calibration error",
}
STATUS_COLOURS = {Status.OUTSIDE: "#8f1d1d", Status.LIKELY_OUTSIDE: COLOURS[1], Status.TOO_FEW: "#9a9a9a",
                  Status.NOT_JUDGED: "#9a9a9a"}  # fmt: skip
MOST_BARS = 15


def by_characteristic(groups: Sequence[GroupFigures]) -> list[tuple[str, list[GroupFigures]]]:
    """The groups of each characteristic, in the audit's order."""
    return [(name, list(own)) for name, own in groupby(groups, key=lambda group: group.characteristic)]


def lead_table(groups: Sequence[GroupFigures], lead: str) -> str:
    """Markdown: who was in the test data, the lead figure, its ratio to the largest group's, and where that stands."""
    heads = ["Group", "Records", "Had the outcome", HEADINGS[lead], "Ratio", "Difference", "Against the limit"]
    rows = [
        [
            plain(g.group),
            g.records,
            g.positives,
            say_rate(g.rates[lead]),
            say_ratio(g),
            say_difference(g),
            g.status.value,
        ]
        for g in groups
    ]
    return table(heads, rows)


def beside_table(groups: Sequence[GroupFigures], lead: str) -> str:
    """Markdown: every other rate."""
    names = [name for name in BESIDE if name != lead]
    rows = [[plain(group.group), *(say_rate(group.rates[name]) for name in names)] for group in groups]
    return table(["Group", *(HEADINGS[name] for name in names)], rows)


def calibration_table(groups: Sequence[GroupFigures]) -> str:
    """Markdown: whether a chance means the same in each group."""
    heads = ["Group", HEADINGS["observed"], HEADINGS["predicted"], *CALIBRATION.values(), "Chances given"]
    rows = [
        [
            plain(group.group),
            *(say_rate(group.rates[name]) for name in ("observed", "predicted")),
            *(_say_calibration(group, name) for name in CALIBRATION),
            group.chances.value,
        ]
        for group in groups
    ]
    return table(heads, rows)


def _say_calibration(group: GroupFigures, name: str) -> str:
    if group.chances is Chances.TOO_FEW:
        return Chances.TOO_FEW.value
    rate = group.calibration.get(name, Rate())
    if all(each == Rate() for each in group.calibration.values()):
        return SUPPRESSED
    if name == ERROR:
        return say_rate(rate)
    if rate.value is None:
        return MISSING
    return f"{rate.value:.1f}" + ("" if rate.low is None else f" ({rate.low:.1f} to {rate.high:.1f})")


def say_rate(rate: Rate) -> str:
    """A rate with its interval, or why there is none."""
    return SUPPRESSED if rate.value is None else with_spread(rate.value, rate.low, rate.high)


def say_ratio(group: GroupFigures) -> str:
    """The ratio with its interval; empty where the group is not compared."""
    if group.status is Status.REFERENCE:
        return "1"
    shown = with_spread(group.ratio.value, group.ratio.low, group.ratio.high, share=False)
    return "" if shown == MISSING else shown


def say_difference(group: GroupFigures) -> str:
    """The difference of rates in percentage points with its interval; empty where the group is not compared."""
    if group.difference.value is None:
        return ""
    ends = [end for end in (group.difference.low, group.difference.high) if end is not None]
    between = f" ({' to '.join(f'{100 * end:+.0f}' for end in ends)})" if ends else ""
    return f"{100 * group.difference.value:+.0f}{between} points"


def trend_table(trends: Sequence[Trend]) -> str:
    """Markdown: each group's lead figure, one test slice after the other."""
    splits = list(dict.fromkeys(split for trend in trends for split in trend.rates))
    rows = [
        [plain(f"{trend.characteristic}: {trend.group}"), *(_share(trend.rates.get(split)) for split in splits)]
        for trend in trends
    ]
    return table(["Group", *splits], rows)


def _share(rate: float | None) -> str:
    return SUPPRESSED if rate is None else percent(rate)


def group_plot(groups: Sequence[GroupFigures], lead: str, least_ratio: float) -> Plot:
    """The lead figure of every group with its interval, and for each characteristic the band the limit allows."""
    tables = [(name, own) for name, own in by_characteristic(groups) if name.lower() != "everyone"]
    lines = sum(len(own) + 1 for _, own in tables)
    with canvas(HEADINGS[lead], (7.4, 1.2 + 0.3 * lines)) as axes:
        labels: list[tuple[int, str]] = []
        at = 0
        for name, own in tables:
            axes.text(0, at, f" {name}", fontsize=10, fontweight="bold", va="center")
            _allowed(axes, own, lead, least_ratio, at)
            for group in own:
                at += 1
                labels.append((at, group.group))
                _dot(axes, group, lead, at)
            at += 1
        axes.set(yticks=[at for at, _ in labels], yticklabels=[label for _, label in labels], ylim=(at - 0.4, -0.7))
        axes.set_xlim(0, None)
        axes.grid(axis="y", visible=False)
        percent_axis(axes, "x")
        png = to_png(axes)
    said = "; ".join(f"{name}: {', '.join(_said(group, lead) for group in own)}" for name, own in tables)
    return Plot("groups", png, f"{HEADINGS[lead]}, with 95% intervals; shaded where the limit allows. {said}.")


def _allowed(axes: Any, own: Sequence[GroupFigures], lead: str, least_ratio: float, at: int) -> None:
    compared = next((group.rates[lead].value for group in own if group.status is Status.REFERENCE), None)
    if compared is not None:
        low, high = compared * least_ratio, compared / least_ratio
        axes.fill_betweenx([at + 0.6, at + len(own) + 0.4], low, high, color="#0e4f57", alpha=0.08)


def _dot(axes: Any, group: GroupFigures, lead: str, at: int) -> None:
    rate, colour = group.rates[lead], STATUS_COLOURS.get(group.status, COLOURS[0])
    if rate.value is None:
        axes.text(0, at, f"  {SUPPRESSED}", fontsize=9, color="#6a6a6a", va="center")
        return
    if rate.low is not None and rate.high is not None:
        axes.plot([rate.low, rate.high], [at, at], color=colour, linewidth=1.5)
    axes.plot([rate.value], [at], "o", color=colour)


def _said(group: GroupFigures, lead: str) -> str:
    value = group.rates[lead].value
    return f"{group.group} {SUPPRESSED if value is None else percent(value)} ({group.status.value})"


def importance_plot(shares: Sequence[Importance], name: str, title: str) -> Plot:
    """What moves the scores: a bar for each of the largest shares."""
    largest = list(shares[:MOST_BARS])
    with canvas(title, (7.4, 1.0 + 0.32 * max(len(largest), 1))) as axes:
        axes.barh([each.label for each in largest], [each.share for each in largest], color=COLOURS[0], height=0.65)
        axes.set_ylim(len(largest) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        percent_axis(axes, "x")
        png = to_png(axes)
    said = "; ".join(f"{each.label} {percent(each.share)}" for each in largest)
    return Plot(name, png, f"{title}. {said}.")
