"""How close the synthetic world comes to what is published: one figure each, and what its plots are drawn from.

Published figures are those of the project's domain reference. ``basis`` says how sure they are: ``found`` in a public
source, ``derived`` from such by arithmetic, or ``to be confirmed``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.synthetic.areas import Areas
from features.synthetic.clock import FIRST_YEAR, LAST_YEAR, MINUTES_A_DAY, YEAR, Ints, birthday
from features.synthetic.published import entrants
from features.synthetic.summary import World, cusp, first_entries, year_start

FOUND, DERIVED, UNSURE = "found", "derived", "to be confirmed"
RATES_WITHIN, ENTRANTS_WITHIN = 0.15, 0.20
"""How far a simulated rate may lie from the published one, as a share of it; yearly entrants of a council apart."""
RECENT = (2021, 2025)
"""First and last year of figures given for now."""


@dataclass(frozen=True)
class Fidelity:
    """One figure. ``published`` is a number or a range; ``ratio`` is to the number, or to the range's nearer end."""

    name: str
    published: tuple[float, float]
    simulated: float
    basis: str
    tolerance: float = RATES_WITHIN

    @property
    def ratio(self) -> float:
        """Simulated over published; 1 inside a range."""
        low, high = self.published
        return float(self.simulated / min(max(self.simulated, low), high))

    @property
    def within(self) -> bool:
        """Near enough: inside the range, or within the tolerance of a single figure."""
        low, high = self.published
        return abs(self.ratio - 1) <= (self.tolerance if low == high else 1e-9)


@dataclass(frozen=True)
class Curves:
    """What the plots show: first entries by age, entrants by council and year, contact by group, days of delay."""

    entries_by_age: dict[int, int]
    entrants_by_year: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]
    """By council: simulated and published rates per 100,000, from 2016 (not a number where none was published)."""
    contact_by_group: dict[str, float]
    delay_days: dict[str, tuple[float, ...]]
    """By kind of record: share recorded within 0, 1, 3, 7, 14, 30, 60, 120 and 300 days."""


CUSP_YEARS = (2024, 2025)
"""Whose first days the cusp cohort is looked at on; two, because some 160 of a cohort enter in a year."""
DELAYS = (0, 1, 3, 7, 14, 30, 60, 120, 300)


def compare(world: World, areas: Areas) -> tuple[Fidelity, ...]:
    """Every figure, in order."""
    return (*_entries(world, areas), *_police(world), *_services(world, areas), *_lockdown(world))


def _one(name: str, published: float, simulated: float, basis: str, tolerance: float = RATES_WITHIN) -> Fidelity:
    return Fidelity(name, (published, published), float(simulated), basis, tolerance)


def _aged(world: World, day: int) -> Ints:
    born = world.children.born
    return np.flatnonzero((birthday(born, 10.0) <= day) & (birthday(born, 18.0) > day))


def _years() -> tuple[float, float, float]:
    """The recent years: first day, day after the last, and how many."""
    return year_start(RECENT[0]), year_start(RECENT[1] + 1), RECENT[1] + 1 - RECENT[0]


