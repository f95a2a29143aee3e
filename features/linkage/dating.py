"""Since when each number is known to be whose: a link found later never changes what an earlier date knew.

A person's identity is the number of theirs that was known first; it stays, whatever comes to light later. Where two
people turn out to be one, the numbers of the one known later move to the other on the day of the link, and not before:
their events are the earlier identity's until that day, and the remaining one's from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from features.linkage.clusters import Ids
from features.windows import had_a_past

ALWAYS = -1
"""A number belongs to its first identity from the beginning."""


class Belonging(NamedTuple):
    """``number`` belongs to the person named by ``identity`` from day ``since`` (ALWAYS) until ``until`` (None: still).

    Days since 1970. An event known by ``until`` is the earlier identity's on dates up to and including that day.
    """

    number: int
    identity: int
    since: int = ALWAYS
    until: int | None = None


def belongings(known_on: Ids, links: Iterable[tuple[int, int, int]]) -> list[Belonging]:
    """Whose each number was when. ``links`` are (day known, number, number); numbers come in order of precedence."""
    known, identity = known_on.tolist(), list(range(len(known_on)))
    groups: dict[int, list[int]] = {}
    since = [ALWAYS] * len(known)
    closed: list[Belonging] = []
    for day, first, second in sorted(links):
        one, other = identity[first], identity[second]
        if one == other:
            continue
        stays, goes = (one, other) if (known[one], one) < (known[other], other) else (other, one)
        moving = groups.pop(goes, [goes])
        for number in moving:
            if had_a_past(known[number], day) and had_a_past(since[number], day):
                closed.append(Belonging(number, identity[number], since[number], day))
                since[number] = day
            identity[number] = stays
        groups.setdefault(stays, [stays]).extend(moving)
    still = map(Belonging, range(len(known)), identity, since, repeat(None))
    return sorted([*closed, *still], key=itemgetter(0, 2))
