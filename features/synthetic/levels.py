"""How readily cases end in a youth caution or in court: a level for each council and year, so that first entries come
out as published.

Who enters is decided by the case and the child; how many is decided here. The level of a council and year follows from
how many cases could end there, and is kept on course as the year goes by. Cases are then drawn evenly (systematic
sampling), so that a small council's year is not decided by luck.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from features.synthetic.areas import Areas
from features.synthetic.clock import MONTH_STARTS, MONTHS, Ints, birthday, month_of
from features.synthetic.population import Children
from features.synthetic.published import entrants

Doubles = NDArray[np.float64]
YEARS = MONTHS // 12
CASES_A_MONTH = 0.0024
"""Cases that could end in first entry, a child aged 10-17 and month, before any were seen."""
FOLLOWS = 0.10
"""How fast a council's usual number of cases follows what is seen, a month."""
LAG_MONTHS = 2.1
"""From suspicion to disposal, about, on average."""
POOL = 1_500
COUNTED_HERE = 0.95
"""Share of first entries that these levels decide; the rest come from a child's second case at once."""
FURTHEST = 3.0
"""A level strays no further (times) from what the published rate alone would make it."""


@dataclass
class Levels:
    """The levels so far. Arrays are ``(councils, years)`` unless said otherwise."""

    council_of_area: Ints
    people: Doubles
    wanted: Doubles
    """First entries in each year."""
    cases: Doubles
    """Usual number of cases a month that could end in entry, one a council."""
    expected: Doubles
    """First entries so far, as chances."""
    phase: Doubles
    pool: Doubles = field(default_factory=lambda: np.zeros(0))
    """Scores of recent cases, of all councils."""
    seen: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    fixed: bool = False

    @staticmethod
    def of(rng: np.random.Generator, children: Children, areas: Areas) -> Levels:
        """Before the first month."""
        councils = len(areas.authority_codes)
        people = np.stack([_people(children, areas, year) for year in range(YEARS)], axis=1)
        rates = np.stack([entrants(code, YEARS).rates for code in areas.authority_codes])
        return Levels(
            areas.authority, people, COUNTED_HERE * rates / 100_000 * people, CASES_A_MONTH * people[:, 0],
            np.zeros((councils, YEARS)), rng.random((councils, YEARS)), seen=np.zeros(councils, dtype=np.int64),
        )  # fmt: skip

    def as_they_are(self) -> Levels:
        """A copy that no longer follows anything: what may be expected from here on."""
        return replace(self, cases=self.cases.copy(), expected=self.expected.copy(), pool=self.pool.copy(), fixed=True)

    def decide(
        self,
        rng: np.random.Generator,
        score: Doubles,
        area: Ints,
        month: int,
        disposed: Ints,
        counts: NDArray[np.bool_],
    ) -> tuple[Doubles, NDArray[np.bool_]]:
        """The chance that each case ends formally, and whether it does.

        ``score`` is the case's own log odds, ``disposed`` the day it would be disposed of; ``counts`` are the cases
        that would then be a first entry.
        """
        council = self.council_of_area[area]
        year = np.clip(month_of(disposed) // 12, 0, YEARS - 1)
        cell = council * YEARS + year
        pool = self.pool if len(self.pool) > 20 else np.concatenate([self.pool, score])
        cells, place = np.unique(cell, return_inverse=True)
        level = _levels_for(pool, self._mean_chances(cells, month)) if len(cells) else np.zeros(0)
        chance = 1 / (1 + np.exp(-(score + level[place]))) if len(cells) else np.zeros(0)
        formal = rng.random(len(chance)) < chance
        if not self.fixed:
            rows = np.flatnonzero(counts)
            formal[rows] = self._evenly(rng, chance[rows], cell[rows])
            np.add.at(self.expected.reshape(-1), cell[rows], chance[rows])
            np.add.at(self.seen, council[rows], 1)
            self.pool = np.concatenate([self.pool, score[rows]])[-POOL:]
        return chance, formal

    def month_ends(self) -> None:
        """What was seen moves what is usual; levels left as they are stay so."""
        if self.fixed:
            return
        self.cases += FOLLOWS * (self.seen - self.cases)
        self.seen[:] = 0

    def _usual_cases(self, year: Ints) -> Doubles:
        """Cases a month, one a council: its own where it has many, else its share of all."""
        share = self.people[:, int(year.max(initial=0))]
        fair = self.cases.sum() * share / share.sum()
        weight = 10 * self.cases / (10 * self.cases + 5)
        return weight * self.cases + (1 - weight) * fair

    def _mean_chances(self, cells: Ints, month: int) -> Doubles:
        council, year = cells // YEARS, cells % YEARS
        usual = np.maximum(self._usual_cases(year)[council], 1e-6)
        published = self.wanted[council, year] / 12 / usual
        if self.fixed:
            return np.minimum(published, 0.9)
        ahead = year[:, None] * 12 + np.arange(12) - month
        to_come = np.where(ahead >= 0, 1 - np.exp(-(ahead + 0.5) / LAG_MONTHS), 0.0).sum(axis=1)
        left = self.wanted[council, year] - self.expected[council, year]
        needed = left / usual / np.maximum(to_come, 0.2)
        return np.minimum(np.clip(needed, published / FURTHEST, published * FURTHEST), 0.9)

    def _evenly(self, rng: np.random.Generator, chance: Doubles, cell: Ints) -> NDArray[np.bool_]:
        """Systematic sampling within each council and year, over all its months."""
        order = np.lexsort((rng.random(len(cell)), cell))
        ordered, sorted_chance = cell[order], chance[order]
        reached = np.cumsum(sorted_chance)
        first = np.searchsorted(ordered, ordered, side="left")
        before = reached[first] - sorted_chance[first] if len(order) else reached
        phase = self.phase.reshape(-1)
        end = phase[ordered] + reached - before
        chosen = np.empty(len(cell), dtype=bool)
        chosen[order] = np.floor(end) > np.floor(end - sorted_chance)
        np.add.at(phase, cell, chance)
        return chosen


def _levels_for(pool: Doubles, means: Doubles) -> Doubles:
    """The level at which the pool's mean chance is each of these means (bisection)."""
    low, high = np.full(len(means), -12.0), np.full(len(means), 8.0)
    for _ in range(22):
        middle = (low + high) / 2
        above = (1 / (1 + np.exp(-(pool[None, :] + middle[:, None])))).mean(axis=1) > means
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def _people(children: Children, areas: Areas, year: int) -> Doubles:
    """Children aged 10-17 in each council in the middle of a year."""
    day = int(MONTH_STARTS[year * 12 + 6])
    there = np.flatnonzero((birthday(children.born, 10.0) <= day) & (birthday(children.born, 18.0) > day))
    council = areas.authority[children.area_on(there, np.full(len(there), day))]
    return np.maximum(np.bincount(council, minlength=len(areas.authority_codes)), 1).astype(np.float64)