def _entrant_rates(world: World, areas: Areas) -> NDArray[np.float64]:
    """First entries per 100,000 aged 10-17, ``(councils, years)``."""
    child, day = first_entries(world.cases)
    council = areas.authority[world.children.area_on(child, day)]
    rates = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        lo, hi = year_start(year), year_start(year + 1)
        there = _aged(world, (lo + hi) // 2)
        people = areas.authority[world.children.area_on(there, np.full(len(there), (lo + hi) // 2))]
        size = len(areas.authority_codes)
        counted = np.bincount(council[(day >= lo) & (day < hi)], minlength=size)
        rates.append(counted / np.maximum(np.bincount(people, minlength=size), 1) * 100_000)
    return np.stack(rates, axis=1)


def _entries(world: World, areas: Areas) -> Iterator[Fidelity]:
    rates = _entrant_rates(world, areas)
    for council, code in enumerate(areas.authority_codes):
        series = entrants(code, rates.shape[1])
        for at in np.flatnonzero(series.published):
            name = f"first_time_entrants_per_100000.{code}.{FIRST_YEAR + at}"
            yield _one(name, series.rates[at], rates[council, at], FOUND, ENTRANTS_WITHIN)
    child, day = first_entries(world.cases)
    age = ((day - world.children.born[child]) // YEAR).astype(np.int64)
    yield _one("first_time_entrants_male_share", 0.78, world.children.male[child].mean(), FOUND)
    yield Fidelity("first_time_entrants_peak_age", (15, 16), float(np.bincount(age, minlength=18)[:18].argmax()), FOUND)
    yield _one("entrants_disposed_again_within_a_year_share", 0.32, _again(world), FOUND)
    lo, hi, years = _years()
    recent = ((day >= lo) & (day < hi)).sum() / years / len(_aged(world, year_start(2023))) * 100_000
    yield Fidelity("first_time_entrants_per_100000.now", (150, 230), float(recent), UNSURE)
    cohorts, entering, aged = 0, 0, 0
    for year in CUSP_YEARS:
        on_cusp = np.flatnonzero(cusp(world, year_start(year)))
        entered = child[(day >= year_start(year)) & (day < year_start(year + 1))]
        cohorts, entering = cohorts + len(on_cusp), entering + int(np.isin(on_cusp, entered).sum())
        aged += len(_aged(world, year_start(year)))
    yield Fidelity("cusp_cohort_at_full_size", (10_000, 12_000), cohorts / aged * 127_247, DERIVED)
    yield Fidelity("cusp_base_rate", (0.017, 0.023), entering / max(cohorts, 1), DERIVED)


def _again(world: World) -> float:
    """Of first entrants until a year before the end, those with another caution or sentence within a year."""
    entering = world.cases.rows(np.flatnonzero(world.cases.enters))
    child, day = first_entries(world.cases)
    first = np.full(len(world.children), -1)
    first[child] = day
    since = entering.disposal_day - first[entering.child]
    again = np.unique(entering.child[(since > 0) & (since < 366)])
    followed = child[(day < year_start(LAST_YEAR)) & (day + 366 < birthday(world.children.born[child], 18.0))]
    return float(np.isin(followed, again).mean()) if len(followed) else float("nan")


def _police(world: World) -> Iterator[Fidelity]:
    lo, hi, years = _years()
    population = len(_aged(world, year_start(2023)))
    per = 1_000 / population / years
    searched, held = world.contacts["stop_search"], world.contacts["custody"]
    recent = {name: (c.recorded // MINUTES_A_DAY >= lo) & (c.recorded // MINUTES_A_DAY < hi)
              for name, c in world.contacts.items()}  # fmt: skip
    yield _one("arrests_per_1000", 10.0, recent["custody"][: len(held.child)].sum() * per, DERIVED)
    yield _one("searches_per_1000", 16.0, recent["stop_search"].sum() * per, DERIVED)
    ended = np.asarray(searched.columns["outcome"].to_numpy(zero_copy_only=False))
    yield _one("searches_with_no_further_action_share", 0.75, (ended == "NFA").mean(), FOUND)
    letter = world.children.letter()
    rate = {group: (letter[searched.child] == group).sum() / max((letter == group).sum(), 1) for group in "WMAB"}
    for group, ratio, basis in (("B", 2.6, DERIVED), ("A", 1.4, DERIVED), ("M", 9.9 / 5.9, FOUND)):
        yield _one(f"search_rate_ratio_to_white.{group}", ratio, rate[group] / max(rate["W"], 1e-12), basis)
    yield Fidelity("any_police_contact_in_a_year_share", (0.07, 0.10), _met(world, year_start(2024)), UNSURE)
    yield Fidelity("home_with_domestic_abuse_in_a_year_share", (0.04, 0.06), float(
        len(np.unique(world.contacts["da_incident"].child[recent["da_incident"]
            & (world.contacts["da_incident"].recorded // MINUTES_A_DAY >= year_start(2025))])) / population), UNSURE,
    )  # fmt: skip


def _met(world: World, start: int) -> float:
    """Share of 10-17s met by police in any role in the year from a day."""
    parts = [(world.roles.child, world.occurrences.began[world.roles.occurrence])]
    parts += [(c.child, c.recorded) for name, c in world.contacts.items() if name not in ("da_incident", "ppn")]
    met = np.unique(np.concatenate([
        child[(when // MINUTES_A_DAY >= start) & (when // MINUTES_A_DAY < start + 365)] for child, when in parts
    ]))  # fmt: skip
    return float(len(met) / len(_aged(world, start + 182)))


def _services(world: World, areas: Areas) -> Iterator[Fidelity]:
    hi = year_start(RECENT[1] + 1)
    kids, (child, day) = world.children, world.suspended
    population = len(_aged(world, year_start(2023)))
    recent = child[(day >= year_start(2023)) & (day < hi)]
    yield _one("suspensions_per_100_pupils", 11.3, len(recent) / 3 / (population * 0.75) * 100, FOUND)
    fed, share = kids.free_meals[recent].mean(), kids.free_meals.mean()
    yield _one("suspensions_ratio_free_school_meals", 4.0, fed / (1 - fed) * (1 - share) / share, FOUND)
    open_ = (world.needs.began < hi) & ((world.needs.ended == 0) | (world.needs.ended >= year_start(2025)))
    yield _one("children_in_need_in_a_year_share", 0.082, len(np.unique(world.needs.child[open_])) / population, FOUND)
    at = year_start(2024)
    in_care = (world.cares.began <= at) & ((world.cares.ended == 0) | (world.cares.ended > at))
    yield _one("looked_after_per_10000", 110.0, in_care.sum() / len(_aged(world, at)) * 10_000, UNSURE)


def _lockdown(world: World) -> Iterator[Fidelity]:
    """April and May 2020 against the same months a year earlier: below 1 where records fell, above where they rose."""
    began = world.occurrences.began // MINUTES_A_DAY
    home, asb = world.contacts["da_incident"], world.contacts["asb"]
    for name, day, published in (
        ("lockdown_ratio.recorded_crime", began, (0.0, 0.95)),
        ("lockdown_ratio.domestic_abuse", home.recorded // MINUTES_A_DAY, (1.02, 2.0)),
        ("lockdown_ratio.anti_social_behaviour", asb.recorded // MINUTES_A_DAY, (1.02, 2.5)),
    ):
        then, before = (((day >= s) & (day < s + 61)).sum() for s in (year_start(2020) + 91, year_start(2019) + 90))
        yield Fidelity(name, published, float(then / max(before, 1)), FOUND)


def curves(world: World, areas: Areas) -> Curves:
    """What the plots are drawn from."""
    child, day = first_entries(world.cases)
    age = ((day - world.children.born[child]) // YEAR).astype(np.int64)
    rates = _entrant_rates(world, areas)
    series = {code: entrants(code, rates.shape[1]) for code in areas.authority_codes}
    yearly = {
        code: (tuple(rates[at].round(1)), tuple(np.where(s.published, s.rates, np.nan).round(1)))
        for at, (code, s) in enumerate(series.items())
    }
    letter = world.children.letter()
    met = np.unique(np.concatenate([world.roles.child, *(c.child for c in world.contacts.values())]))
    groups = {"White": "W", "Mixed": "M", "Asian": "A", "Black": "B", "Other": "O"}
    ever = {name: float((letter[met] == g).sum() / max((letter == g).sum(), 1)) for name, g in groups.items()}
    crimes = world.occurrences
    delay = {"recorded crime": (crimes.recorded - crimes.ended) / MINUTES_A_DAY}
    shares = {name: tuple(float((d < limit + 1).mean()) for limit in DELAYS) for name, d in delay.items()}
    return Curves({a: int((age == a).sum()) for a in range(10, 18)}, yearly, ever, shares)
