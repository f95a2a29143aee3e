"""Bands instead of decimals: three groups to offer support to in turn, each with the rate actually seen in the past.

Cut points and rates come from the pooled test predictions of the chosen estimator, so from people whose later
outcomes it had not seen. Their limit: those predictions were made by earlier fits of the same recipe, not by the very
model that is published, and on the young people of those dates; monitoring checks whether the rates still hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.experiment import Experiment
from risk_model.training.intervals import Resamples, interval

Floats = NDArray[np.float64]
NAMES = ("Offer first", "Offer next", "Offer if places remain")
STEPS = ((1 / 3, 0.10), (1, 0.30), (3, 0.50))
"""A band reaches down to so many times the places there are, and never below this share of people: the first third of
the places, the rest of them, and those who come next if places remain."""


@dataclass(frozen=True)
class Band:
    """A group by probability (``at_least`` up to the band above), with the rate seen in it and its 95% interval.

    ``people`` counts young people, ``positives`` those with the outcome. Where too few had it to say a rate, ``rate``,
    ``low`` and ``high`` are NaN, both counts are given as 0, and ``plain`` says so in words.
    """

    name: str
    plain: str
    at_least: float
    rate: float
    low: float
    high: float
    people: int
    positives: int

    def to_json(self) -> dict[str, Any]:
        """The band as JSON values; a number that is not given is null."""
        return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in vars_of(self)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Band:
        """What :meth:`to_json` wrote."""
        values: dict[str, Any] = {key: math.nan if value is None else value for key, value in saved.items()}
        return cls(**values)


def vars_of(band: Band) -> list[tuple[str, Any]]:
    """The band's fields and values, in order."""
    return list(asdict(band).items())


@dataclass(frozen=True)
class Predicted:
    """Pooled test predictions: ``n`` rows of person, probability and outcome, who had ``listed`` places together."""

    person: NDArray[np.int64]
    probability: Floats
    outcome: Floats
    listed: float


def make_bands(experiment: Experiment, rows: Predicted, resamples: Resamples) -> tuple[Band, ...]:
    """Up to three bands, highest first. Bands merge where their cuts tie, where too few had the outcome to say a
    rate, or where a lower band's rate is the higher one."""
    cuts = _cuts(rows)
    cuts = _merged(cuts, rows, experiment.audit.suppress_under)
    draws = resamples.of(rows.person)
    return tuple(
        _band(experiment, name, rows, draws, upper, lower)
        for name, upper, lower in zip(NAMES, [math.inf, *cuts], cuts, strict=False)
    )


def _cuts(rows: Predicted) -> list[float]:
    """Lowest probability of each band, falling, no two equal."""
    share = rows.listed / len(rows.probability)
    ordered = np.sort(rows.probability)[::-1]
    shares = [min(times * share, most) for times, most in STEPS]
    places_down = [min(max(round(part * len(ordered)), 1), len(ordered)) - 1 for part in shares]
    return sorted({float(ordered[place]) for place in places_down}, reverse=True)


def _merged(cuts: list[float], rows: Predicted, least: int) -> list[float]:
    """The cuts left after each band with too few positives, or a rate below the next band's, joins its neighbour."""
    while len(cuts) > 1:
        inside = [_inside(rows, upper, lower) for upper, lower in zip([math.inf, *cuts], cuts, strict=False)]
        positives = [float(rows.outcome[band].sum()) for band in inside]
        rates = [found / max(int(band.sum()), 1) for found, band in zip(positives, inside, strict=True)]
        joins = [
            at for at in range(len(cuts) - 1)
            if min(positives[at], positives[at + 1]) < least or rates[at] < rates[at + 1]
        ]  # fmt: skip
        if not joins:
            return cuts
        del cuts[joins[0]]
    return cuts


def _inside(rows: Predicted, upper: float, lower: float) -> NDArray[np.bool_]:
    return (rows.probability >= lower) & (rows.probability < upper)


def _band(experiment: Experiment, name: str, rows: Predicted, draws: Resamples, upper: float, lower: float) -> Band:
    inside = _inside(rows, upper, lower)
    people = len(np.unique(rows.person[inside]))
    positives = len(np.unique(rows.person[inside & (rows.outcome > 0)]))
    who = "young people" if experiment.cohort.oldest < 18 else "people"
    if positives < experiment.audit.suppress_under:
        plain = f"Too few {who} with a similar record to say how many had {happened(experiment)}"
        return Band(name, plain, lower, math.nan, math.nan, math.nan, 0, 0)
    sums = draws.sums(np.column_stack([inside * rows.outcome, inside.astype(np.float64)]))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = interval(sums[:, 0] / sums[:, 1])
    rate = float(rows.outcome[inside].mean())
    plain = f"{_about(rate, low, high, who)} had {happened(experiment)}{_between(rate, low, high)}"
    return Band(name, plain, lower, rate, low, high, people, positives)


def happened(experiment: Experiment) -> str:
    """The outcome as the end of a sentence: the experiment's own words, without what stands in brackets.

    ``"First youth caution within 12 months (cautions only)"`` becomes ``"a first youth caution within 12 months"``.
    """
    words = experiment.outcome.question.split("(")[0].strip().rstrip("?.")
    words = words[:1].lower() + words[1:]
    return words if words.startswith(("a ", "an ", "the ")) else f"a {words}"


def _about(rate: float, low: float, high: float, who: str) -> str:
    return f"About {_odds(rate, _as_tenths(rate, high))} {who} with a similar record"


def _between(rate: float, low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    tenths = _as_tenths(rate, high)
    ends = (_odds(low, tenths), _odds(high, tenths))
    return "" if ends[0] == ends[1] else f" (between {ends[0]} and {ends[1]})"


def _as_tenths(*rates: float) -> bool:
    """Whether "so many in 10" reads better than "1 in so many"."""
    return max(rate for rate in rates if not math.isnan(rate)) > 0.5


def _odds(rate: float, tenths: bool) -> str:
    """A rate as people say it, without false precision: 1 in 8, 1 in 25, 4 in 10."""
    if tenths:
        return f"{max(round(rate * 10), 1)} in 10" if rate > 0 else "none in 10"
    if rate < 1 / 1000:
        return "fewer than 1 in 1000"
    number = 1 / rate
    step = 1 if number < 20 else 5 if number < 100 else 50
    return f"1 in {max(round(number / step) * step, 2)}"


def describe(bands: Sequence[Band]) -> str:
    """The bands as a few lines of text."""
    return "\n".join(f"{band.name}: {band.plain}." for band in bands)
