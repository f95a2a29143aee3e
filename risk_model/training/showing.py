"""How figures may be shown: rounded, with their intervals, and not at all where they rest on few young people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from risk_model import words
from risk_model.disclosure import show_about, show_rate
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Counts, Difference, Evaluation, TeamFigures
from risk_model.training.intervals import Figure
from risk_model.training.metrics import BY_NAME

SHARES = ("recall_at_capacity", "precision_at_capacity")
OVERALL_DIGITS = 3
TEAM_DIGITS = 2


def shown_figure(figure: Figure, counts: Counts, under: int, digits: int = OVERALL_DIGITS) -> Figure | None:
    """The figure rounded, or None where a count behind it is small: those found, missed, listed without need."""
    found, missed = counts.found, counts.positive_rows - counts.found
    behind = {
        "recall_at_capacity": (found, missed, counts.positive_people),
        "precision_at_capacity": (found, counts.listed - found, counts.positive_people),
        "lift_at_capacity": (found, counts.listed - found, counts.positive_people),
    }.get(figure.name, (counts.positive_people,))
    if show_rate(figure.value, *behind, under=under) is None:
        return None
    return Figure(figure.name, *(round(value, digits) for value in (figure.value, figure.low, figure.high)))


def say_figure(figure: Figure | None) -> str:
    """A figure with its interval in a few characters."""
    if figure is None:
        return "too few to say"
    return words.with_spread(figure.value, figure.low, figure.high, share=figure.name in SHARES)


def shown_counts(counts: Counts, under: int) -> dict[str, str]:
    """The counts behind an evaluation, rounded, small ones hidden."""
    return {
        "people": show_about(counts.people, under=under),
        "records": show_about(counts.rows, counts.people, under),
        "with the outcome": show_about(counts.positive_rows, counts.positive_people, under),
    }


def verdict(each: Difference) -> str:
    """``a tie`` where the interval of the difference holds 0; else ``better`` or ``worse``."""
    if each.is_tie:
        return "a tie"
    return "better" if each.figure.value * BY_NAME[each.figure.name].better > 0 else "worse"


def shown_difference(each: Difference, under: int) -> Figure | None:
    """The difference rounded, or None where a figure behind it may not be shown: one side would tell the other's."""
    if any(shown_figure(figure, counts, under) is None for figure, counts in each.rests_on):
        return None
    figure = each.figure
    return Figure(figure.name, *(round(value, TEAM_DIGITS) for value in (figure.value, figure.low, figure.high)))


def say_gap(each: Difference, under: int) -> str:
    """How large the difference is, with its interval, if that may be said."""
    shown = shown_difference(each, under)
    if shown is None or math.isnan(shown.low):
        return "with too few to say how large a difference"
    return f"{shown.value:+.2f} (95% interval {shown.low:+.2f} to {shown.high:+.2f})"


def say_difference(each: Difference, under: int) -> str:
    """The difference as a sentence."""
    mine, other = ESTIMATORS[each.estimator].plain_name, ESTIMATORS[each.against].plain_name
    if each.is_tie:
        return f"{mine} against {other}: a tie, {say_gap(each, under)}."
    return f"{mine} is {verdict(each)} than {other}: {say_gap(each, under)}."


def shown_metrics(each: Evaluation, under: int) -> dict[str, float]:
    """Every figure that may be shown, by name: ``auc``, ``auc.low``, ``auc.high``, and ``auc.<team>`` and so on."""
    shown = _flat(each, each.figures, under, "")
    for team in each.teams:
        shown |= _flat(team, team.figures, under, f".{team.area}")
    return {name: value for name, value in shown.items() if value == value}


def _flat(of: Evaluation | TeamFigures, figures: Sequence[Figure], under: int, suffix: str) -> dict[str, float]:
    rounded = [shown_figure(each, of.counts, under, TEAM_DIGITS if suffix else OVERALL_DIGITS) for each in figures]
    return {
        f"{each.name}{suffix}{end}": value
        for each in rounded
        if each is not None
        for end, value in (("", each.value), (".low", each.low), (".high", each.high))
    }
