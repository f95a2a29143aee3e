"""The children's lives, month by month: each month's events raise or lower the chance of the next month's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
)
from features.synthetic.decisions import Suspicions, decide
from features.synthetic.needs import HAZARDS, KNOWN_AFTER, MEMORY, TROUBLE_MEMORY, age_tables
from features.synthetic.population import Children

COUNTED = ("domestic", "victim", "asb", "asb_victim", "missing", "suspension", "search")
"""Processes that are simply counted; suspicions, needs and care have consequences of their own."""
NOBODY = 10_000


@dataclass
class Happenings:
    """Who and when, for one process: positions of children and days, in order of month."""

    child: list[Ints] = field(default_factory=list)
    day: list[Ints] = field(default_factory=list)

    def add(self, child: Ints, day: Ints) -> None:
        """Remember a month's events."""
        self.child.append(child)
        self.day.append(day)

    def arrays(self) -> tuple[Ints, Ints]:
        """All children and days, as two arrays of one length."""
        empty = [np.empty(0, dtype=np.int64)]
        return np.concatenate(self.child or empty), np.concatenate(self.day or empty)


@dataclass
class Course:
    """What happened to everybody. Spells are (child, first day, day after the last or 0 while open)."""

    events: dict[str, Happenings]
    suspicions: list[Suspicions] = field(default_factory=list)
    needs: Happenings = field(default_factory=Happenings)
    cares: Happenings = field(default_factory=Happenings)
    need_until: list[Ints] = field(default_factory=list)
    care_until: list[Ints] = field(default_factory=list)
    need_reason: list[Ints] = field(default_factory=list)
    absences: list[tuple[int, Ints, Floats, Floats]] = field(default_factory=list)
    """Term number, children, authorised and unauthorised absence as shares of sessions."""


class _State:
    """What of the past still matters, one value a child."""

    def __init__(self, rng: np.random.Generator, children: Children) -> None:
        count = len(children)
        self.recent = {name: np.zeros(count, dtype=np.float32) for name in MEMORY}
        self.trouble = rng.standard_normal(count, dtype=np.float32)
        self.absence = np.zeros(count, dtype=np.float32)
        self.met = np.full(count, -NOBODY, dtype=np.int32)
        self.diverted_from = np.full(count, NOBODY, dtype=np.int32)
        self.entered_from = np.full(count, NOBODY, dtype=np.int32)
        self.need_until = np.zeros(count, dtype=np.int32)
        self.care_until = np.zeros(count, dtype=np.int32)

    def history(self, here: slice, month: int) -> dict[str, Floats]:
        """Everything a hazard's ``history`` may name, for the children in ``here``."""
        found = {name: 1 - np.exp(-past[here]) for name, past in self.recent.items()}
        found["trouble"] = self.trouble[here]
        found["absence"] = self.absence[here]
        found["care"] = (self.care_until[here] > month).astype(np.float32)
        found["in_need"] = (self.need_until[here] > month).astype(np.float32)
        since = month - self.diverted_from[here]
        found["diverted"] = ((since >= 0) & (since < 24)).astype(np.float32)
        found["entered"] = (self.entered_from[here] <= month).astype(np.float32)
        found["known"] = (month - self.met[here] <= 12).astype(np.float32)
        found["suspended_and_missing"] = found["suspension"] * found["missing"]
        found["care_and_missing"] = found["care"] * found["missing"]
        return found

    def pass_month(self, rng: np.random.Generator, here: slice) -> None:
        """A month goes by: the past fades and hidden troubles drift."""
        for name, kept in MEMORY.items():
            self.recent[name][here] *= np.float32(kept)
        drift = rng.standard_normal(here.stop - here.start, dtype=np.float32)
        self.trouble[here] *= np.float32(TROUBLE_MEMORY)
        self.trouble[here] += np.float32(np.sqrt(1 - TROUBLE_MEMORY**2)) * drift


