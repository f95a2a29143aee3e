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
from features.plan import (
    DAYS, FARTHEST, FIRST, LARGEST, LAST, LAST_ADDED, NEAREST, ONGOING, OVERLAP, READ_ANY, READ_CODES,
    READ_DAYS, READ_MEAN, READ_VALUE, SMALLEST, SUM, SUM_T, SUM_TT, SUM_TV, VALUED,
)  # fmt: skip
from features.workspace import digest, digest_file

NEVER = windows.NEVER
DAYS_A_YEAR = 365.25
LEAST_SPREAD = 1e-9
"""Below this, in squared years, all dates are one date (a single day apart is 7.5e-6)."""

_HERE = Path(__file__).parent
_OLD_CACHE = config.CACHE_DIR
if os.access(_HERE, os.W_OK):
    # numba looks only at this file when it decides whether compiled code is stale; the rules it compiles live elsewhere
    _SOURCES = [digest_file(_HERE / name) for name in ("compiled.py", "plan.py", "windows.py")]
    config.CACHE_DIR = str(_HERE / "__pycache__" / f"compiled-{digest(_SOURCES)}")

_is_visible = njit(windows.is_visible)
_days_back = njit(windows.days_back)
_overlap_days = njit(windows.overlap_days)


@njit(nogil=True, cache=True)
def is_sorted(person, happened):
    for e in range(1, len(person)):
        if person[e] < person[e - 1] or (person[e] == person[e - 1] and happened[e] < happened[e - 1]):
            return False
    return True


@njit(nogil=True, cache=True)
def rows(
    e_person, e_class, e_happened, e_ended, e_available, e_withdrawn, e_value, e_gravity, person, as_of, first, last,
    bucket_of_day, beyond, edges, counts_from, counts, cells_from, feeds_cells, others_from, others, code_bit,
    operation, slot_gravity, cell_gravity, empty_cells, order, plain, at, way, slot, bucket, missing, out,
):  # fmt: skip
    """Fill ``out[:, first:last]``, one row after another."""
    if first >= last:
        return
    slots = np.zeros((len(operation), len(edges)))
    cells = empty_cells.copy()
    bits = np.zeros(empty_cells.shape[:2], np.int64)
    seen = np.empty(len(operation), np.int64)
    start = np.searchsorted(e_person, person[first])
    for row in range(first, last):
        while start < len(e_person) and e_person[start] < person[row]:
            start += 1
        date = as_of[row]
        touched = False
        e = start
        while e < len(e_person) and e_person[e] == person[row] and e_happened[e] < date:
            if _is_visible(e_available[e], e_withdrawn[e], date):
                if not touched:
                    slots[:] = 0.0
                    cells[:] = empty_cells
                    bits[:] = 0
                    seen[:] = -NEVER
                    touched = True
                ago = _days_back(e_happened[e], date)
                b = bucket_of_day[ago] if ago < len(bucket_of_day) else beyond
                c = e_class[e]
                if b >= 0:
                    for f in range(counts_from[c], counts_from[c + 1]):
                        slots[counts[f], b] += 1.0
                    for f in range(cells_from[c], cells_from[c + 1]):
                        m = feeds_cells[f]
                        bits[m, b] |= code_bit[c]
                        _add_to_cell(cells[m, b], ago, e_gravity[e] if cell_gravity[m] else e_value[e])
                for f in range(others_from[c], others_from[c + 1]):
                    s = others[f]
                    if operation[s] >= OVERLAP:
                        _add_spell(s, operation[s], date, e_happened[e], e_ended[e], edges, slots, seen)
                    elif b >= 0:
                        v = e_gravity[e] if slot_gravity[s] else e_value[e]
                        _add(s, b, operation[s], ago, v, e_happened[e], slots, seen)
            e += 1
        if touched:
            _run_on(slots, cells, bits, operation)
            _read(row, slots, cells, bits, order, plain, at, way, slot, bucket, missing, out)
        else:
            for f in range(len(missing)):
                out[f, row] = missing[f]


