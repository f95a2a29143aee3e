"""The children's lives, month by month: each month's events raise or lower the chance of the next month's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import (
    FIRST_DAY,
    MONTH_STARTS,
    MONTHS,
    TERMS,
    YEAR,
    Floats,
    Ints,
    birthday,
    born_for_school_year,
    month_factors,
    month_of,
    random_days,
    school_days,
)  # fmt: skip
from features.synthetic.course import COUNTED, Course, Offences
from features.synthetic.decisions import decide
from features.synthetic.detection import Detection
from features.synthetic.needs import HAZARDS, KNOWN_AFTER, MEMORY, age_tables
from features.synthetic.past import Past
from features.synthetic.population import Children

_AT_FIRST = {"care": (0.0087, 34.0, 900.0), "need": (0.029, 7.0, 150.0)}
"""Share with an open spell at first; how many more months and how many days so far it lasts, on average."""
_SPELL_MONTHS = {"care": 30.0, "need": 6.5}
_CENSUS_WITHIN = 140
"""Days; a child who turns 18 before the next school census is never on roll here, and never met."""
_MOST_A_MONTH = np.float32(2.5)


class Lives:
    """Runs the months. ``base`` are log monthly rates per process and child (see ``needs.base_log_rates``)."""

    def __init__(
        self, rng: np.random.Generator, children: Children, base: dict[str, Floats], detection: Detection
    ) -> None:
        self.rng, self.children, self.base, self.detection = rng, children, base, detection
        self.by_age = age_tables()
        self.by_month = {name: month_factors(name) for name in HAZARDS}
        self.past = Past(rng, children)
        self.course = Course()
        self.adult_on = birthday(children.born, 18.0) - 2
        arrived_on = children.families.arrived_on[children.family]
        too_late = (arrived_on > 0) & (arrived_on + _CENSUS_WITHIN >= self.adult_on)
        self.arrived = np.where(too_late, MONTHS, np.maximum(month_of(arrived_on) + 1, 0))
        self._begin_spells()

    def run(
        self,
        progress: Callable[[str], None],
        months: int | None = None,
        watch: Callable[[int, Past], None] | None = None,
    ) -> Course:
        """All 72 months in order, or the first of them; ``watch`` sees what matters of the past as each begins."""
        for month in range(MONTHS if months is None else months):
            if month % 12 == 0:
                progress(f"living through {2020 + month // 12}")
            if watch is not None:
                watch(month, self.past)
            self.live_month(month)
        return self.course

    def _begin_spells(self) -> None:
        """Needs and care that began before the window, or before the child was nine."""
        rng, children = self.rng, self.children
        starts = np.maximum(month_of(birthday(children.born, 9.0)), 0)
        first_day = np.maximum(MONTH_STARTS[np.minimum(starts, MONTHS)], FIRST_DAY)
        starting = starts < MONTHS
        for name, (share, months, days_before) in _AT_FIRST.items():
            odds = np.exp(self.base[name] - self.base[name].max())
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
        """One month of every child aged 9 to 17: draw events, then let them matter."""
        lo, hi = self._slice(MONTH_STARTS[month + 1] - 18 * YEAR, MONTH_STARTS[month] - 9 * YEAR)
        here = slice(lo, hi)
        self.past.pass_month(self.rng, here)
        history = self.past.history(here, month)
        months_old = ((MONTH_STARTS[month] - self.children.born[here]) / (YEAR / 12)).astype(np.int64)
        present = (self.arrived[here] <= month).astype(np.float32)
        for name in COUNTED:
            rate = self._rate(name, month, here, months_old, history) * present
            if name == "suspension":
                rate[~self._at_school(month, here)] = 0
            self._count(name, month, lo, rate)
        self._offend(month, lo, self._rate("offence", month, here, months_old, history) * present, history)
        for name in ("need", "care"):
            rate = self._rate(name, month, here, months_old, history) * present
            self._start_spells(name, month, lo, np.where(self.past.until[name][here] > month, 0, rate))
        self._attend(month, history, here)

    def _slice(self, born_after: float, born_by: float) -> tuple[int, int]:
        lo, hi = np.searchsorted(self.children.born, (born_after, born_by), side="right")
        return int(lo), int(hi)

    def _rate(self, name: str, month: int, here: slice, months_old: Ints, history: dict[str, Floats]) -> Floats:
        score = self.base[name][here].copy()
        for past, effect in HAZARDS[name].history.items():
            score += np.float32(effect) * history[past]
        factor = self.by_month[name][month] * self.by_age[name][months_old]
        return np.minimum(np.exp(score) * factor, _MOST_A_MONTH)

    def _count(self, name: str, month: int, lo: int, rate: Floats) -> None:
        rows, number = self._numbers(name, rate)
        who = np.repeat(rows, number) + lo
        draw = school_days if name == "suspension" else random_days
        self.course.events[name].add(who, draw(self.rng, month, len(who)))
        if name in MEMORY:
            self.past.recent[name][rows + lo] += number.astype(np.float32)
        if name in KNOWN_AFTER:
            self.past.met[rows + lo] = month

    def _numbers(self, name: str, rate: Floats) -> tuple[Ints, Ints]:
        """Rows with an event this month, and how many: a burst of more may follow the first."""
        number = self.rng.poisson(rate)
        rows = np.flatnonzero(number)
        burst = HAZARDS[name].burst
        return rows, number[rows] + self.rng.geometric(1 / (1 + burst), len(rows)) - 1

    def _offend(self, month: int, lo: int, rate: Floats, history: dict[str, Floats]) -> None:
        """What children do; what of it comes to be known goes on to police."""
        rows = np.repeat(*self._numbers("offence", rate))
        named, found = self.detection.detect(self.rng, rows + lo, history["known"][rows], month)
        day = random_days(self.rng, month, len(rows))
        self.course.offences.append(Offences(rows + lo, day, named, found))
        known = named | found
        self._suspect(month, lo, rows[known], day[known], found[known] & ~named[known], history)

    def _suspect(
        self, month: int, lo: int, rows: Ints, day: Ints, found_only: NDArray[np.bool_], history: dict[str, Floats]
    ) -> None:
        who = rows + lo
        entered = self.past.entered_from[who] <= month
        found = decide(
            self.rng, self.children, who, day, found_only=found_only, harsher=self.detection.harsher[who],
            past=history["suspect"][rows], known=history["known"][rows], care=history["care"][rows],
            entered=entered, diverted=history["diverted"][rows] > 0, adult_on=self.adult_on[who],
        )  # fmt: skip
        self.course.suspicions.append(found)
        np.add.at(self.past.recent["suspect"], who, np.float32(1))
        self.past.met[who] = month
        for state, kept in ((self.past.diverted_from, found.diverts), (self.past.entered_from, found.enters)):
            np.minimum.at(state, who[kept], month_of(found.disposal_day[kept]).astype(np.int32) + 1)

    def _start_spells(self, name: str, month: int, lo: int, rate: Floats) -> None:
        rows = np.flatnonzero(self.rng.random(len(rate), dtype=np.float32) < rate)
        length = 1 + self.rng.exponential(_SPELL_MONTHS[name], len(rows)).astype(np.int64)
        self._spell(name, rows + lo, random_days(self.rng, month, len(rows)), month + length)

    def _at_school(self, month: int, here: slice) -> NDArray[np.bool_]:
        started = 2020 + (month - 8) // 12
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
