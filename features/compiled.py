"""The kernel's compiled inner loops (numba): plain loops over plain arrays, no Python objects, no lock held.

Left untyped for the checker: numba infers the types from the arrays ``features.kernel`` passes in. Dates are whole
days since 1970; the rules of time are those of ``features.windows``, compiled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from features import windows
from features.definition import Summary
from features.plan import (
    CODES, COUNT, DAYS, FARTHEST, FIRST, LARGEST, LAST, NEAREST, ONGOING, OVERLAP, SMALLEST, SUM, SUM_T, SUM_TT,
    SUM_TV, SUMMARY_CODES, VALUED,
)  # fmt: skip

NEVER = windows.NEVER
DAYS_A_YEAR = 365.25

_is_visible = njit(inline="always")(windows.is_visible)
_days_back = njit(inline="always")(windows.days_back)
_overlap_days = njit(inline="always")(windows.overlap_days)

_ANY = SUMMARY_CODES[Summary.ANY]
_MEAN = SUMMARY_CODES[Summary.MEAN]
_TOTAL = SUMMARY_CODES[Summary.TOTAL]
_TREND = SUMMARY_CODES[Summary.TREND]
_DISTINCT_CODES = SUMMARY_CODES[Summary.DISTINCT_CODES]
_COUNTED = np.array([SUMMARY_CODES[s] for s in (Summary.COUNT, Summary.DISTINCT_DAYS, Summary.OVERLAP_DAYS,
                                               Summary.ONGOING)], np.int32)  # fmt: skip


@njit(nogil=True, cache=True)
def rows(
    e_person, e_class, e_happened, e_ended, e_available, e_withdrawn, e_value, e_gravity, person, as_of, first, last,
    bucket_of_day, beyond, n_buckets, edges, feeds_from, feeds, code_bit, operation, uses_gravity,
    summary, parts, bucket, missing, out,
):  # fmt: skip
    """Fill ``out[:, first:last]``."""
    n_acc = len(operation)
    slots = np.empty((n_acc, n_buckets), np.float64)
    bits = np.empty((n_acc, n_buckets), np.int64)
    seen = np.empty(n_acc, np.int64)
    if first >= last:
        return
    start = np.searchsorted(e_person, person[first])
    for row in range(first, last):
        while start < len(e_person) and e_person[start] < person[row]:
            start += 1
        _clear(slots, bits, seen, operation)
        date = as_of[row]
        e = start
        touched = False
        while e < len(e_person) and e_person[e] == person[row] and e_happened[e] < date:
            if _is_visible(e_available[e], e_withdrawn[e], date):
                touched = True
                _add(e, date, e_class, e_happened, e_ended, e_value, e_gravity, bucket_of_day, beyond, edges,
                     feeds_from, feeds, code_bit, operation, uses_gravity, slots, bits, seen)  # fmt: skip
            e += 1
        if touched:
            _run_on(slots, bits, operation)
        _read(row, touched, slots, bits, summary, parts, bucket, missing, out)


@njit(inline="always")
def _clear(slots, bits, seen, operation):
    for a in range(len(operation)):
        empty = 0.0
        if operation[a] >= SMALLEST and operation[a] <= LAST:
            empty = np.nan
        for b in range(slots.shape[1]):
            slots[a, b] = empty
            bits[a, b] = 0
        seen[a] = -NEVER


@njit(inline="always")
def _add(e, date, e_class, e_happened, e_ended, e_value, e_gravity, bucket_of_day, beyond, edges,
         feeds_from, feeds, code_bit, operation, uses_gravity, slots, bits, seen):  # fmt: skip
    """One known event into every accumulator of its class."""
    ago = _days_back(e_happened[e], date)
    b = bucket_of_day[ago] if ago < len(bucket_of_day) else beyond
    for f in range(feeds_from[e_class[e]], feeds_from[e_class[e] + 1]):
        a = feeds[f]
        op = operation[a]
        if op == OVERLAP:
            begins = max(e_happened[e], seen[a])
            for w in range(len(edges)):
                slots[a, w] += _overlap_days(begins, e_ended[e], date, edges[w])
            seen[a] = max(seen[a], e_ended[e])
        elif op == ONGOING:
            if e_ended[e] > date:
                for w in range(len(edges)):
                    slots[a, w] = 1.0
        elif b >= 0:
            v = e_gravity[e] if uses_gravity[a] else e_value[e]
            _add_one(a, b, op, ago, v, e_happened[e], code_bit[e_class[e]], slots, bits, seen)


@njit(inline="always")
def _add_one(a, b, op, ago, v, happened, bit, slots, bits, seen):
    """One event into one accumulator's bucket. Events come oldest first."""
    old = slots[a, b]
    if op == COUNT:
        slots[a, b] = old + 1.0
    elif op == NEAREST:
        slots[a, b] = ago
    elif op == FARTHEST:
        if np.isnan(old):
            slots[a, b] = ago
    elif op == CODES:
        bits[a, b] |= bit
    elif op == DAYS:
        if seen[a] != happened:
            slots[a, b] = old + 1.0
            seen[a] = happened
    elif not np.isnan(v):
        t = -ago / DAYS_A_YEAR
        if op == SUM:
            slots[a, b] = old + v
        elif op == VALUED:
            slots[a, b] = old + 1.0
        elif op == SMALLEST:
            if not old <= v:
                slots[a, b] = v
        elif op == LARGEST:
            if not old >= v:
                slots[a, b] = v
        elif op == LAST:
            slots[a, b] = v
        elif op == FIRST:
            if np.isnan(old):
                slots[a, b] = v
        elif op == SUM_T:
            slots[a, b] = old + t
        elif op == SUM_TT:
            slots[a, b] = old + t * t
        elif op == SUM_TV:
            slots[a, b] = old + t * v


