"""Figures in plain words, without false precision: whole percentages, two digits, natural frequencies."""

from __future__ import annotations

import math

from risk_model.experiment import Experiment

MISSING = "not given"


def people(experiment: Experiment) -> str:
    """Whom the experiment is about: ``young people`` where nobody in the cohort is 18."""
    return "young people" if experiment.cohort.oldest < 18 else "people"


def percent(share: float | None) -> str:
    """A share as a whole percentage; never 0% or 100%, which would claim more than rounded figures can.

    >>> percent(0.384), percent(0.003), percent(0.997), percent(None)
    ('38%', 'under 1%', 'over 99%', 'not given')
    """
    if share is None or math.isnan(share):
        return MISSING
    if share < 0.005 or share >= 0.995:
        return "under 1%" if share < 0.5 else "over 99%"
    return f"{share * 100:.0f}%"


def decimal(value: float | None) -> str:
    """A figure that is not a share, to two digits.

    >>> decimal(0.7649), decimal(1.02), decimal(12.3), decimal(None)
    ('0.76', '1.0', '12', 'not given')
    """
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}" if abs(value) < 10 else f"{value:.0f}"


def spread(low: float | None, high: float | None, share: bool = True) -> str:
    """An interval: ``33 to 43%`` or ``0.72 to 0.79``; empty where none can be given.

    >>> spread(0.331, 0.432), spread(0.72, 0.79, share=False), spread(None, None)
    ('33 to 43%', '0.72 to 0.79', '')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"{low * 100:.0f} to {high * 100:.0f}%" if share else f"{decimal(low)} to {decimal(high)}"


def with_spread(value: float | None, low: float | None, high: float | None, share: bool = True) -> str:
    """A figure and its interval.

    >>> with_spread(0.384, 0.331, 0.432), with_spread(0.765, 0.72, 0.79, share=False)
    ('38% (33 to 43%)', '0.77 (0.72 to 0.79)')
    """
    shown = percent(value) if share else decimal(value)
    interval = spread(low, high, share)
    return f"{shown} ({interval})" if interval and shown != MISSING else shown


def of_every_hundred(value: float, low: float, high: float) -> str:
    """A share as a natural frequency.

    >>> of_every_hundred(0.384, 0.331, 0.432)
    'about 38 (33 to 43)'
    """
    interval = "" if math.isnan(low) or math.isnan(high) else f" ({low * 100:.0f} to {high * 100:.0f})"
    return f"about {value * 100:.0f}{interval}"


def listed(names: tuple[str, ...] | list[str], joined: str = "and") -> str:
    """Names as people list them.

    >>> listed(["sex"]), listed(["sex", "age", "area"])
    ('sex', 'sex, age and area')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joined} {names[-1]}" if names else ""
