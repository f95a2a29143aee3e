"""The compiled loops of ``decision_patterns`` (numba), left untyped for the checker, as ``features.compiled`` is."""

from __future__ import annotations

import numpy as np
from numba import njit

ZERO = 1e-35
"""What LightGBM takes for nothing."""


@njit(nogil=True, cache=True)
def mean_over_sets(taken, but, shares, ways):
    """The mean, over all orders in which features come to be known, of the product of ``shares`` of those of ``taken``
    that are not known yet; ``but`` is left out of ``taken``, or -1. ``ways`` is room to work in."""
    size, count = len(shares), 0
    ways[0] = 1.0
    for other in range(size):
        if other != but and taken >> other & 1:
            count += 1
            ways[count] = ways[count - 1]
            for k in range(count - 1, 0, -1):
                ways[k] = ways[k] * shares[other] + ways[k - 1]
            ways[0] *= shares[other]
    weight, total = 1.0 / size, 0.0  # k! (size - k - 1)! / size! for k known
    for k in range(count + 1):
        total += ways[k] * weight
        weight *= (k + 1) / max(size - k - 1, 1)
    return total


@njit(nogil=True, cache=True)
def leaf_parts(found, taken, value, shares, ways):
    """A leaf's part for each feature on its path into ``found``: ``taken`` is the set of features, as bits, whose side
    of the path a row takes, and ``shares`` of training rows went that side. A feature that does not take its
    side leaves nothing of the leaf once it is known, so it counts, by its share, only while it is not.
    """
    size, aside = len(shares), value
    for other in range(size):
        if not taken >> other & 1:
            aside *= shares[other]
    outside = aside * mean_over_sets(taken, -1, shares, ways) if taken + 1 < 1 << size else 0.0
    for own in range(size):
        if taken >> own & 1:
            found[own] = aside * mean_over_sets(taken, own, shares, ways) * (1.0 - shares[own])
        else:
            found[own] = -outside


@njit(nogil=True, cache=True)
def leaf_table(value, shares):
    """:func:`leaf_parts` of every set, ``(2 ** features, features)``."""
    table = np.empty((1 << len(shares), len(shares)))
    ways = np.empty(len(shares) + 1)
    for taken in range(len(table)):
        leaf_parts(table[taken], taken, value, shares, ways)
    return table


@njit(nogil=True, cache=True)
def add_rows(columns, parts, split_feature, threshold, missing, default_left, features, starts, slots, asked, wanted,
             shares, values, tables, table_starts):  # fmt: skip
    """Add one tree's part of each feature to ``parts``; it and ``columns`` are ``(features, rows)``."""
    count, splits, width = columns.shape[1], len(split_feature), len(features)
    answers = np.zeros(count, dtype=np.int32)
    for split in range(splits):
        column, limit, kind, left = columns[split_feature[split]], threshold[split], missing[split], default_left[split]
        bit = np.int32(1 << split)
        for row in range(count):
            value = np.float64(column[row])
            unknown = np.isnan(value)
            if unknown and kind != 2:
                value = 0.0
            if (kind == 2 and unknown) or (kind == 1 and -ZERO <= value <= ZERO):
                yes = left
            else:
                yes = value <= limit
            if yes:
                answers[row] |= bit
    place = np.full(1 << splits, -1, dtype=np.int32)
    known = np.empty((min(count, 1 << splits), width))
    seen, room = 0, np.empty((2, splits + 1))
    for row in range(count):
        pattern = answers[row]
        if place[pattern] < 0:
            place[pattern] = seen
            explain_pattern(
                known[seen], pattern, starts, slots, asked, wanted, shares, values, tables, table_starts, room
            )
            seen += 1
        answers[row] = place[pattern]
    for slot in range(width):
        own, added = parts[features[slot]], known[:seen, slot].copy()
        for row in range(count):
            own[row] += added[answers[row]]


@njit(nogil=True, cache=True)
def explain_pattern(found, pattern, starts, slots, asked, wanted, shares, values, tables, table_starts, room):
    """The parts of one pattern of answers: the sum of every leaf's, from its table where it has one."""
    found[:] = 0.0
    for leaf in range(len(values)):
        first, size = starts[leaf], starts[leaf + 1] - starts[leaf]
        taken = 0
        for number in range(size):
            if pattern & asked[first + number] == wanted[first + number]:
                taken |= 1 << number
        if table_starts[leaf] < 0:
            leaf_parts(room[0], taken, values[leaf], shares[first : first + size], room[1])
            for number in range(size):
                found[slots[first + number]] += room[0, number]
        else:
            row = table_starts[leaf] + taken * size
            for number in range(size):
                found[slots[first + number]] += tables[row + number]
