"""The kernel's compiled inner loops (numba): plain loops over plain arrays, no Python objects, no lock held.

Left untyped for the checker: numba infers the types from the arrays ``features.kernel`` passes in. Dates are whole
days since 1970; the rules of time are those of ``features.windows``, compiled.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numba import config, njit

from features import windows
from features.adding import (
    FIELDS_A_CELL, ONE, add_spells, add_to_bursts, add_to_cells, add_to_coded, add_to_others, count, is_visible,
)  # fmt: skip
from features.layout import (
    EMPTY_CELL, GAPS, READ_ANY, READ_CODES, READ_DAYS, READ_MEAN, READ_NONZERO, READ_PLAIN, READ_SLOPE, READ_VALUE,
    SUM_VV, VALUED, WAYS,
)  # fmt: skip
from features.workspace import digest, digest_file

NEVER = windows.NEVER
LEAST_SPREAD = 1e-9
"""Below this, in squared years, all dates are one date (a single day apart is 7.5e-6)."""
ROUNDING = 1e-13
"""Squares that differ by less than this share of their size differ by rounding only."""

_HERE = Path(__file__).parent
_OLD_CACHE = config.CACHE_DIR
if os.access(_HERE, os.W_OK):
    # numba looks only at this file when it decides whether compiled code is stale; the rules it compiles live elsewhere
    _SOURCES = [digest_file(_HERE / name) for name in ("compiled.py", "adding.py", "layout.py", "windows.py")]
    config.CACHE_DIR = str(_HERE / "__pycache__" / f"compiled-{digest(_SOURCES)}")

_days_back = njit(windows.days_back)
_in_look_back = njit(windows.in_look_back)


@njit(nogil=True, cache=True)
def is_sorted(person, happened):
    for e in range(1, len(person)):
        if person[e] < person[e - 1] or (person[e] == person[e - 1] and happened[e] < happened[e - 1]):
            return False
    return True


@njit(nogil=True, cache=True)
def rows(events, person, as_of, first, last, feeds, reading, out):
    """Fill ``out[:, first:last]``: for each row, back in time from its date, stopping at every window's edge to read.

    Arrays are taken out of their tuples once, here: taken out in the loops, each would be counted in and out again.
    """
    if first >= last:
        return
    (e_person, e_class, happened, ended, available, withdrawn, value, gravity) = events
    (counts_from, counts, cells_from, feeds_cells, seldom, others_from, others, coded_from, coded, level, spells_from,
     spells, code_bit, operation, slot_gravity, span, burst, takes, cell_gravity, first_spell) = feeds  # fmt: skip
    edges, starts, at, cell, slope, missing = reading
    slots = np.empty(len(operation))
    seen = np.empty(len(operation), np.int64)
    cells = np.empty(len(cell_gravity) * FIELDS_A_CELL)
    bits = np.empty(len(cell_gravity), np.int64)
    covered = np.empty((len(operation) - first_spell, len(edges)))
    begin = end = past = np.uintp(np.searchsorted(e_person, person[first]))
    for row in range(first, last):
        date = as_of[row]
        if row == first or person[row] != person[row - 1]:
            begin, end = _events_of(e_person, end, person[row])
            past = begin
        past = _past_until(happened, begin, past, end, date)
        _clear(slots, seen, cells, bits, covered)
        if len(covered):
            add_spells(begin, past, date, e_class, happened, ended, available, withdrawn, spells_from, spells,
                        operation, first_spell, edges, covered, seen)  # fmt: skip
        e = past
        for b in range(len(edges)):
            while e > begin:
                ago = _days_back(happened[e - ONE], date)
                if not _in_look_back(ago, edges[b]):
                    break
                e -= ONE
                if is_visible(available[e], withdrawn[e], date):
                    c, v, g, day = e_class[e], value[e], gravity[e], happened[e]
                    count(c, counts_from, counts, slots)
                    add_to_cells(c, ago, v, g, cells_from, feeds_cells, cell_gravity, code_bit, cells, bits)
                    if seldom[c]:
                        add_to_others(c, ago, v, g, day, others_from, others, slot_gravity, operation, span, slots,
                                       seen)  # fmt: skip
                        add_to_coded(c, ago, coded_from, coded, level, cells)
                        if len(takes):
                            add_to_bursts(e, past, c, date, e_class, happened, available, withdrawn, others_from,
                                           others, operation, span, burst, takes, slots)  # fmt: skip
            for s in range(len(covered)):
                slots[first_spell + s] = covered[s, b]
            _read_slots(row, b * WAYS, slots, starts, at, missing, out)
            _read_cells(row, b * WAYS, slots, cells, bits, operation, starts, at, cell, slope, missing, out)


@njit(inline="always")
def _events_of(people, start, person):
    """Where a person's events begin and end; they lie at ``start`` or after."""
    while start < len(people) and people[start] < person:
        start += ONE
    end = start
    while end < len(people) and people[end] == person:
        end += ONE
    return start, end


