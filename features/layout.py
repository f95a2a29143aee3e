"""The few arrays the compiled kernel runs on, and what each place means: slots, cells, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.definition import Summary
from features.variants import Relabelling

COUNT, SUM_T, SUM_TT, SUM_TV, SUM_VV, DAYS, GAPS, SHORTEST, LONGEST, IN_A_ROW, BURST = range(11)
OVERLAP, ONGOING = range(11, 13)
LAST_ADDED = BURST
"""What a slot keeps. All but the last two are added to event by event (SUM_T, SUM_TT and SUM_TV are for slopes,
SUM_VV is the sum of squares, GAPS that of gaps); the last two are of spells, whose days in each window are known
beforehand."""

VALUED, SUM, SMALLEST, LARGEST, FIRST, LAST, NEAREST, FARTHEST = np.arange(8, dtype=np.uintp)
EMPTY_CELL = (0.0, 0.0, np.inf, -np.inf, np.nan, np.nan, np.inf, -np.inf)
"""What a cell keeps, all in one visit: events with the measure, its sum, extremes, first and last; days back. Beside it
lies a set of bits, one a code. (Unsigned, like every position here: compiled code need not ask if it counts back.)"""

READ_PLAIN, READ_NONZERO, READ_ANY, READ_VALUE, READ_DAYS, READ_CODES, READ_MEAN, READ_SLOPE = range(8)
WAYS = 8
"""How a feature is read: a slot as it is; missing if 0; and so on; a field of a cell if any event carries it. Mean gaps
and spreads are read as slopes are, from their slots."""

SLOTS: dict[Summary, tuple[int, ...]] = {
    Summary.COUNT: (COUNT,), Summary.ANY: (COUNT,), Summary.DISTINCT_DAYS: (DAYS,),
    Summary.OVERLAP_DAYS: (OVERLAP,), Summary.ONGOING: (ONGOING,), Summary.TREND: (SUM_T, SUM_TT, SUM_TV),
    Summary.SPREAD: (SUM_VV,),
    Summary.MEAN_GAP: (GAPS, DAYS), Summary.SHORTEST_GAP: (SHORTEST,), Summary.LONGEST_GAP: (LONGEST,),
    Summary.STREAK: (IN_A_ROW,), Summary.MOST_WITHIN: (BURST,),
}  # fmt: skip
"""The slots a summary is read from."""

FIELDS: dict[Summary, np.uintp] = {
    Summary.TOTAL: SUM, Summary.MEAN: SUM, Summary.SMALLEST: SMALLEST, Summary.LARGEST: LARGEST,
    Summary.FIRST_VALUE: FIRST, Summary.LAST_VALUE: LAST, Summary.DAYS_SINCE_FIRST: FARTHEST,
    Summary.DAYS_SINCE_LAST: NEAREST, Summary.TREND: SUM, Summary.SPREAD: SUM,
    Summary.DISTINCT_CODES: VALUED,
}  # fmt: skip
"""The field of a cell a summary is read from."""

READING = {
    Summary.ANY: READ_ANY,
    Summary.DISTINCT_CODES: READ_CODES,
    Summary.MEAN: READ_MEAN,
    Summary.TREND: READ_SLOPE,
    Summary.MEAN_GAP: READ_SLOPE,
    Summary.SPREAD: READ_SLOPE,
    Summary.DAYS_SINCE_FIRST: READ_DAYS,
    Summary.DAYS_SINCE_LAST: READ_DAYS,
} | {
    summary: READ_NONZERO
    for summary, slots in SLOTS.items()
    if len(slots) == 1 and summary not in (Summary.ANY, Summary.SPREAD)
}
"""Every other summary is READ_VALUE."""


class Feeds(NamedTuple):
    """What an event feeds, by the number of its variant: slots (sorted by operation) and cells.

    Variant ``c`` feeds the counts ``counts[counts_from[c]:counts_from[c + 1]]``; cells, other slots and spells alike.
    ``seldom[c]`` says that it feeds other slots or coded cells (those whose measure is the number of a code,
    ``level``), so that where nothing does, neither is looked at. A cell ``m`` uses gravity where ``cell_gravity[m]``, a
    slot where ``slot_gravity[s]``; ``span[s]`` is a slot's span of days; ``burst[s]`` the row of ``takes`` (bursts by
    variants) that says what a burst counts. Slots from ``first_spell`` on are of spells.
    """

    counts_from: NDArray[np.uint64]
    counts: NDArray[np.uint64]
    cells_from: NDArray[np.uint64]
    cells: NDArray[np.uint64]
    seldom: NDArray[np.bool_]
    others_from: NDArray[np.uint64]
    others: NDArray[np.uint64]
    coded_from: NDArray[np.uint64]
    coded: NDArray[np.uint64]
    level: NDArray[np.float64]
    spells_from: NDArray[np.uint64]
    spells: NDArray[np.uint64]
    code_bit: NDArray[np.int64]
    operation: NDArray[np.int32]
    slot_gravity: NDArray[np.bool_]
    span: NDArray[np.int64]
    burst: NDArray[np.int64]
    takes: NDArray[np.bool_]
    cell_gravity: NDArray[np.bool_]
    first_spell: int


class Reading(NamedTuple):
    """How features are read, in order of their window's edge (days back, nearest first), then of their way.

    The features of ``edges[b]`` and way ``w`` are those from ``starts[b * WAYS + w]`` to the next start. Feature ``f``
    is at ``at[f]``: a slot, or a place in the flat cells, and then of the cell ``cell[f]``; ``slope[f]`` are the slots
    of a slope, a mean gap or a spread; ``missing[f]`` stands for nothing.
    """

    edges: NDArray[np.int64]
    starts: NDArray[np.uint64]
    at: NDArray[np.uint64]
    cell: NDArray[np.uint64]
    slope: NDArray[np.uint64]
    missing: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What the kernel needs. Feature ``names[n]`` is the ``place_of[n]``-th it reads.

    ``relabelling`` is None where events need no other number than their class. ``used`` are the classes that feed
    something, by circle (0 is the person's own): the rest need not be read.
    """

    names: tuple[str, ...]
    place_of: NDArray[np.intp]
    feeds: Feeds
    reading: Reading
    relabelling: Relabelling | None
    used: tuple[tuple[int, ...], ...]

    @property
    def event_columns(self) -> tuple[str, ...]:
        """The event columns the kernel reads for this plan; the rest need not be there."""
        has_spells = self.feeds.first_spell < len(self.feeds.operation)
        has_gravity = bool(self.feeds.cell_gravity.any() or self.feeds.slot_gravity.any())
        return (
            "person", "class_id", "happened_on", "available_on", "withdrawn_on", "value",
            *(("ended_on",) if has_spells or self.relabelling is not None else ()),
            *(("gravity",) if has_gravity else ()),
            *(("circle",) if self.needs_circle else ()),
        )  # fmt: skip

    @property
    def needs_birth_month(self) -> bool:
        """Whether rows must have ``birth_month``: a feature looks back to a birthday."""
        return self.relabelling is not None and bool(self.relabelling.ages)

    @property
    def needs_circle(self) -> bool:
        """Whether events must have ``circle``: a feature looks at others' events."""
        return self.relabelling is not None and bool(self.relabelling.circles)
