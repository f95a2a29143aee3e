"""The children's lives, event by event: each raises or lowers the rate of what may come next (competing hazards)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import (
    FIRST_DAY,
    FIRST_YEAR,
    MONTH_STARTS,
    MONTHS,
    TERMS,
    YEAR,
    Floats,
    Ints,
    birthday,
    born_for_school_year,
    days_into,
    month_factors,
    month_of,
    on_school_days,
)  # fmt: skip
from features.synthetic.course import PROCESSES, SPELLS, Course, Offences
from features.synthetic.decisions import Suspicions, decide
from features.synthetic.detection import Detection
from features.synthetic.levels import Levels
from features.synthetic.needs import HAZARDS, KNOWN_AFTER, MEMORY, age_tables
from features.synthetic.past import NOBODY, Past
from features.synthetic.population import Children

_AT_FIRST = {"care": (0.0087, 34.0, 900.0), "need": (0.029, 7.0, 150.0)}
"""Share with an open spell at first; how many more months and how many days so far it lasts, on average."""
_SPELL_MONTHS = {"care": 30.0, "need": 6.5}
Doubles = NDArray[np.float64]
_CENSUS_WITHIN = 140
"""Days; a child who turns 18 before the next school census is never on roll here, and never met."""
_MOST_A_MONTH = np.float32(2.5)


class Lives:
    """Runs the months. ``base`` are log monthly rates per process and child (see ``needs.base_log_rates``)."""

    def __init__(
        self,
        rng: np.random.Generator,
        children: Children,
        base: dict[str, Floats],
        detection: Detection,
        levels: Levels,
    ) -> None:
        self.rng, self.children, self.detection, self.levels = rng, children, detection, levels
        self.base = np.stack([base[name] for name in PROCESSES], axis=1)
        ages = age_tables()
        self.by_age = np.stack([ages[name] for name in PROCESSES], axis=1)
        self.by_month = np.stack([month_factors(name) for name in PROCESSES], axis=1)
        self.remembered = sorted({name for hazard in HAZARDS.values() for name in hazard.history})
        self.effects = np.array(
            [[HAZARDS[name].history.get(past, 0.0) for name in PROCESSES] for past in self.remembered], dtype=np.float32
        )
        self.past = Past(rng, children)
        self.course = Course()
        self._offences: list[Offences] = []
        self._suspicions: list[Suspicions] = []
        self.adult_on = children.adult_on
        arrived_on = children.families.arrived_on[children.family]
        too_late = (arrived_on > 0) & (arrived_on + _CENSUS_WITHIN >= self.adult_on)
        self.arrived = np.where(too_late, MONTHS, np.maximum(month_of(arrived_on) + 1, 0))
        self._begin_spells()

    def run(
        self,
        progress: Callable[[str], None],
        months: int | None = None,
        watch: Callable[[int, Past, Levels], None] | None = None,
    ) -> Course:
        """All 120 months in order, or the first of them; ``watch`` sees what matters of the past as each begins."""
        for month in range(MONTHS if months is None else months):
            if month % 12 == 0:
                progress(f"living through {FIRST_YEAR + month // 12}")
            if watch is not None:
                watch(month, self.past, self.levels)
            self.live_month(month)
        return self.course

    def _begin_spells(self) -> None:
        """Needs and care that began before the window, or before the child was nine."""
        rng, children = self.rng, self.children
        starts = np.maximum(month_of(birthday(children.born, 9.0)), 0)
        first_day = np.maximum(MONTH_STARTS[np.minimum(starts, MONTHS)], FIRST_DAY)
        starting = starts < MONTHS
        for name, (share, months, days_before) in _AT_FIRST.items():
            base = self.base[:, PROCESSES.index(name)]
            odds = np.exp(base - base.max())
            chance = np.minimum(share * odds / odds.mean(), 0.6)
            who = np.flatnonzero(starting & (self.arrived == 0) & (rng.random(len(children)) < chance))
            length = 1 + rng.exponential(months, len(who)).astype(np.int64)
            began = first_day[who] - 1 - np.minimum(rng.exponential(days_before, len(who)), 3000).astype(np.int64)
            self._spell(name, who, np.maximum(began, children.born[who] + 30), starts[who] + length)

    def _spell(self, name: str, who: Ints, began: Ints, until_month: Ints) -> None:
        """Open a spell; it ends within ``until_month``, at 18, or after the cut."""
        last = np.minimum(until_month, month_of(self.adult_on[who]))
        end = MONTH_STARTS[np.clip(last, 0, MONTHS)] - self.rng.integers(0, 25, len(who))
        end = np.where(until_month > last, np.minimum(self.adult_on[who], end + 25), end)
        self.past.until[name][who] = last
        self.course.spells[name].add(who, began, np.where(last >= MONTHS, 0, np.maximum(end, began + 3)))

    def live_month(self, month: int) -> None:
        """One month of every child aged 9 to 17, as it happens: whatever comes first changes what may come next.

        Each child waits for the next event of any kind, an exponential time under the sum of all rates; which kind it
        is falls to each in proportion to its rate; then the rates are taken again, until the month is over.
        """
        lo, hi = self._slice(MONTH_STARTS[month + 1] - 18 * YEAR, MONTH_STARTS[month] - 9 * YEAR)
        self.past.pass_month(self.rng, slice(lo, hi))
        self._now = self._outside(month, lo, hi)
        self._offences, self._suspicions = [], []
        rows, lived = np.arange(hi - lo), np.zeros(hi - lo)
        rates = self._rates(month, lo, slice(lo, hi), self._now)
        while True:
            total = rates.sum(axis=1)
            lived = lived + self.rng.standard_exponential(len(rows)) / np.maximum(total, 1e-12)
            on = np.flatnonzero(lived < 1)
            if len(on) == 0:
                break
            rows, lived = rows[on], lived[on]
            self._happen(month, lo, rows, self._which(rates[on]), lived)
            rates = self._rates(month, lo, rows + lo, self._now[rows])
        self._close_month(month, slice(lo, hi))

    def _close_month(self, month: int, here: slice) -> None:
        if not self._suspicions:
            self._offend(month, here.start, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self.course.offences.append(Offences.joined(self._offences))
        self.course.suspicions.append(Suspicions.joined(self._suspicions))
        self.levels.month_ends()
        self._attend(month, self.past.history(here, month), here)

    def _slice(self, born_after: float, born_by: float) -> tuple[int, int]:
        lo, hi = np.searchsorted(self.children.born, (born_after, born_by), side="right")
        return int(lo), int(hi)

    def _outside(self, month: int, lo: int, hi: int) -> Floats:
        """What multiplies each child's rates this month, whatever happens: age, season, being here, being at school."""
        here = slice(lo, hi)
        months_old = ((MONTH_STARTS[month] - self.children.born[here]) / (YEAR / 12)).astype(np.int64)
        factors = self.by_age[months_old] * self.by_month[month]
        factors[self.arrived[here] > month] = 0
        factors[~self._at_school(month, here), PROCESSES.index("suspension")] = 0
        return factors

    def _rates(self, month: int, lo: int, who: slice | Ints, factors: Floats) -> Floats:
        """Rates a month of every process, ``(children, processes)``."""
        history = self.past.history(who, month)
        score = self.base[who] + np.stack([history[name] for name in self.remembered], axis=1) @ self.effects
        rates = np.minimum(np.exp(score) * factors, _MOST_A_MONTH)
        for name in SPELLS:
            rates[self.past.until[name][who] > month, PROCESSES.index(name)] = 0
        return rates

    def _which(self, rates: Floats) -> Ints:
        """Which process each event is of."""
        reached = np.cumsum(rates, axis=1)
        return (self.rng.random(len(rates))[:, None] * reached[:, -1:] >= reached).sum(axis=1)

    def _happen(self, month: int, lo: int, rows: Ints, which: Ints, lived: Doubles) -> None:
        """One event each for these children, of these kinds, that far into the month."""
        for number, name in enumerate(PROCESSES):
            mine = np.flatnonzero(which == number)
            if not len(mine):
                continue
            day = days_into(month, lived[mine], name == "suspension")
            if name == "offence":
                self._offend(month, lo, *self._burst(month, name, rows[mine], day))
            elif name in SPELLS:
                length = 1 + self.rng.exponential(_SPELL_MONTHS[name], len(mine)).astype(np.int64)
                self._spell(name, rows[mine] + lo, day, month + length)
            else:
                self._count(month, name, lo, rows[mine], day)

    def _burst(self, month: int, name: str, rows: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Rows and days with those that follow at once: some more may come within days, this month."""
        number = self.rng.geometric(1 / (1 + HAZARDS[name].burst), len(rows))
        again = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number) > 0
        later = np.where(again, self.rng.integers(0, 9, len(again)), 0)
        last = days_into(month, np.full(1, 0.9999), name == "suspension")[0]
        followed = np.minimum(np.repeat(day, number) + later, np.maximum(last, np.repeat(day, number)))
        return np.repeat(rows, number), on_school_days(month, followed) if name == "suspension" else followed

    def _count(self, month: int, name: str, lo: int, rows: Ints, day: Ints) -> None:
        again, days = self._burst(month, name, rows, day)
        self.course.events[name].add(again + lo, days)
        if name in MEMORY:
            np.add.at(self.past.recent[name], again + lo, np.float32(1))
        if name in KNOWN_AFTER:
            self.past.met[rows + lo] = month

    def _offend(self, month: int, lo: int, rows: Ints, day: Ints) -> None:
        """What children do; what of it comes to be known goes on to police."""
        history = self.past.history(rows + lo, month)
        named, found = self.detection.detect(self.rng, rows + lo, history["known"], month)
        self._offences.append(Offences(rows + lo, day, named, found))
        known = np.flatnonzero(named | found)
        self._suspect(
            month, rows[known] + lo, day[known], (found & ~named)[known], {k: v[known] for k, v in history.items()}
        )

    def _suspect(
        self, month: int, who: Ints, day: Ints, found_only: NDArray[np.bool_], history: dict[str, Floats]
    ) -> None:
        area = self.children.area_on(who, day)
        found = decide(
            self.rng, self.children, who, day, found_only=found_only, harsher=self.detection.harsher[who],
            past=history["suspect"], known=history["known"], care=history["care"],
            entered=self.past.entered_from[who] <= month, diverted=history["diverted"] > 0,
            adult_on=self.adult_on[who], entering=self.past.entered_from[who] < NOBODY, area=area, month=month,
            levels=self.levels,
        )  # fmt: skip
        self._suspicions.append(found)
        np.add.at(self.past.recent["suspect"], who, np.float32(1))
        self.past.met[who] = month
        for state, kept in (
            (self.past.diverted_from, found.diverts), (self.past.entered_from, found.enters),
            (self.past.cautioned_from, found.diverts_formally),
        ):  # fmt: skip
            np.minimum.at(state, who[kept], month_of(found.disposal_day[kept]).astype(np.int32) + 1)

    def _at_school(self, month: int, here: slice) -> NDArray[np.bool_]:
        started = FIRST_YEAR + (month - 8) // 12
        lo, hi = self._slice(born_for_school_year(started, 16), born_for_school_year(started, 10))
        rows = np.arange(here.start, here.stop)
        return (rows >= lo) & (rows < hi)

    def _attend(self, month: int, history: dict[str, Floats], here: slice) -> None:
        """A term ends: sessions missed, which then say something about the next one."""
        for number, term in enumerate(TERMS):
            if term.month != month:
                continue
            rows = np.flatnonzero(self._at_school(month, here) & (self.arrived[here] < month - 2))
            who = rows + here.start
            kids, noise = self.children, self.rng.standard_normal((2, len(rows)))
            score = 0.28 * kids.hardship[who] - 0.32 * kids.bond[who] + 0.15 * kids.conduct[who]
            score += 0.25 * history["trouble"][rows] + 0.45 * history["missing"][rows] + 0.30 * kids.free_meals[who]
            sick = np.minimum(np.exp(-3.17 + 0.45 * score + 0.55 * noise[0]), 0.6)
            truant = np.minimum(np.exp(-4.62 + 0.95 * score + 0.90 * noise[1]), 0.35)
            self.course.absences.append((number, who, sick.astype(np.float32), truant.astype(np.float32)))
            self.past.absence[who] = (sick + truant > 0.10).astype(np.float32)
