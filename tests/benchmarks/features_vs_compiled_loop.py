"""All features by the project's kernel, against a compiled loop written by hand for just these, on two threads each.

From Parquet on disk to Arrow in memory, both by the same reader; the loop reads only the columns it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.benchmarks import world

REFERENCE = "numba loop written by hand for these features"
SIDES = ("ours", "reference")


def prepare(folder: Path, quick: bool) -> str:
    """Write the world; what it holds, in words."""
    size = world.world_size(5_000_000, quick)
    world.write_world(folder, size)
    return size.plain


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """One side's work."""
    return (lambda: by_kernel(folder)) if name == "ours" else (lambda: by_loop(folder))


answer = world.column_digests


def by_kernel(folder: Path) -> pa.Table:
    """The features by ``features.kernel``."""
    from features.kernel import aggregate
    from features.plan import make_plan

    plan = make_plan(world.FEATURES, world.CLASSES)
    return aggregate(world.read(folder, "events", plan.event_columns), world.read(folder, "rows"), plan, world.THREADS)


def by_loop(folder: Path) -> pa.Table:
    """The features by the loop written by hand."""
    from tests.benchmarks.compiled_loop import fill

    columns = ("person", "class_id", "happened_on", "available_on", "value")
    events, rows = world.read(folder, "events", columns), world.read(folder, "rows")
    arrays = [_array(events[name]) for name in columns]
    person, as_of = _array(rows["person"]), _array(rows["as_of"])
    out = np.empty((len(world.NAMES), len(person)), np.float32)
    cuts = np.linspace(0, len(person) // len(world.AS_OF), 4 * world.THREADS + 1).astype(np.int64) * len(world.AS_OF)
    with ThreadPoolExecutor(world.THREADS) as pool:
        list(pool.map(lambda at: fill(*arrays, person, as_of, cuts[at], cuts[at + 1], out), range(len(cuts) - 1)))
    return pa.table([*rows.columns, *map(pa.array, out)], names=[*rows.column_names, *world.NAMES])


def _array(column: pa.ChunkedArray) -> np.ndarray:
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return (array.view(pa.int32()) if pa.types.is_date32(array.type) else array).to_numpy()