@njit(inline="always")
def _past_until(happened, begin, past, end, date):
    """Where the events before ``date`` end, looked for from ``past``: dates of one person mostly follow each other."""
    while past < end and _days_back(happened[past], date) > 0:
        past += ONE
    while past > begin and _days_back(happened[past - ONE], date) <= 0:
        past -= ONE
    return past


@njit(inline="always")
def _clear(slots, seen, cells, bits, covered):
    """Everything as before the first event of a row."""
    slots[:] = 0.0
    seen[:] = -NEVER
    bits[:] = 0
    covered[:] = 0.0
    for at in range(len(cells)):
        cells[at] = EMPTY_CELL[at % len(EMPTY_CELL)]


@njit(inline="always")
def _those(starts, window, way):
    """The features read at one window's edge in one way."""
    return range(starts[window + way], starts[window + way + 1])


@njit(inline="always")
def _read_slots(row, window, slots, starts, at, missing, out):
    """The features of one window that slots keep, one way of reading after another."""
    for f in _those(starts, window, READ_PLAIN):
        out[f, row] = slots[at[f]]
    for f in _those(starts, window, READ_NONZERO):
        out[f, row] = missing[f] if slots[at[f]] == 0 else slots[at[f]]
    for f in _those(starts, window, READ_ANY):
        out[f, row] = 1.0 if slots[at[f]] > 0 else 0.0


@njit(inline="always")
def _read_cells(row, window, slots, cells, bits, operation, starts, at, cell, slope, missing, out):
    """The features of one window that cells keep, likewise."""
    for f in _those(starts, window, READ_VALUE):
        out[f, row] = missing[f] if cells[cell[f] * FIELDS_A_CELL + VALUED] == 0 else cells[at[f]]
    for f in _those(starts, window, READ_DAYS):
        out[f, row] = missing[f] if np.isinf(cells[at[f]]) else cells[at[f]]
    for f in _those(starts, window, READ_CODES):
        codes = _ones(bits[cell[f]])
        out[f, row] = missing[f] if codes == 0 else codes
    for f in _those(starts, window, READ_MEAN):
        valued = cells[cell[f] * FIELDS_A_CELL + VALUED]
        out[f, row] = missing[f] if valued == 0 else cells[at[f]] / valued
    for f in _those(starts, window, READ_SLOPE):
        if operation[slope[f][0]] == GAPS:
            out[f, row] = _mean_gap(slots, slope[f], missing[f])
            continue
        if operation[slope[f][0]] == SUM_VV:
            out[f, row] = _spread(cells[cell[f] * FIELDS_A_CELL + VALUED], cells[at[f]], slots[slope[f][0]], missing[f])
            continue
        out[f, row] = _slope(cells[cell[f] * FIELDS_A_CELL + VALUED], cells[at[f]], slots, slope[f], missing[f])


@njit
def _slope(n, total, sums, slot, otherwise):
    """Least-squares slope of the measure per year; needs two dates apart."""
    sum_t = sums[slot[0]]
    spread = n * sums[slot[1]] - sum_t * sum_t
    if n < 2 or spread <= LEAST_SPREAD:
        return otherwise
    return (n * sums[slot[2]] - sum_t * total) / spread


@njit
def _spread(n, total, squares, otherwise):
    """Sample standard deviation, from a sum and a sum of squares; needs two numbers."""
    if n < 2:
        return otherwise
    above = n * squares - total * total
    return 0.0 if above <= ROUNDING * n * squares else np.sqrt(above / (n * (n - 1)))


@njit
def _mean_gap(slots, slot, otherwise):
    """Days from the first day with an event to the last, over the gaps between; needs two days."""
    days = slots[slot[1]]
    return otherwise if days < 2 else slots[slot[0]] / (days - 1)


@njit
def _ones(word):
    """How many bits are set."""
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count


config.CACHE_DIR = _OLD_CACHE
