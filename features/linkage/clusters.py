"""From links to people: which numbers are one person, strongest evidence first, and never against a rule.

Splink's own clustering joins whatever is connected. Here two pupil numbers are never joined by likeness (twins are
alike in all but a forename), and what a person said is different stays apart, so links are taken one by one.
"""

from __future__ import annotations

from collections import defaultdict
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
        label = np.array(self._root, dtype=np.int64)
        while (label != label[label]).any():
            label = label[label]
        return label

    def with_pupil(self) -> NDArray[np.bool_]:
        """Of every number that is the smallest of its person's, whether they hold a pupil number."""
        return np.array(self._has_pupil, dtype=np.bool_)


def strongest_first(left: Ids, right: Ids, weight: Weights) -> Ids:
    """Positions of pairs in the order they are taken; ties by number, so that the order of rows never shows."""
    return np.lexsort((right, left, -weight))


def too_close_to_call(one: Ids, other: Ids, weight: Weights, pupil: NDArray[np.bool_], margin: float) -> set[Pair]:
    """Pairs of somebody without a pupil number with two pupils who fit about as well: within ``margin`` bits.

    ``one`` and ``other`` are people, in any order and as often as they are alike; ``pupil`` says of a person whether
    they hold a pupil number. Each pair comes back as (without, with).
    """
    mixed = pupil[one] != pupil[other]
    one, other, weight = one[mixed], other[mixed], weight[mixed]
    without, fits = np.where(pupil[one], other, one), np.where(pupil[one], one, other)
    order = np.lexsort((-weight, fits, without))
    without, fits, weight = without[order], fits[order], weight[order]
    likest = _first_of_each(without, fits)
    without, fits, weight = without[likest], fits[likest], weight[likest]
    order = np.lexsort((-weight, without))
    without, fits, weight = without[order], fits[order], weight[order]
    first = np.flatnonzero(_first_of_each(without))
    best, runs = weight[first], np.diff(np.append(first, len(without)))
    near = weight >= np.repeat(best, runs) - margin
    close = near & np.repeat(np.add.reduceat(near, first) > 1 if len(first) else near, runs)
    return set(zip(without[close].tolist(), fits[close].tolist(), strict=True))


def _first_of_each(*sorted_columns: Ids) -> NDArray[np.bool_]:
    """Which rows differ from the row before them; all columns are sorted together."""
    differs = np.ones(len(sorted_columns[0]), dtype=np.bool_)
    differs[1:] = np.any([column[1:] != column[:-1] for column in sorted_columns], axis=0)
    return differs