class Lives:
    """Runs the months. ``base`` are log monthly rates per process and child (see ``needs.base_log_rates``)."""

    def __init__(self, rng: np.random.Generator, children: Children, base: dict[str, Floats]) -> None:
        self.rng, self.children, self.base = rng, children, base
        self.by_age = age_tables()
        self.by_month = {name: month_factors(name) for name in HAZARDS}
        self.state = _State(rng, children)
        self.course = Course({name: Happenings() for name in COUNTED})
        self.arrived = np.maximum(month_of(children.families.arrived_on[children.family]) + 1, 0)
        self.adult_on = birthday(children.born, 18.0) - 2
        self._begin_spells()

    def run(self, progress: Callable[[str], None]) -> Course:
        """All 72 months, in order."""
        for month in range(MONTHS):
            if month % 12 == 0:
                progress(f"living through {2020 + month // 12}")
            self._live(month)
        return self.course

    def _begin_spells(self) -> None:
        """Needs and care that began before the window, or before the child was nine."""
        rng, children = self.rng, self.children
        starts = np.maximum(month_of(birthday(children.born, 9.0)), 0)
        first_day = np.maximum(MONTH_STARTS[np.minimum(starts, MONTHS)], FIRST_DAY)
        starting = starts < MONTHS
        for name, share, spell, before in (("care", 0.0087, 34.0, 900.0), ("need", 0.029, 7.0, 150.0)):
            odds = np.exp(self.base[name] - self.base[name].max())
            chance = np.minimum(share * odds / odds.mean(), 0.6)
            who = np.flatnonzero(starting & (self.arrived == 0) & (rng.random(len(children)) < chance))
            length = 1 + rng.exponential(spell, len(who)).astype(np.int64)
            began = first_day[who] - 1 - np.minimum(rng.exponential(before, len(who)), 3000).astype(np.int64)
            self._spell(name, who, np.maximum(began, children.born[who] + 30), starts[who] + length)

    def _spell(self, name: str, who: Ints, began: Ints, until_month: Ints) -> None:
        """Open a spell; it ends within ``until_month``, at 18, or after the cut."""
        last = np.minimum(until_month, month_of(self.adult_on[who]))
        end = MONTH_STARTS[np.clip(last, 0, MONTHS)] - self.rng.integers(0, 25, len(who))
        end = np.where(until_month > last, np.minimum(self.adult_on[who], end + 25), end)
        end = np.where(last >= MONTHS, 0, np.maximum(end, began + 3))
        until = self.state.care_until if name == "care" else self.state.need_until
        until[who] = last
        happened, ends = (
            (self.course.cares, self.course.care_until)
            if name == "care"
            else (self.course.needs, self.course.need_until)
        )
        happened.add(who, began)
        ends.append(end)

    def _live(self, month: int) -> None:
        """One month of every child aged 9 to 17: draw events, then let them matter."""
        lo, hi = self._slice(MONTH_STARTS[month + 1] - 18 * YEAR, MONTH_STARTS[month] - 9 * YEAR)
        here = slice(lo, hi)
        self.state.pass_month(self.rng, here)
        history = self.state.history(here, month)
        months_old = ((MONTH_STARTS[month] - self.children.born[here]) / (YEAR / 12)).astype(np.int64)
        present = (self.arrived[here] <= month).astype(np.float32)
        for name in COUNTED:
            rate = self._rate(name, month, here, months_old, history) * present
            if name == "suspension":
                rate[~self._at_school(month, here)] = 0
            self._count(name, month, lo, rate)
        self._suspect(month, lo, self._rate("suspect", month, here, months_old, history) * present, history)
        for name, until in (("need", self.state.need_until), ("care", self.state.care_until)):
            rate = self._rate(name, month, here, months_old, history) * present
            self._start_spells(name, month, lo, np.where(until[here] > month, 0, rate))
        self._attend(month, history, here)

    def _slice(self, born_after: float, born_by: float) -> tuple[int, int]:
        lo, hi = np.searchsorted(self.children.born, (born_after, born_by), side="right")
        return int(lo), int(hi)

    def _rate(self, name: str, month: int, here: slice, months_old: Ints, history: dict[str, Floats]) -> Floats:
        score = self.base[name][here].copy()
        for past, effect in HAZARDS[name].history.items():
            score += np.float32(effect) * history[past]
        factor = self.by_month[name][month] * self.by_age[name][months_old]
        return np.minimum(np.exp(score) * factor, np.float32(2.5))

    def _count(self, name: str, month: int, lo: int, rate: Floats) -> None:
        rows, number = self._numbers(name, rate)
        who = np.repeat(rows, number) + lo
        days = school_days(self.rng, month, len(who)) if name == "suspension" else random_days(self.rng, month, len(who))
        self.course.events[name].add(who, days)
        if name in MEMORY:
            self.state.recent[name][rows + lo] += number.astype(np.float32)
        if name in KNOWN_AFTER:
            self.state.met[rows + lo] = month

    def _numbers(self, name: str, rate: Floats) -> tuple[Ints, Ints]:
        """Rows with an event this month, and how many: a burst of more may follow the first."""
        number = self.rng.poisson(rate)
        rows = np.flatnonzero(number)
        burst = HAZARDS[name].burst
        return rows, number[rows] + self.rng.geometric(1 / (1 + burst), len(rows)) - 1

    def _suspect(self, month: int, lo: int, rate: Floats, history: dict[str, Floats]) -> None:
        rows = np.repeat(*self._numbers("suspect", rate))
        who = rows + lo
        entered = self.state.entered_from[who] <= month
        found = decide(
            self.rng, self.children, who, random_days(self.rng, month, len(who)),
            past=history["suspect"][rows], known=history["known"][rows], entered=entered, diverted=history["diverted"][rows] > 0,
            care=history["care"][rows], adult_on=self.adult_on[who],
        )  # fmt: skip
        self.course.suspicions.append(found)
        np.add.at(self.state.recent["suspect"], who, np.float32(1))
        self.state.met[who] = month
        for state, kept in ((self.state.diverted_from, found.diverts), (self.state.entered_from, found.enters)):
            np.minimum.at(state, who[kept], month_of(found.disposal_day[kept]).astype(np.int32) + 1)

    def _start_spells(self, name: str, month: int, lo: int, rate: Floats) -> None:
        rows = np.flatnonzero(self.rng.random(len(rate), dtype=np.float32) < rate)
        mean = 30.0 if name == "care" else 6.5
        length = 1 + self.rng.exponential(mean, len(rows)).astype(np.int64)
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
            self.state.absence[who] = (sick + truant > 0.10).astype(np.float32)