@njit(inline="always")
def _run_on(slots, bits, operation):
    """Running totals over buckets, nearest first, so that bucket ``b`` holds the whole window up to its edge."""
    for a in range(slots.shape[0]):
        op = operation[a]
        if op in (OVERLAP, ONGOING):
            continue
        for b in range(1, slots.shape[1]):
            nearer = slots[a, b - 1]
            here = slots[a, b]
            if op == CODES:
                bits[a, b] |= bits[a, b - 1]
            elif op < SMALLEST or op > LAST:
                slots[a, b] = nearer + here
            elif np.isnan(here):
                slots[a, b] = nearer
            elif not np.isnan(nearer):
                if op == SMALLEST:
                    slots[a, b] = min(nearer, here)
                elif op == LARGEST:
                    slots[a, b] = max(nearer, here)
                elif op in (NEAREST, LAST):
                    slots[a, b] = nearer


@njit(inline="always")
def _read(row, touched, slots, bits, summary, parts, bucket, missing, out):
    """Every feature of one row, off the running totals."""
    for f in range(len(summary)):
        what = summary[f]
        a = parts[f, 0]
        b = bucket[f]
        if not touched:
            out[f, row] = missing[f]
            continue
        x = slots[a, b]
        if what == _ANY:
            x = 1.0 if x > 0 else 0.0
        elif what == _DISTINCT_CODES:
            x = _ones(bits[a, b])
            x = missing[f] if x == 0 else x
        elif what == _TOTAL:
            x = x if slots[parts[f, 1], b] > 0 else missing[f]
        elif what == _MEAN:
            n = slots[parts[f, 1], b]
            x = x / n if n > 0 else missing[f]
        elif what == _TREND:
            x = _slope(slots, parts, f, b, missing[f])
        elif np.isnan(x) or (x == 0.0 and what in _COUNTED):
            x = missing[f]
        out[f, row] = x


@njit(inline="always")
def _slope(slots, parts, f, b, otherwise):
    """Least-squares slope of the measure per year; needs two dates apart."""
    n = slots[parts[f, 1], b]
    sum_t = slots[parts[f, 2], b]
    spread = n * slots[parts[f, 3], b] - sum_t * sum_t
    if n < 2 or spread <= 1e-12:
        return otherwise
    return (n * slots[parts[f, 4], b] - sum_t * slots[parts[f, 0], b]) / spread


@njit(inline="always")
def _ones(word):
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count
