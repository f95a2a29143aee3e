"""Since when each number is known to be whose: a link found later never changes what an earlier date knew.

A person's identity is the number of theirs that was known first; it stays, whatever comes to light later. Where two
people turn out to be one, the numbers of the one known later move to the other on the day of the link, and not before:
their events are the earlier identity's until that day, and the remaining one's from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from features.linkage.clusters import Ids
from features.windows import had_a_past

ALWAYS = -1
"""A number belongs to its first identity from the beginning."""


@dataclass(frozen=True)
class Belonging:
    """``number`` belongs to the person named by ``identity`` from day ``since`` (ALWAYS) until ``until`` (None: still).

    Days since 1970. An event known by ``until`` is the earlier identity's on dates up to and including that day.
    """

    number: int
    identity: int
    since: int = ALWAYS
    until: int | None = None


def belongings(known_on: Ids, links: Iterable[tuple[int, int, int]]) -> list[Belonging]:
    """Whose each number was when. ``links`` are (day known, number, number); numbers come in order of precedence."""
    groups: dict[int, list[int]] = {}
    identity = np.arange(len(known_on)).tolist()
    since = [ALWAYS] * len(known_on)
    closed: list[Belonging] = []
    for day, first, second in sorted(links):
        stays, goes = sorted((identity[first], identity[second]), key=lambda number: (known_on[number], number))
        if stays == goes:
            continue
        moving = groups.pop(goes, [goes])
        for number in moving:
            if had_a_past(known_on[number], day) and had_a_past(since[number], day):
                closed.append(Belonging(number, identity[number], since[number], day))
                since[number] = day
            identity[number] = stays
        groups[stays] = groups.get(stays, [stays]) + moving
    still = [Belonging(number, identity[number], since[number]) for number in range(len(known_on))]
    return sorted([*closed, *still], key=lambda each: (each.number, each.since))
