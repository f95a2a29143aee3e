"""95% intervals that resample people, not rows: a person on many dates is drawn, or not, with all of them.

One set of draws is shared by every estimator, split and team, so differences are paired. Everything a draw needs is
either a sum over rows (one matrix product for all draws) or a pass over rows sorted once. What a list would hold is
decided once, on the data as they are, and kept in every draw: the interval is about these lists, not about listing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BLOCK = 2048
"""People handled at once: what is multiplied then stays in the processor's cache."""
MOST_UNDEFINED = 0.05
"""An interval is not given when more than this share of draws has no value (no positives drawn, for one)."""


@dataclass(frozen=True)
class Figure:
    """One measured number with its 95% interval; ``low`` and ``high`` are NaN where no interval can be given."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Resamples:
    """How often each draw takes the person of each row: ``times[draw, index[row]]``, whole numbers of 0 and more."""

    times: NDArray[np.uint8]
    people: NDArray[np.int64]
    index: NDArray[np.intp]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.times)

    def of(self, person: NDArray[np.int64]) -> Resamples:
        """The same draws for other rows of the same people."""
        return Resamples(self.times, self.people, np.searchsorted(self.people, person))

    def only(self, person: NDArray[np.int64]) -> Resamples:
        """The same draws of only the people these rows are of: their sums take as long as they are many."""
        index = np.searchsorted(self.people, person)
        present = np.zeros(len(self.people), dtype=bool)
        present[index] = True
        if present.all():
            return Resamples(self.times, self.people, index)
        kept = np.flatnonzero(present)
        times = self.times.take(kept, axis=1, mode="clip")  # no place is outside; without the check four times as fast
        return Resamples(times, self.people[kept], (np.cumsum(present) - 1)[index])

    def sums(self, columns: Floats) -> Floats:
        """``(draws, k)`` sums over rows of ``(n, k)`` columns, each row as often as its person was drawn."""
        people = len(self.people)
        by_person = np.column_stack([np.bincount(self.index, column, minlength=people) for column in columns.T])
        sums = np.zeros((self.draws, columns.shape[1]))
        for at in range(0, people, BLOCK):
            sums += self.times[:, at : at + BLOCK].astype(np.float64) @ by_person[at : at + BLOCK]
        return sums


def resample_people(person: NDArray[np.int64], draws: int, seed: int) -> Resamples:
    """Draws with replacement from the people in ``person`` (one entry a row), as many as there are people."""
    people, index = np.unique(person, return_inverse=True)
    rng = np.random.default_rng(seed)
    times = np.empty((draws, len(people)), dtype=np.uint8)
    for draw in times:
        draw[:] = np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people))
    return Resamples(times, people, index)


def interval(draws: Floats) -> tuple[float, float]:
    """The middle 95% of the draws; ``(nan, nan)`` where too many of them are undefined.

    >>> interval(np.arange(101.0))
    (2.5, 97.5)
    """
    known = draws[~np.isnan(draws)]
    if not len(known) or len(known) < (1 - MOST_UNDEFINED) * len(draws):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
