"""From links to people: which numbers are one person, strongest evidence first, and never against a rule.

Splink's own clustering joins whatever is connected. Here two pupil numbers are never joined by likeness (twins are
alike in all but a forename), and what a person said is different stays apart, so links are taken one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Weights = NDArray[np.float64]
Pair = tuple[int, int]


@dataclass
class People:
    """A union-find over numbers ``0 .. n-1`` that knows who holds a pupil number and who must stay apart."""

    pupil: NDArray[np.bool_]
    _root: list[int] = field(default_factory=list)
    _has_pupil: list[bool] = field(default_factory=list)
    _apart: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self._root = list(range(len(self.pupil)))
        self._has_pupil = self.pupil.tolist()

    def of(self, number: int) -> int:
        """The person a number belongs to, as the smallest of their numbers."""
        root = self._root
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    def keep_apart(self, first: int, second: int) -> None:
        """Never join these two again, however alike."""
        one, other = self.of(first), self.of(second)
        if one != other:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def may_join(self, first: int, second: int) -> bool:
        """Whether likeness may join them: not two pupils, and nobody said they are different."""
        one, other = self.of(first), self.of(second)
        return not (self._has_pupil[one] and self._has_pupil[other]) and other not in self._apart.get(one, ())

    def join(self, first: int, second: int) -> bool:
        """Join two numbers' people; whether they were two."""
        one, other = sorted((self.of(first), self.of(second)))
        if one == other:
            return False
        self._root[other] = one
        self._has_pupil[one] = self._has_pupil[one] or self._has_pupil[other]
        for enemy in self._apart.pop(other, ()):
            self._apart[enemy].discard(other)
            self._apart[enemy].add(one)
            self._apart[one].add(enemy)
        return True

    def labels(self) -> Ids:
        """The person of every number, as the smallest of their numbers."""
        return np.array([self.of(number) for number in range(len(self._root))], dtype=np.int64)

    def with_pupil(self, number: int) -> bool:
        """Whether a number's person holds a pupil number."""
        return self._has_pupil[self.of(number)]


def strongest_first(left: Ids, right: Ids, weight: Weights) -> Ids:
    """Positions of pairs in the order they are taken; ties by number, so that the order of rows never shows."""
    return np.lexsort((right, left, -weight))


def too_close_to_call(people: People, pairs: Sequence[tuple[int, int, float]], margin: float) -> set[Pair]:
    """Pairs of somebody without a pupil number with two pupils who fit about as well: within ``margin`` bits."""
    fits: dict[int, dict[int, float]] = defaultdict(dict)
    for left, right, weight in pairs:
        one, other = people.of(left), people.of(right)
        if people.with_pupil(one):
            one, other = other, one
        if people.with_pupil(one) or not people.with_pupil(other):
            continue
        fits[one][other] = max(weight, fits[one].get(other, weight))
    close = set()
    for one, found in fits.items():
        best, second = [*sorted(found.values(), reverse=True), -np.inf][:2]
        if best - second <= margin:
            close |= {(one, other) for other, weight in found.items() if weight >= best - margin}
    return close
