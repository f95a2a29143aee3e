"""A loop written by hand for exactly the features of ``world``: what a careful analyst would write with numba."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True)
def fill(e_person, e_code, e_happened, e_available, e_value, person, as_of, first, last, out):
    """Fill ``out[:, first:last]``: by window, counts of 12 codes, then total, mean, largest, days since, codes."""
    windows = np.array([90, 180, 365, 730, 1 << 30])
    counts = np.zeros((5, 12))
    n, total, largest, since = np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5)
    codes = np.zeros(5, np.int64)
    start = np.searchsorted(e_person, person[first]) if first < last else 0
    for row in range(first, last):
        while start < len(e_person) and e_person[start] < person[row]:
            start += 1
        counts[:] = 0
        n[:] = 0
        total[:] = 0
        largest[:] = -np.inf
        codes[:] = 0
        e = start
        while e < len(e_person) and e_person[e] == person[row] and e_happened[e] < as_of[row]:
            if e_available[e] < as_of[row]:
                ago = as_of[row] - e_happened[e]
                for w in range(4, -1, -1):
                    if ago > windows[w]:
                        break
                    counts[w, e_code[e]] += 1
                    n[w] += 1
                    total[w] += e_value[e]
                    largest[w] = max(largest[w], e_value[e])
                    since[w] = ago
                    codes[w] |= 1 << e_code[e]
            e += 1
        for w in range(5):
            for code in range(12):
                out[17 * w + code, row] = counts[w, code]
            out[17 * w + 12, row] = total[w]
            out[17 * w + 13, row] = total[w] / n[w] if n[w] > 0 else 0
            out[17 * w + 14, row] = largest[w] if n[w] > 0 else 0
            out[17 * w + 15, row] = since[w] if n[w] > 0 else 0
            different = 0
            while codes[w]:
                codes[w] &= codes[w] - 1
                different += 1
            out[17 * w + 16, row] = different
