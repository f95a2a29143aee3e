"""How hard this world is: what a plain regression on last year's contacts finds among the first 300 of a cusp cohort.

No pipeline and no tuning: it learns from the cohort of one 1 January who entered within the year, and ranks the next
one's. A world where this alone finds far more than published systems do would be too easy to learn anything from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from features.synthetic.areas import FULL_SIZE
from features.synthetic.clock import MINUTES_A_DAY, YEAR, Ints
from features.synthetic.counting import World, aged_10_17, between, cusp, first_entries, met, year_start

PLACES = 300
"""Of a world of full size; in proportion in others."""
LOOK_BACKS = (365, 3 * 365)
"""Days."""


def found_in_first_places(world: World, learn: int, rank: int) -> list[float]:
    """First entrants among the first places of the cohort of 1 January of ``rank``, and how many places those are;
    learned from the cohort of ``learn``. Nobody where too few entered to learn from."""
    (told, entered), (asked, enters) = _cohort(world, learn), _cohort(world, rank)
    places = round(PLACES * int(aged_10_17(world.children, year_start(rank)).sum()) / FULL_SIZE)
    if entered.sum() < 2 or entered.all() or not places:
        return [0.0, 0.0]
    scale = told.std(axis=0) + 1e-9
    score = LogisticRegression(C=0.1, max_iter=500).fit(told / scale, entered).decision_function(asked / scale)
    first = np.argsort(-score, kind="stable")[:places]
    return [float(enters[first].sum()), float(len(first))]


def _cohort(world: World, year: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What is known of each child on the cusp, ``(children, facts)``, and whether they enter within the year."""
    start = year_start(year)
    who = np.flatnonzero(cusp(world, start))
    child, day = first_entries(world.cases)
    entered = np.isin(who, child[between(day, start, year_start(year + 1))])
    facts = [(start - world.children.born[who]) / YEAR, world.children.male[who].astype(np.float64)]
    for happened in _contacts(world):
        facts += [np.log1p(_number(happened, start, back, len(world.children))[who]) for back in LOOK_BACKS]
    return np.stack(facts, axis=1), entered


def _contacts(world: World) -> list[tuple[Ints, Ints]]:
    suspected, arrested = world.suspicions, world.suspicions.arrested
    kinds = [(suspected.child, suspected.day), (suspected.child[arrested], suspected.day[arrested]), met(world)]
    kinds += [(c.child, c.recorded // MINUTES_A_DAY) for c in (world.contacts[n] for n in ("missing", "da_incident"))]
    return [*kinds, world.suspended]


def _number(happened: tuple[Ints, Ints], start: int, back: int, children: int) -> Ints:
    child, day = happened
    return np.bincount(child[between(day, start - back, start)], minlength=children)
