"""The compiled loop behind the metrics of a ranking: one pass over the sorted rows for each weighting (numba).

Left untyped for the checker, as ``features.compiled`` is. Weights are whole numbers, so sums are exact in any order.
"""

from __future__ import annotations

from numba import njit


@njit(nogil=True, cache=True)
def pass_down(times, at, positive, ends, auc, precision):
    """Fill ``auc`` and ``precision``, one each for a row of ``times``, or leave them where a class is empty.

    Rows come from the highest score down: ``times[draw, at[row]]`` is how often one counts, and ``ends[row]`` says
    whether the next has another score.
    """
    for draw in range(len(times)):
        weight = times[draw]
        rows = positives = tied_rows = tied_positives = 0
        beaten_twice, found = 0, 0.0
        for row in range(len(at)):
            own = weight[at[row]]
            tied_rows += own
            if positive[row]:
                tied_positives += own
            if ends[row]:
                negatives, tied = rows - positives, tied_rows - tied_positives
                rows, positives = rows + tied_rows, positives + tied_positives
                if tied_positives:
                    beaten_twice += tied_positives * (2 * negatives + tied)
                    found += tied_positives * (positives / rows)
                tied_rows = tied_positives = 0
        negatives = rows - positives
        if positives and negatives:
            auc[draw] = 1 - beaten_twice / (2.0 * positives * negatives)
        if positives:
            precision[draw] = found / positives
