"""What may be shown of a count of people. The one place that decides it; everything published asks here.

* A count of fewer than ``UNDER`` people is hidden. **Nought is hidden too**: an empty cell says something of everybody
  in its row ("none of the twelve ..."), and a reader who knows that hidden means "at least one" can solve for more.
* Nobody may get a hidden count back by subtraction. Two ways, for two kinds of table:

  - exact tables with totals (:func:`suppress`): more cells are hidden, the smallest first, until what is shown leaves
    every small cell at least ``UNDER`` possible values (secondary suppression);
  - large tables that share their totals with others (:func:`suppress_rounded`): every count is rounded, so that hardly
    ever a large group has to be hidden to protect a small one. The same limit holds in every sum, and for every small
    cell when all sums are solved together.

* A percentage is hidden when a count behind it is hidden, and is never shown finer than a whole percent.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

UNDER = 5
"""Counts of fewer people than this are hidden (an experiment may set more: ``audit.suppress_under``)."""
ROUND_TO = (5, 10)
"""Rounded counts are multiples of the first, or of a later one where that leaves more to show."""
FEWER = "fewer than {under}"
SUPPRESSED = "suppressed"

K = TypeVar("K", bound=Hashable)
Figures = NDArray[np.float64]


def show_count(count: float, under: int = UNDER) -> str:
    """An exact count that stands alone, in no sum with other published figures.

    >>> show_count(1234), show_count(3), show_count(0)
    ('1,234', 'fewer than 5', 'fewer than 5')
    """
    return FEWER.format(under=under) if round(count) < under else f"{round(count):,}"


def show_about(count: float, people: int | None = None, under: int = UNDER) -> str:
    """A rounded count that stands alone.

    ``people`` are the distinct people behind it, where one person may count more than once: they decide what is small.

    >>> show_about(1234), show_about(3), show_about(12, people=4)
    ('1,235', 'fewer than 5', 'fewer than 5')
    """
    if not may_show(count, people, under):
        return FEWER.format(under=under)
    return f"{_rounded(round(count), max(ROUND_TO[0], under)):,}"


def show_rate(rate: float, *behind: float, under: int = UNDER) -> float | None:
    """The rate to the whole percent, or None where one of the people counts behind it (the part, the rest) is small.

    >>> show_rate(0.3814, 20, 33), show_rate(0.3814, 2, 33)
    (0.38, None)
    """
    return None if math.isnan(rate) or any(round(count) < under for count in behind) else round(float(rate), 2)


def may_show(count: float, people: int | None = None, under: int = UNDER) -> bool:
    """Whether a count is large enough to be shown at all."""
    return min(round(count), round(count) if people is None else people) >= under


@dataclass(frozen=True)
class Sum(Generic[K]):
    """An addition a reader can make: ``total`` is the sum of ``parts``."""

    total: K
    parts: tuple[K, ...]


@dataclass(frozen=True)
class Shown(Generic[K]):
    """What of an exact table may be shown: the ``counts`` of some cells; the others are ``hidden``."""

    counts: Mapping[K, int]
    hidden: frozenset[K]

    def text(self, cell: K) -> str:
        """The count as printed: ``1,234`` or ``suppressed`` (which does not say whether it is small)."""
        return SUPPRESSED if cell in self.hidden else f"{self.counts[cell]:,}"

    def rate(self, value: float, *behind: K) -> float | None:
        """``value`` to the whole percent, or None where a count behind it is hidden."""
        return None if math.isnan(value) or self.hidden.intersection(behind) else round(float(value), 2)


def suppress(
    counts: Mapping[K, int], sums: Sequence[Sum[K]] = (), people: Mapping[K, int] | None = None, under: int = UNDER
) -> Shown[K]:
    """Which of ``counts`` (whole numbers, cells and totals alike) may be shown together, exactly.

    ``sums`` are all additions a reader can make; pass every table that shares a total together. ``people`` gives the
    distinct people behind a count, where one may count more than once.

    >>> shown = suppress({"Ash": 2, "Elm": 11, "Oak": 40, "all": 53}, [Sum("all", ("Ash", "Elm", "Oak"))])
    >>> [shown.text(tree) for tree in ("Ash", "Elm", "Oak", "all")]
    ['suppressed', 'suppressed', '40', '53']

    :raises ValueError: a sum does not add up, so the figures cannot all be true.
    """
    for addition in sums:
        if counts[addition.total] != sum(counts[part] for part in addition.parts):
            raise ValueError(f"the parts of {addition.total!r} do not add up to it")
    behind = counts if people is None else {**counts, **people}
    small = [cell for cell in counts if min(counts[cell], behind[cell]) < under]
    hidden = set(small)
    reader = _Reader(counts, sums, under)
    while exposed := reader.can_find(small, hidden):
        hidden.add(reader.next_to_hide(exposed[0], hidden))
    return Shown({cell: count for cell, count in counts.items() if cell not in hidden}, frozenset(hidden))


def suppress_rounded(
    counts: Mapping[K, int], sums: Sequence[Sum[K]], people: Mapping[K, int] | None = None, under: int = UNDER
) -> Shown[K]:
    """Like :func:`suppress`, with every count rounded: to 5, or to 10 where that leaves more to show.

    >>> shown = suppress_rounded({"Ash": 2, "Elm": 11, "Oak": 40, "all": 53}, [Sum("all", ("Ash", "Elm", "Oak"))])
    >>> [shown.text(tree) for tree in ("Ash", "Elm", "Oak", "all")]
    ['suppressed', '10', '40', '55']
    """
    attempts = [_hide_with_rounding(counts, sums, people or counts, under, max(to, under)) for to in ROUND_TO]
    return min(attempts, key=lambda shown: len(shown.hidden))


def _rounded(count: int, to: int) -> int:
    """To the nearest multiple, and never to 0: that is for nobody."""
    return max((count + to // 2) // to * to, to)


def _hide_with_rounding(
    counts: Mapping[K, int], sums: Sequence[Sum[K]], people: Mapping[K, int], under: int, to: int
) -> Shown[K]:
    small = [cell for cell in counts if min(counts[cell], people.get(cell, counts[cell])) < under]
    hidden = set(small)
    changed = True
    while changed:
        changed = False
        for addition in sums:
            shown = [cell for cell in (*addition.parts, addition.total) if cell not in hidden]
            if shown and len(shown) <= len(addition.parts) and _play(addition, counts, hidden, under, to) < under:
                hidden.add(min(shown, key=lambda cell: counts[cell]))
                changed = True
    reader = _Reader(counts, sums, under, to)
    while exposed := reader.can_find(small, hidden):
        hidden.add(reader.next_to_hide(exposed[0], hidden))
    return Shown({cell: _rounded(n, to) for cell, n in counts.items() if cell not in hidden}, frozenset(hidden))


def _play(addition: Sum[K], counts: Mapping[K, int], hidden: set[K], under: int, to: int) -> float:
    """How many values the hidden parts of a sum may add up to, for all that its rounded figures say."""
    if addition.total in hidden:
        return math.inf
    printed = {cell: _rounded(counts[cell], to) for cell in (*addition.parts, addition.total) if cell not in hidden}
    least = {cell: max(figure - to // 2, under) for cell, figure in printed.items()}
    most = {cell: figure - to // 2 + to - 1 for cell, figure in printed.items()}
    parts = [part for part in addition.parts if part not in hidden]
    smallest = max(least[addition.total] - sum(most[part] for part in parts), 0)
    return most[addition.total] - sum(least[part] for part in parts) - smallest + 1


class _Reader(Generic[K]):
    """Somebody who adds and subtracts everything published: whole-number programs of what is shown, rounded ``to``."""

    def __init__(self, counts: Mapping[K, int], sums: Sequence[Sum[K]], under: int, to: int = 1) -> None:
        self.counts, self.under = counts, under
        self.place = {cell: i for i, cell in enumerate(counts)}
        self.truth = np.array(list(counts.values()), float)
        least = np.array([_rounded(count, to) for count in counts.values()], float) - to // 2
        self.least, self.most = np.maximum(least, under), least + to - 1
        self.members = [{addition.total, *addition.parts} for addition in sums]
        self.additions = np.zeros((len(sums), len(counts)))
        for row, addition in zip(self.additions, sums, strict=True):
            row[[self.place[part] for part in addition.parts]] = 1.0
            row[self.place[addition.total]] = -1.0

    def can_find(self, small: Sequence[K], hidden: set[K]) -> list[K]:
        """The small cells with fewer than ``under`` possible values; each solution widens what is possible for all."""
        lowest, highest = self.truth.copy(), self.truth.copy()
        found = []
        for cell in small:
            at = self.place[cell]
            for direction in (-1.0, 1.0):
                if highest[at] - lowest[at] < self.under - 1:
                    solution = self._furthest(at, direction, hidden)
                    np.minimum(lowest, solution, out=lowest)
                    np.maximum(highest, solution, out=highest)
            if highest[at] - lowest[at] < self.under - 1:
                found.append(cell)
        return found

    def next_to_hide(self, exposed: K, hidden: set[K]) -> K:
        """The smallest shown count it is added with; failing that, the smallest in a sum with anything hidden."""
        beside = set[K]().union(*(member for member in self.members if exposed in member)) - hidden
        further = set[K]().union(*(member for member in self.members if member & hidden)) - hidden
        return min(beside or further, key=lambda cell: (self.counts[cell], self.place[cell]))

    def _furthest(self, at: int, direction: float, hidden: set[K]) -> Figures:
        """A table that fits all that is shown, with one cell as large (direction -1) or as small (1) as it can be."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        goal = np.zeros(len(self.truth))
        goal[at] = direction
        secret = np.array([cell in hidden for cell in self.counts])
        lower, upper = np.where(secret, 0.0, self.least), np.where(secret, np.inf, self.most)
        upper[at] = self.truth[at] + self.under
        relations = LinearConstraint(self.additions, 0.0, 0.0) if len(self.additions) else ()
        solved = milp(goal, integrality=np.ones(len(goal)), bounds=Bounds(lower, upper), constraints=relations)
        return self.truth if solved.x is None else np.round(solved.x)
