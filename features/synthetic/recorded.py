"""Who a child is, as a partner's system writes it: misspelt, swapped, under another surname, with a wrong birthday."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import Ints
from features.synthetic.defects import USUAL, Defects
from features.synthetic.name_pools import TRADITIONS, Texts
from features.synthetic.names import FAMILIAR, misspell, without_accents
from features.synthetic.population import Children

Bools = NDArray[np.bool_]


def typed_names(
    rng: np.random.Generator, children: Children, child: Ints, again: Bools | None = None, defects: Defects = USUAL
) -> tuple[Texts, Texts]:
    """Forenames and surnames as typed outside school, one a record of ``child``, without accents.

    ``again`` marks records opened although there was one. Names of other than British and Irish traditions are
    misspelt more often, so linkage errs more often for those children: audits should be able to see it.
    """
    twice = np.zeros(len(child), dtype=bool) if again is None else again
    family = children.family[child]
    other = children.families.other_surname[family]
    uses_other = (other != "").astype(bool) & (rng.random(len(child)) < defects.other_surname_used)
    forename, surname = children.forename[child], np.where(uses_other, other, children.surname[child])
    familiar = np.array([name in FAMILIAR for name in TRADITIONS])[children.families.tradition[family]]
    share = np.where(twice, defects.misspelt_again, defects.misspelt) * np.where(familiar, 1, defects.unfamiliar_times)
    for names in (forename, surname):
        for row in np.flatnonzero(rng.random(len(child)) < share):
            names[row] = misspell(names[row], int(rng.integers(0, 400)))
        for row in np.flatnonzero(~familiar):
            names[row] = without_accents(names[row])
    swapped = rng.random(len(child)) < np.where(twice, defects.swapped_again, defects.swapped)
    forename[swapped], surname[swapped] = surname[swapped], forename[swapped]
    return forename, surname


def typed_births(rng: np.random.Generator, born: Ints, again: Bools | None = None, defects: Defects = USUAL) -> Ints:
    """Dates of birth as stated or typed: 1 January where only the year is known, made up, or mistyped."""
    twice = np.zeros(len(born), dtype=bool) if again is None else again
    date = born.astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    roll = rng.random(len(born))
    shares = [
        np.where(twice, getattr(defects, f"{name}_again"), getattr(defects, name))
        for name in ("born_on_1_january", "false_birth", "mistyped_birth")
    ]
    reached = np.cumsum(shares, axis=0)
    only_year = year.astype("datetime64[D]").astype(np.int64)
    made_up = born + rng.choice((-3, -2, -1, 1, 2), len(born)) * 365 + rng.integers(-120, 120, len(born))
    return np.select(
        [roll < reached[0], roll < reached[1], roll < reached[2]],
        [only_year, made_up, _mistyped(rng, born)],
        born,
    ).astype(np.int64)


def _mistyped(rng: np.random.Generator, born: Ints) -> Ints:
    """Day and month exchanged where both read as a month; else another day of the month's or the next figure."""
    date = born.astype("datetime64[D]")
    month_start = date.astype("datetime64[M]")
    day = (date - month_start.astype("datetime64[D]")).astype(np.int64)
    year = date.astype("datetime64[Y]")
    month = (month_start - year.astype("datetime64[M]")).astype(np.int64)
    exchanged = (year.astype("datetime64[M]") + day).astype("datetime64[D]").astype(np.int64) + month
    slipped = born + rng.choice((-10, -2, -1, 1, 2, 10), len(born))
    return np.where((day < 12) & (day != month) & (rng.random(len(born)) < 0.6), exchanged, slipped)