@njit(inline="always")
def _add_to_cell(here, ago, v):
    """One event into one cell's bucket. Events come oldest first, so the last one written is the latest."""
    here[NEAREST] = ago
    here[FARTHEST] = max(here[FARTHEST], ago)
    if not np.isnan(v):
        if here[VALUED] == 0:
            here[FIRST] = v
        here[VALUED] += 1.0
        here[SUM] += v
        here[SMALLEST] = min(here[SMALLEST], v)
        here[LARGEST] = max(here[LARGEST], v)
        here[LAST] = v


@njit(inline="always")
def _add_spell(s, op, date, happened, ended, edges, slots, seen):
    """One spell into its slot: a spell counts by the days it covers, so every window is filled at once."""
    if op == ONGOING:
        if ended > date:
            slots[s, :] = 1.0
        return
    begins = max(happened, seen[s])
    for w in range(len(edges)):
        slots[s, w] += _overlap_days(begins, ended, date, edges[w])
    seen[s] = max(seen[s], ended)


@njit(inline="always")
def _add(s, b, op, ago, v, happened, slots, seen):
    """One event into one other slot's bucket."""
    if op == DAYS:
        if seen[s] != happened:
            slots[s, b] += 1.0
            seen[s] = happened
    elif not np.isnan(v):
        t = -ago / DAYS_A_YEAR
        if op == SUM_T:
            slots[s, b] += t
        elif op == SUM_TT:
            slots[s, b] += t * t
        elif op == SUM_TV:
            slots[s, b] += t * v


@njit(inline="always")
def _run_on(slots, cells, bits, operation):
    """Running totals over buckets, nearest first, so that bucket ``b`` holds the whole window up to its edge."""
    for s in range(slots.shape[0]):
        if operation[s] <= LAST_ADDED:
            for b in range(1, slots.shape[1]):
                slots[s, b] += slots[s, b - 1]
    for m in range(cells.shape[0]):
        for b in range(1, cells.shape[1]):
            nearer = cells[m, b - 1]
            here = cells[m, b]
            bits[m, b] |= bits[m, b - 1]
            if here[VALUED] == 0:
                here[FIRST] = nearer[FIRST]
            if nearer[VALUED] > 0:
                here[LAST] = nearer[LAST]
            here[VALUED] += nearer[VALUED]
            here[SUM] += nearer[SUM]
            here[SMALLEST] = min(here[SMALLEST], nearer[SMALLEST])
            here[LARGEST] = max(here[LARGEST], nearer[LARGEST])
            here[NEAREST] = min(here[NEAREST], nearer[NEAREST])
            here[FARTHEST] = max(here[FARTHEST], nearer[FARTHEST])


@njit(inline="always")
def _read(row, slots, cells, bits, order, plain, at, way, slot, bucket, missing, out):
    """Every feature of one row off the running totals, one way of reading after another."""
    flat = slots.ravel()
    kept = cells.ravel()
    fields = cells.shape[2]
    for place in range(plain):
        out[order[place], row] = flat[at[place]]
    for place in range(plain, len(order)):
        f = order[place]
        how = way[f]
        if how <= READ_ANY:
            x = flat[at[place]]
            if how == READ_ANY:
                out[f, row] = 1.0 if x > 0 else 0.0
            else:
                out[f, row] = missing[f] if x == 0 else x
            continue
        x = kept[at[place]]
        valued = kept[at[place] // fields * fields + VALUED]
        if how == READ_DAYS:
            out[f, row] = missing[f] if np.isinf(x) else x
        elif how == READ_CODES:
            codes = _ones(bits.ravel()[at[place] // fields])
            out[f, row] = missing[f] if codes == 0 else codes
        elif valued == 0:
            out[f, row] = missing[f]
        elif how == READ_VALUE:
            out[f, row] = x
        elif how == READ_MEAN:
            out[f, row] = x / valued
        else:
            out[f, row] = _slope(valued, x, slots[:, bucket[f]], slot[f], missing[f])


@njit
def _slope(n, total, sums, slot, otherwise):
    """Least-squares slope of the measure per year; needs two dates apart."""
    sum_t = sums[slot[0]]
    spread = n * sums[slot[1]] - sum_t * sum_t
    if n < 2 or spread <= LEAST_SPREAD:
        return otherwise
    return (n * sums[slot[2]] - sum_t * total) / spread


@njit
def _ones(word):
    """How many bits are set."""
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count


config.CACHE_DIR = _OLD_CACHE
