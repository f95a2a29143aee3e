"""The kernel's compiled inner loops (numba): plain loops over plain arrays, no Python objects, no lock held.

Left untyped for the checker: numba infers the types from the arrays ``features.kernel`` passes in. Dates are whole
days since 1970; the rules of time are those of ``features.windows``, compiled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from features import windows
from features.plan import (
    CODES, COUNT, DAYS, FARTHEST, FIRST, LARGEST, LAST, LAST_ADDED, NEAREST, ONGOING, OVERLAP, READ_ANY, READ_CODES,
    READ_MEAN, READ_NONZERO, READ_PLAIN, READ_PRESENT, READ_TOTAL, SMALLEST, SUM, SUM_T, SUM_TT, SUM_TV, VALUED,
)  # fmt: skip

NEVER = windows.NEVER
DAYS_A_YEAR = 365.25
LEAST_SPREAD = 1e-9
"""Below this, in squared years, all dates are one date (a single day apart is 7.5e-6)."""

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
    bucket_of_day, beyond, edges, counts_from, counts, others_from, others, code_bit, first_of, gravity_from, empty,
    features_from, features, parts, bucket, missing, out,
):  # fmt: skip
    """Fill ``out[:, first:last]``, one row after another."""
    slots = empty.copy()
    seen = np.empty(len(empty), np.int64)
    operation = np.empty(len(empty), np.int64)
    for op in range(len(first_of) - 1):
        operation[first_of[op] : first_of[op + 1]] = op
    if first >= last:
        return
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
                    slots[:] = empty
                    seen[:] = -NEVER
                    touched = True
                ago = _days_back(e_happened[e], date)
                b = bucket_of_day[ago] if ago < len(bucket_of_day) else beyond
                c = e_class[e]
                if b >= 0:
                    for f in range(counts_from[c], counts_from[c + 1]):
                        slots[counts[f], b] += 1.0
                for f in range(others_from[c], others_from[c + 1]):
                    a = others[f]
                    op = operation[a]
                    if op == OVERLAP or op == ONGOING:  # noqa: SIM109
                        _add_spell(a, op, date, e_happened[e], e_ended[e], edges, slots, seen)
                    elif b >= 0:
                        v = e_gravity[e] if a >= gravity_from[op] else e_value[e]
                        _add(a, b, op, ago, v, e_happened[e], code_bit[c], slots, seen)
            e += 1
        if touched:
            _run_on(slots, first_of)
            _read(row, slots, features_from, features, parts, bucket, missing, out)
        else:
            for f in range(len(missing)):
                out[f, row] = missing[f]


@njit
def _add_spell(a, op, date, happened, ended, edges, slots, seen):
    """One spell into its accumulator: a spell counts by the days it covers, so every window is filled at once."""
    if op == ONGOING:
        if ended > date:
            slots[a, :] = 1.0
        return
    begins = max(happened, seen[a])
    for w in range(len(edges)):
        slots[a, w] += _overlap_days(begins, ended, date, edges[w])
    seen[a] = max(seen[a], ended)


@njit(inline="always")
def _add(a, b, op, ago, v, happened, bit, slots, seen):
    """One event into one accumulator's bucket. Events come oldest first, so the last one written is the latest."""
    old = slots[a, b]
    if op == NEAREST:
        slots[a, b] = ago
    elif op == FARTHEST:
        if np.isnan(old):
            slots[a, b] = ago
    elif op == CODES:
        slots[a, b] = np.int64(old) | bit
    elif op == DAYS:
        if seen[a] != happened:
            slots[a, b] = old + 1.0
            seen[a] = happened
    elif not np.isnan(v):
        if op == SUM:
            slots[a, b] = old + v
        elif op == VALUED:
            slots[a, b] = old + 1.0
        elif op == SMALLEST:
            slots[a, b] = old if old <= v else v
        elif op == LARGEST:
            slots[a, b] = old if old >= v else v
        elif op == LAST:
            slots[a, b] = v
        elif op == FIRST:
            if np.isnan(old):
                slots[a, b] = v
        elif op == SUM_T:
            slots[a, b] = old - ago / DAYS_A_YEAR
        elif op == SUM_TT:
            slots[a, b] = old + (ago / DAYS_A_YEAR) ** 2
        elif op == SUM_TV:
            slots[a, b] = old - ago / DAYS_A_YEAR * v


@njit
def _run_on(slots, first_of):
    """Running totals over buckets, nearest first, so that bucket ``b`` holds the whole window up to its edge."""
    for a in range(first_of[COUNT], first_of[LAST_ADDED + 1]):
        for b in range(1, slots.shape[1]):
            slots[a, b] += slots[a, b - 1]
    for a in range(first_of[CODES], first_of[CODES + 1]):
        for b in range(1, slots.shape[1]):
            slots[a, b] = np.int64(slots[a, b]) | np.int64(slots[a, b - 1])
    for op in range(SMALLEST, LAST + 1):
        for a in range(first_of[op], first_of[op + 1]):
            for b in range(1, slots.shape[1]):
                slots[a, b] = _nearer_and(op, slots[a, b - 1], slots[a, b])


@njit
def _nearer_and(op, nearer, here):
    """A window's value from its nearer buckets and the one here; missing gives way."""
    if np.isnan(here):
        return nearer
    if np.isnan(nearer):
        return here
    if op == SMALLEST:
        return min(nearer, here)
    if op == LARGEST:
        return max(nearer, here)
    return nearer if op == NEAREST or op == LAST else here  # noqa: SIM109


@njit
def _read(row, slots, features_from, features, parts, bucket, missing, out):
    """Every feature of one row off the running totals, one way of reading after another."""
    for way in range(len(features_from) - 1):
        for place in range(features_from[way], features_from[way + 1]):
            f = features[place]
            b = bucket[f]
            x = slots[parts[f, 0], b]
            if way == READ_PLAIN:
                out[f, row] = x
            elif way == READ_NONZERO:
                out[f, row] = missing[f] if x == 0 else x
            elif way == READ_PRESENT:
                out[f, row] = missing[f] if np.isnan(x) else x
            elif way == READ_ANY:
                out[f, row] = 1.0 if x > 0 else 0.0
            elif way == READ_CODES:
                out[f, row] = missing[f] if x == 0 else _ones(np.int64(x))
            elif way == READ_TOTAL:
                out[f, row] = x if slots[parts[f, 1], b] > 0 else missing[f]
            elif way == READ_MEAN:
                n = slots[parts[f, 1], b]
                out[f, row] = x / n if n > 0 else missing[f]
            else:
                out[f, row] = _slope(slots, parts, f, b, missing[f])


@njit
def _slope(slots, parts, f, b, otherwise):
    """Least-squares slope of the measure per year; needs two dates apart."""
    n = slots[parts[f, 1], b]
    sum_t = slots[parts[f, 2], b]
    spread = n * slots[parts[f, 3], b] - sum_t * sum_t
    if n < 2 or spread <= LEAST_SPREAD:
        return otherwise
    return (n * slots[parts[f, 4], b] - sum_t * slots[parts[f, 0], b]) / spread


@njit
def _ones(word):
    """How many bits are set."""
    count = 0
    while word:
        word &= word - 1
        count += 1
    return count
