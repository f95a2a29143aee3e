"""Families and children: who lives where from when, what schools know, and the needs and strengths nobody records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features.synthetic.areas import Areas
from features.synthetic.clock import CENSUS_DAYS, CUT, FIRST_DAY, YEAR, Floats, Ints, birthday
from features.synthetic.defects import USUAL, Defects
from features.synthetic.friendships import circles, schools
from features.synthetic.name_pools import Texts
from features.synthetic.names import (
    ETHNIC_CODES,
    addresses,
    forenames,
    shuffled_numbers,
    surnames,
    tradition_of,
)
from features.windows import NEVER, days_since_epoch

FIRST_BORN, LAST_BORN = days_since_epoch(date(1998, 1, 18)), days_since_epoch(date(2016, 12, 31))
YEARS_BORN = (LAST_BORN - FIRST_BORN) / YEAR
_SIZES = (0.50, 0.34, 0.12, 0.04)

_GROUPS = {  # White, Mixed, Asian, Black, other: percent of children, rounded from Census 2021 and younger age
    "E06000057": (95.0, 1.8, 2.0, 0.6, 0.6), "E08000021": (70.0, 5.0, 16.0, 5.5, 3.5),
    "E08000022": (92.0, 2.8, 3.3, 1.0, 0.9), "E08000023": (91.5, 2.4, 4.0, 0.9, 1.2),
    "E08000024": (91.5, 2.0, 4.5, 1.3, 0.7), "E08000037": (89.5, 2.5, 3.5, 2.5, 2.0),
}  # fmt: skip
_ELSEWHERE = (88.0, 2.8, 5.6, 2.1, 1.5)
_WITHIN: dict[str, dict[str, float]] = {
    "W": {"W1": 96.5, "W2": 0.3, "W3": 0.3, "W9": 2.9},
    "M": {"M1": 22, "M2": 22, "M3": 31, "M9": 25},
    "A": {"A1": 22, "A2": 26, "A3": 28, "A4": 8, "A9": 16},
    "B": {"B1": 6, "B2": 80, "B9": 14},
    "O": {"O1": 10, "O2": 40, "O9": 50},
}


@dataclass(frozen=True)
class Families:
    """Households. Arrays have one row a family; ``home`` is ``(families, 2)``: before and after a move."""

    home: Ints
    moved_on: Ints
    arrived_on: Ints
    hardship: Floats
    ethnicity: Ints
    tradition: Ints
    """Whose names the family gives (position in ``name_pools.TRADITIONS``)."""
    surname: Texts
    other_surname: Texts
    """Another surname the children go by; empty for most."""
    address: NDArray[np.object_]
    convicted: NDArray[np.bool_]
    """Whether a parent was convicted while the children grew up."""
    uprn: Ints
    """The number of each home's property, as ``home``."""


@dataclass(frozen=True)
class Children:
    """Children in order of birth. Traits are about standard normal, in the population's own units."""

    born: Ints
    male: NDArray[np.bool_]
    family: Ints
    ethnicity: Ints
    forename: Texts
    families: Families
    send_at_first: Ints
    send_later: Ints
    send_changed_on: Ints
    free_meals: NDArray[np.bool_]
    hardship: Floats
    conduct: Floats
    bond: Floats
    adult: Floats
    peers: Floats
    sets_fires: NDArray[np.bool_]
    school: Ints
    circle: Ints
    """Who is friends with whom: those of one number (see ``friendships``)."""

    def __len__(self) -> int:
        return len(self.born)

    @property
    def surname(self) -> Texts:
        """The family's surname, one a child."""
        return self.families.surname[self.family]

    @property
    def adult_on(self) -> Ints:
        """The day from which nothing is decided of each child as a child: two days before the eighteenth birthday."""
        return birthday(self.born, 18.0) - 2

    def area_on(self, child: Ints, day: Ints) -> Ints:
        """Position of the area each child lives in on a day."""
        family = self.family[child]
        moved = (day >= self.families.moved_on[family]).astype(np.int64)
        return self.families.home[family, moved]

    def address_on(self, child: Ints, day: Ints) -> Texts:
        """The address each child lives at on a day."""
        family = self.family[child]
        moved = (day >= self.families.moved_on[family]).astype(np.int64)
        return self.families.address[family, moved]

    def uprn_on(self, child: Ints, day: Ints) -> Ints:
        """The number of the property each child lives in on a day."""
        family = self.family[child]
        moved = (day >= self.families.moved_on[family]).astype(np.int64)
        return self.families.uprn[family, moved]

    def letter(self) -> NDArray[np.str_]:
        """The first letter of the ethnic code: W, M, A, B or O."""
        return np.array([code[0] for code in ETHNIC_CODES])[self.ethnicity]


def make_children(rng: np.random.Generator, areas: Areas, aged_10_17: int, defects: Defects = USUAL) -> Children:
    """A population with about ``aged_10_17`` children aged 10-17 at any time from 2016 to 2025."""
    wanted = round(aged_10_17 * YEARS_BORN / 8)
    born, family = _births(rng, wanted)
    families = _make_families(rng, areas, int(family.max()) + 1, defects)
    male = rng.random(wanted) < 0.512
    ethnicity = families.ethnicity[family]
    hardship = (0.9 * families.hardship[family] + 0.44 * rng.standard_normal(wanted)).astype(np.float32)
    conduct, bond, adult, peers = _traits(rng, hardship, male)
    free = rng.random(wanted) < 1 / (1 + np.exp(-(-1.25 + 1.25 * families.hardship[family])))
    send, later, changed = _special_needs(rng, conduct, male, born)
    forename = forenames(rng, families.tradition[family], male)
    social = rng.spawn(1)[0]
    school = schools(social, areas, families.home[family, 0])
    circle = circles(social, school, born, male, peers)
    return Children(
        born, male, family, ethnicity, forename, families, send, later, changed, free,
        hardship, conduct, bond, adult, peers, rng.random(wanted) < _chance(-4.75 + 0.7 * conduct + 0.7 * male),
        school, circle,
    )  # fmt: skip


