"""Who was in it together: friends, or neighbours, suspected in one month share occurrences; some victims are theirs."""

from __future__ import annotations

import numpy as np

from features.events import OFFENCE_GROUPS
from features.synthetic.areas import Areas
from features.synthetic.clock import Floats, Ints, month_of
from features.synthetic.decisions import Suspicions
from features.synthetic.population import Children

_VICTIM_GROUPS = ("violence_with_injury", "violence_without_injury", "sexual", "robbery", "theft")
_WITH_VICTIMS = np.array([OFFENCE_GROUPS.index(name) for name in _VICTIM_GROUPS])


FRIENDS_JOIN, NEIGHBOURS_JOIN = 0.8, 0.35
"""How often two suspicions of friends, or of neighbours, in one month are of one occurrence."""


def group_suspects(rng: np.random.Generator, children: Children, areas: Areas, found: Suspicions) -> Ints:
    """Which occurrence each suspicion belongs to (0, 1, 2 ...): some share a friend's or a neighbour's, same month."""
    month = month_of(found.day) * 100_000_000
    friends = _joined(rng, month + children.circle[found.child], found.child, FRIENDS_JOIN)
    _, lead = np.unique(friends, return_index=True)
    place = areas.neighbourhood[children.area_on(found.child[lead], found.day[lead])]
    alone = np.bincount(friends) == 1
    neighbours = _joined(rng, month[lead] + place, found.child[lead], np.where(alone, NEIGHBOURS_JOIN, 0.0))
    return neighbours[friends]


def _joined(rng: np.random.Generator, key: Ints, child: Ints, chance: float | Floats) -> Ints:
    """Groups (0, 1, 2 ...) of rows of one key: each row joins the one before with some chance, if of another child."""
    order = np.lexsort((rng.random(len(key)), key))
    same = np.zeros(len(key), dtype=bool)
    same[1:] = (key[order][1:] == key[order][:-1]) & (child[order][1:] != child[order][:-1])
    joined = same & (rng.random(len(key)) < (chance if isinstance(chance, float) else chance[order]))
    group = np.empty(len(key), dtype=np.int64)
    group[order] = np.cumsum(~joined) - 1
    return group


def share_occurrence(found: Suspicions, group: Ints, adult_on: Ints) -> Suspicions:
    """The same suspicions, with one day and offence to an occurrence; later dates stay after it."""
    _, first = np.unique(group, return_index=True)
    lead = first[group]
    ended = np.maximum(found.outcome_day, found.day[lead] + 1)
    latest = np.minimum(np.maximum(found.disposal_day, ended), adult_on[found.child] - 1)
    disposed = np.where(found.disposal_day > 0, np.maximum(latest, found.day[lead]), 0)
    return Suspicions(
        found.child, found.day[lead], found.offence[lead], found.gravity, found.arrested, found.outcome,
        ended, found.disposal, disposed, found.chance,
    )  # fmt: skip


def attach_victims(
    rng: np.random.Generator, children: Children, areas: Areas, found: Suspicions, first: Ints, child: Ints, day: Ints
) -> Ints:
    """The suspects' occurrence each victim belongs to, or -1: a third share one in their neighbourhood and month."""
    suited = np.flatnonzero(np.isin(found.offence[first], _WITH_VICTIMS))
    at = first[suited]
    key = month_of(found.day[at]) * 1_000_000 + areas.neighbourhood[children.area_on(found.child[at], found.day[at])]
    order = np.argsort(key, kind="stable")
    wanted = month_of(day) * 1_000_000 + areas.neighbourhood[children.area_on(child, day)]
    lo, hi = (np.searchsorted(key[order], wanted, side=side) for side in ("left", "right"))
    picked = lo + np.floor(rng.random(len(child)) * (hi - lo)).astype(np.int64)
    joins = (hi > lo) & (rng.random(len(child)) < 0.7)
    attached = np.full(len(child), -1, dtype=np.int64)
    attached[joins] = suited[order[picked[joins]]]
    return attached
