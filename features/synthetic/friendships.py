"""Schools, and circles of friends within them: about five of a school year who are alike, whose troubles rub off.

A child goes to one of its own part of the council's schools, or now and then to another one. No partner's extract says
who is friends with whom; police see some of it, when friends are suspected of one thing together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.synthetic.areas import Areas
from features.synthetic.clock import YEAR, Floats, Ints

NEIGHBOURHOODS_A_SCHOOL = 3
"""Neighbouring groups of areas whose children mostly go to one school."""
ELSEWHERE = 0.2
"""Share of children at another school of their council."""
CIRCLE = 5
ALIKE = 1.2
"""How much friends are alike in what leads to trouble, against chance."""
SEPTEMBER = 243
"""Days from 1 January to the start of a school year, about."""


def schools(rng: np.random.Generator, areas: Areas, home: Ints) -> Ints:
    """The secondary school of each child, a number; ``home`` is the area each lives in at first."""
    _, neighbourhood = np.unique(areas.neighbourhood, return_inverse=True)
    council = np.zeros(int(neighbourhood.max()) + 1, dtype=np.int64)
    council[neighbourhood] = areas.authority
    within = np.arange(len(council)) - np.searchsorted(council, council)
    first = np.r_[0, np.cumsum(np.bincount(council) // NEIGHBOURHOODS_A_SCHOOL + 1)]
    near = first[council] + within // NEIGHBOURHOODS_A_SCHOOL
    count = np.bincount(council[np.unique(near, return_index=True)[1]], minlength=len(first) - 1)
    lives_in = areas.authority[home]
    other = first[lives_in] + np.floor(rng.random(len(home)) * count[lives_in]).astype(np.int64)
    return np.where(rng.random(len(home)) < ELSEWHERE, other, near[neighbourhood[home]])


def circles(rng: np.random.Generator, school: Ints, born: Ints, male: NDArray[np.bool_], leaning: Floats) -> Ints:
    """The circle of friends of each child, a number: the same school and school year, mostly one sex, alike in
    ``leaning`` (about standard normal)."""
    year = np.floor((born - SEPTEMBER) / YEAR).astype(np.int64)
    together = np.unique(np.stack([school, year]), axis=1, return_inverse=True)[1].ravel()
    order = np.lexsort((ALIKE * leaning + 0.8 * male + rng.standard_normal(len(born)), together))
    begins = np.searchsorted(together[order], together[order])
    place = (np.arange(len(born)) - begins) // CIRCLE
    found = np.empty(len(born), dtype=np.int64)
    found[order] = np.cumsum(np.r_[True, (np.diff(place) != 0) | (np.diff(together[order]) != 0)]) - 1
    return found


def around(circle: Ints, what: Floats) -> Floats:
    """For each child the mean of ``what`` over its friends, itself left out; 0 for a child alone.

    >>> around(np.array([0, 0, 0, 1]), np.array([1, 0, 2, 5], dtype=np.float32)).tolist()
    [1.0, 1.5, 0.5, 0.0]
    """
    others = np.maximum(np.bincount(circle) - 1, 1)[circle]
    return ((np.bincount(circle, what)[circle] - what) / others).astype(np.float32)