def _chance(log_odds: NDArray[np.floating]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-log_odds.astype(np.float64)))


def _births(rng: np.random.Generator, wanted: int) -> tuple[Ints, Ints]:
    """Birthdays in order and each child's family; siblings are 1 to 5 years apart, twins on one day."""
    count = int(wanted * 1.1) + 40
    size = 1 + rng.choice(4, count, p=_SIZES)
    first = rng.integers(FIRST_BORN - 8 * 365, LAST_BORN + 1, count)
    gap = rng.integers(400, 1800, (count, 4))
    gap[rng.random((count, 4)) < 0.016] = 0
    gap[:, 0] = 0
    born = first[:, None] + np.cumsum(gap, axis=1)
    real = (np.arange(4) < size[:, None]) & (born >= FIRST_BORN) & (born <= LAST_BORN)
    rows, places = np.nonzero(real)
    rows, places = rows[:wanted], places[:wanted]
    order = np.argsort(born[rows, places], kind="stable")
    _, family = np.unique(rows, return_inverse=True)
    return born[rows, places][order].astype(np.int64), family[order].astype(np.int64)


def _make_families(rng: np.random.Generator, areas: Areas, count: int, defects: Defects) -> Families:
    weight = areas.population / areas.population.sum()
    home = rng.choice(len(areas), (count, 2), p=weight)
    near = rng.random(count) < 0.6
    home[near, 1] = _another_in_authority(rng, areas, home[near, 0])
    moves = rng.random(count) < 0.20
    moved_on = np.where(moves, rng.integers(FIRST_DAY + 60, CUT, count), NEVER)
    arrives = ~moves & (rng.random(count) < 0.035)
    arrived_on = np.where(arrives, rng.integers(FIRST_DAY + 60, CENSUS_DAYS[-1] - 10, count), 0)
    hardship = (0.55 * areas.deprivation[home[:, 0]] + 0.84 * rng.standard_normal(count)).astype(np.float32)
    ethnicity = _ethnicities(rng, areas, home[:, 0])
    tradition = tradition_of(ethnicity, rng)
    council = np.array(areas.authority_codes, dtype=object)[areas.authority[home[:, 0]]]
    surname, other = (surnames(rng, tradition, council) for _ in range(2))
    other[rng.random(count) >= defects.two_surnames] = ""
    address = addresses(rng, home.ravel(), len(areas)).reshape(count, 2)
    uprn = shuffled_numbers(rng, 2 * count, 4_510_000_000).reshape(count, 2)
    convicted = rng.random(count) < _chance(-3.2 + 0.8 * hardship)
    return Families(
        home, moved_on, arrived_on, hardship, ethnicity, tradition, surname, other, address, convicted, uprn
    )


def _another_in_authority(rng: np.random.Generator, areas: Areas, home: Ints) -> Ints:
    """Another area of the same authority, by population."""
    found = home.copy()
    for number in range(len(areas.authority_codes)):
        here = np.flatnonzero(areas.authority == number)
        rows = np.flatnonzero(areas.authority[home] == number)
        weight = areas.population[here] + 1e-9
        found[rows] = here[rng.choice(len(here), len(rows), p=weight / weight.sum())]
    return found


def _ethnicities(rng: np.random.Generator, areas: Areas, home: Ints) -> Ints:
    found = np.zeros(len(home), dtype=np.int64)
    for number, code in enumerate(areas.authority_codes):
        groups = dict(zip("WMABO", _GROUPS.get(code, _ELSEWHERE), strict=True))
        share = np.array([groups[c[0]] * _WITHIN[c[0]].get(c, 0.0) / sum(_WITHIN[c[0]].values()) for c in ETHNIC_CODES])
        rows = np.flatnonzero(areas.authority[home] == number)
        found[rows] = rng.choice(len(ETHNIC_CODES), len(rows), p=share / share.sum())
    return found


def _traits(rng: np.random.Generator, hardship: Floats, male: NDArray[np.bool_]) -> tuple[Floats, ...]:
    """Conduct, bond with school, a trusted adult, and peers in trouble: needs and strengths, partly shared."""
    noise = rng.standard_normal((4, len(hardship)), dtype=np.float32)
    conduct = 0.30 * hardship + 0.92 * noise[0] + 0.30 * (male - np.float32(0.5))
    bond = -0.35 * conduct - 0.20 * hardship + 0.88 * noise[1]
    adult = -0.35 * hardship + 0.93 * noise[2]
    peers = 0.35 * conduct - 0.25 * adult + 0.12 * hardship + 0.85 * noise[3]
    return tuple(np.asarray(trait, dtype=np.float32) for trait in (conduct, bond, adult, peers))


def _special_needs(
    rng: np.random.Generator, conduct: Floats, male: NDArray[np.bool_], born: Ints
) -> tuple[Ints, Ints, Ints]:
    """Provision (0 none, 1 support, 2 EHCP) at first, later, and the day it changed (NEVER for most)."""
    score = 0.6 * conduct + 0.35 * male + rng.standard_normal(len(conduct)) * 0.9
    first = np.searchsorted(np.quantile(score, (0.83, 0.957)), score)
    changes = (rng.random(len(conduct)) < 0.07) & (first < 2)
    on = np.minimum(birthday(born, 9.0) + rng.integers(60, 2600, len(born)), CUT + 400)
    return first, np.where(changes, first + 1, first), np.where(changes, np.maximum(on, FIRST_DAY + 60), NEVER)
