"""Police records merged into one another in a circle."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def records_in_circles(who: pa.Array, merged_into: pa.Array) -> int:
    """How many records were merged into one another in a circle, so that none of them stays.

    >>> records_in_circles(pa.array(["a", "b", "c", "d"]), pa.array(["b", "a", "a", None]))
    3
    """
    names = pc.unique(pa.concat_arrays([who, pc.drop_null(merged_into)]))
    points_at = np.arange(len(names))
    merged = np.array(pc.is_valid(merged_into))
    own, into = np.array(pc.index_in(who, names)), pc.fill_null(pc.index_in(merged_into, names), 0)
    points_at[own[merged]] = np.array(into)[merged]
    first = points_at.copy()
    for _ in range(len(names).bit_length() + 1):
        points_at = points_at[points_at]
    stays = first == np.arange(len(names))
    stays[own[merged]] = False
    return int((~stays[points_at]).sum())
