"""One event into all it feeds: the compiled steps of ``features.compiled``, plain loops (numba, untyped too).

``c`` is the number of the event's variant, ``ago`` its days back from the date.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from features import windows
from features.layout import (
    BURST, DAYS, EMPTY_CELL, FARTHEST, FIRST, GAPS, IN_A_ROW, LARGEST, LAST, LONGEST, NEAREST, ONGOING, OVERLAP,
    SHORTEST, SMALLEST, SUM, SUM_T, SUM_TT, SUM_VV, VALUED,
)  # fmt: skip

NEVER = windows.NEVER
FIELDS_A_CELL = np.uintp(len(EMPTY_CELL))
ONE = np.uintp(1)
"""Unsigned: of an unsigned position, compiled code need not ask whether it counts from the end."""
DAYS_A_YEAR = 365.25

is_visible = njit(windows.is_visible)
_overlap_days = njit(windows.overlap_days)


@njit(inline="always")
def count(c, counts_from, counts, slots):
    """One event of class ``c`` into the counts it feeds."""
    for f in range(counts_from[c], counts_from[c + ONE]):
        slots[counts[f]] += 1.0


@njit(inline="always")
def add_to_cells(c, ago, value, gravity, cells_from, feeds_cells, cell_gravity, code_bit, cells, bits):
    """One event of class ``c`` into the cells it feeds."""
    for f in range(cells_from[c], cells_from[c + ONE]):
        m = feeds_cells[f]
        bits[m] |= code_bit[c]
        _add_to_cell(cells, m * FIELDS_A_CELL, ago, gravity if cell_gravity[m] else value)


@njit(inline="always")
def _add_to_cell(cells, at, ago, v):
    """One event into one cell. Events come latest first, so the first one written is the latest."""
    cells[at + NEAREST] = min(cells[at + NEAREST], ago)
    cells[at + FARTHEST] = ago
    if not np.isnan(v):
        if cells[at + VALUED] == 0:
            cells[at + LAST] = v
        cells[at + VALUED] += 1.0
        cells[at + SUM] += v
        cells[at + SMALLEST] = min(cells[at + SMALLEST], v)
        cells[at + LARGEST] = max(cells[at + LARGEST], v)
        cells[at + FIRST] = v


@njit(inline="always")
def add_to_coded(c, ago, coded_from, coded, level, cells):
    """One event of class ``c`` into the cells whose measure is a number its code stands for."""
    for f in range(coded_from[c], coded_from[c + ONE]):
        _add_to_cell(cells, coded[f] * FIELDS_A_CELL, ago, level[f])


@njit
def add_to_others(c, ago, value, gravity, happened, others_from, others, slot_gravity, operation, span, slots, seen):
    """One event of class ``c`` into the other slots it feeds: days it fell on, gaps between them, the sums of slopes.

    Events come latest first, so ``seen``, the last day met, is the next one in time.
    """
    for f in range(others_from[c], others_from[c + ONE]):
        s = others[f]
        o = operation[s]
        if o <= SUM_VV:
            v = gravity if slot_gravity[s] else value
            t = -ago / DAYS_A_YEAR
            if not np.isnan(v):
                slots[s] += v * v if o == SUM_VV else t if o == SUM_T else t * t if o == SUM_TT else t * v
        elif o == IN_A_ROW:
            if (ago - 1) // span[s] == slots[s]:
                slots[s] += 1.0
        elif o <= LONGEST and seen[s] != happened:
            _add_day(s, o, happened, slots, seen)


@njit(inline="always")
def _add_day(s, o, happened, slots, seen):
    """A day with an event into a slot of days or gaps; a gap is never 0, so 0 is none yet."""
    gap = 0 if seen[s] == -NEVER else seen[s] - happened
    seen[s] = happened
    if o == DAYS:
        slots[s] += 1.0
    elif o == GAPS:
        slots[s] += gap
    elif o == LONGEST:
        slots[s] = max(slots[s], gap)
    elif o == SHORTEST and gap > 0:
        slots[s] = gap if slots[s] == 0 else min(slots[s], gap)


@njit
def add_to_bursts(
    e, past, c, date, e_class, happened, available, withdrawn, others_from, others, operation, span, burst, takes, slots
):
    """The events of each burst that ``e`` begins: those like it, in the span of days from its own."""
    for f in range(others_from[c], others_from[c + ONE]):
        s = others[f]
        if operation[s] != BURST:
            continue
        count = 0
        later = e
        while later < past and happened[later] - happened[e] < span[s]:
            if takes[burst[s], e_class[later]] and is_visible(available[later], withdrawn[later], date):
                count += 1
            later += ONE
        slots[s] = max(slots[s], count)


@njit(inline="always")
def add_spells(
    begin, past, date, e_class, happened, ended, available, withdrawn, spells_from, spells, operation, first_spell,
    edges, covered, seen,
):  # fmt: skip
    """The days of each window that the spells begun before ``date`` cover, earliest first, no day counted twice."""
    for e in range(begin, past):
        c = e_class[e]
        for f in range(spells_from[c], spells_from[c + ONE]):
            s = spells[f]
            if not is_visible(available[e], withdrawn[e], date):
                continue
            if operation[s] == ONGOING and ended[e] > date:
                covered[s - first_spell, :] = 1.0
            elif operation[s] == OVERLAP:
                begins = max(happened[e], seen[s])
                for b in range(len(edges)):
                    covered[s - first_spell, b] += _overlap_days(begins, ended[e], date, edges[b])
                seen[s] = max(seen[s], ended[e])
