"""What the fidelity report is worked out from, counted in one community of a world: numbers that add up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import LAST_YEAR, MINUTES_A_DAY, YEAR, Ints, birthday
from features.synthetic.counting import (
    SERIOUS,
    YEARS,
    Counts,
    World,
    aged_10_17,
    between,
    cusp,
    first_entries,
    met,
    open_in,
    people,
    year_start,
)
from features.synthetic.plain_ranking import found_in_first_places

GROUPS = "WMABO"
RECENT = (2021, 2025)
"""First and last year of figures given for now."""
CUSP_YEARS = (2024, 2025)
"""Whose first days the cusp cohort is looked at on; two, because some 160 of a cohort enter in a year."""
DELAYS = (0, 1, 3, 7, 14, 30, 60, 120, 300)
FINANCIAL_YEAR = (year_start(2018) + 90, year_start(2019) + 90)
"""April 2018 to March 2019."""
LOCKED_DOWN = {
    "then": (year_start(2020) + 91, 61),
    "before": (year_start(2019) + 90, 61),
    "after": (year_start(2022) + 90, 61),
}
"""First day and number of days of April and May in the lockdown, the year before, and two years later."""
BORN_IN = (2006, 2007)
"""Years of birth followed from 10 to 17 within the world."""
Numbers = list[float] | NDArray[np.float64] | Ints


def report_counts(world: World) -> Counts:
    """Everything counted, by name."""
    parts = (_entries(world), _entrants(world), _cusp(world), _police(world), _lives_met(world), _services(world),
             _lockdown(world), _records(world))  # fmt: skip
    return {name: np.asarray(numbers, dtype=np.float64) for part in parts for name, numbers in part}


def _entries(world: World) -> Iterator[tuple[str, Numbers]]:
    """By council, for each year: first entries, and children aged 10-17 in the middle of it."""
    child, day = first_entries(world.cases)
    codes, authority = world.areas.authority_codes, world.areas.authority
    council = authority[world.children.area_on(child, day)]
    entered, aged = (np.zeros((len(codes), len(YEARS))) for _ in range(2))
    for at, year in enumerate(YEARS):
        lo, hi = year_start(year), year_start(year + 1)
        there = np.flatnonzero(aged_10_17(world.children, (lo + hi) // 2))
        lives_in = authority[world.children.area_on(there, np.full(len(there), (lo + hi) // 2))]
        entered[:, at] = np.bincount(council[between(day, lo, hi)], minlength=len(codes))
        aged[:, at] = np.bincount(lives_in, minlength=len(codes))
    for number, code in enumerate(codes):
        yield f"entered.{code}", entered[number]
        yield f"aged.{code}", aged[number]


def _entrants(world: World) -> Iterator[tuple[str, Numbers]]:
    child, day = first_entries(world.cases)
    age = ((day - world.children.born[child]) // YEAR).astype(np.int64)
    lo, hi = year_start(RECENT[0]), year_start(RECENT[1] + 1)
    yield "aged_now", [aged_10_17(world.children, year_start(2023)).sum()]
    yield "entrants", [len(child)]
    yield "entrants_male", [world.children.male[child].sum()]
    yield "entry_age", np.bincount(age, minlength=18)[:18]
    yield "entered_now", [between(day, lo, hi).sum()]
    yield (
        "entered_2018_19",
        [between(day, *FINANCIAL_YEAR).sum(), aged_10_17(world.children, year_start(2018) + 273).sum()],
    )
    yield "again", _again(world, child, day)


def _again(world: World, child: Ints, day: Ints) -> list[float]:
    """Of first entrants until a year before the end, those with another caution or sentence within a year; and all."""
    entering = world.cases.rows(np.flatnonzero(world.cases.enters))
    first = np.full(len(world.children), -1)
    first[child] = day
    since = entering.disposal_day - first[entering.child]
    again = np.unique(entering.child[(since > 0) & (since < 366)])
    followed = child[(day < year_start(LAST_YEAR)) & (day + 366 < birthday(world.children.born[child], 18.0))]
    return [np.isin(followed, again).sum(), len(followed)]


def _cusp(world: World) -> Iterator[tuple[str, Numbers]]:
    child, day = first_entries(world.cases)
    found = np.zeros(3)
    for year in CUSP_YEARS:
        start = year_start(year)
        on_cusp = np.flatnonzero(cusp(world, start))
        entering = np.isin(on_cusp, child[between(day, start, year_start(year + 1))]).sum()
        found += (len(on_cusp), entering, aged_10_17(world.children, start).sum())
    yield "cusp", found
    yield "first_places", found_in_first_places(world, *CUSP_YEARS)


def _police(world: World) -> Iterator[tuple[str, Numbers]]:
    lo, hi = year_start(RECENT[0]), year_start(RECENT[1] + 1)
    recorded = {name: contact.recorded // MINUTES_A_DAY for name, contact in world.contacts.items()}
    searched, homes = world.contacts["stop_search"], world.contacts["da_incident"].child
    ended = np.asarray(searched.columns["outcome"].to_numpy(zero_copy_only=False))
    letter = world.children.letter()
    yield "arrests", [between(recorded["custody"], lo, hi).sum()]
    yield "searches", [between(recorded["stop_search"], lo, hi).sum()]
    yield "searches_ended", [(ended == "NFA").sum(), len(ended)]
    yield "searches_of", [(letter[searched.child] == group).sum() for group in GROUPS]
    yield "children_of", [(letter == group).sum() for group in GROUPS]
    yield "homes", [people(homes, recorded["da_incident"], year_start(2025), hi)]
    serious = np.isin(world.suspicions.offence, SERIOUS) & world.suspicions.arrested
    yield "serious_male", [world.children.male[np.unique(world.suspicions.child[serious])].sum()]
    yield "serious", [len(np.unique(world.suspicions.child[serious]))]


def _lives_met(world: World) -> Iterator[tuple[str, Numbers]]:
    """Who police met: in a year, ever, and as a suspect or to search them before 17."""
    start = year_start(2024)
    yield "met", [people(*met(world), start, start + 365), aged_10_17(world.children, start + 182).sum()]
    letter, ever = world.children.letter(), np.unique(met(world, homes=True)[0])
    yield "ever_met_of", [(letter[ever] == group).sum() for group in GROUPS]
    searched = world.contacts["stop_search"]
    child = np.concatenate([world.suspicions.child, searched.child])
    day = np.concatenate([world.suspicions.day, searched.recorded // MINUTES_A_DAY])
    born = world.children.born
    followed = between(born, year_start(BORN_IN[0]), year_start(BORN_IN[1] + 1))
    early = np.unique(child[day < birthday(born[child], 17.0)])
    yield "accused_by_17", [followed[early].sum(), followed.sum()]


def _services(world: World) -> Iterator[tuple[str, Numbers]]:
    hi, (child, day) = year_start(RECENT[1] + 1), world.suspended
    recent, fed = child[between(day, year_start(2023), hi)], world.children.free_meals
    yield "suspensions", [len(recent), fed[recent].sum()]
    yield "free_meals", [fed.sum(), len(fed)]
    yield "in_need", [open_in(world.needs, year_start(2025), hi)]
    at = year_start(2024)
    yield "in_care", [world.cares.on(at), aged_10_17(world.children, at).sum()]


def _lockdown(world: World) -> Iterator[tuple[str, Numbers]]:
    """April and May in the lockdown, the year before, and two years later."""
    kinds = {name: world.contacts[name].recorded // MINUTES_A_DAY for name in ("da_incident", "asb")}
    kinds |= {"crime": world.occurrences.began // MINUTES_A_DAY, "assaults": world.assaults}
    for name, day in kinds.items():
        yield f"lockdown.{name}", [between(day, first, first + days).sum() for first, days in LOCKED_DOWN.values()]


def _records(world: World) -> Iterator[tuple[str, Numbers]]:
    crimes, (child, unknown) = world.occurrences, world.undescribed
    delay = (crimes.recorded - crimes.ended) / MINUTES_A_DAY
    yield "delay", [(delay < limit + 1).sum() for limit in DELAYS]
    yield "crimes", [len(delay)]
    yield "unrecorded", list(world.unrecorded)
    entered = np.isin(child, first_entries(world.cases)[0])
    yield "undescribed", [unknown[entered].sum(), entered.sum()]
