"""What Spark costs on one machine: the same kernel on two of its threads, against the local engine, equal to the bit.

From Parquet to Arrow; Spark is running when the clock starts. The peak is of our own process: Java's, and that of the
processes in which Spark runs the kernel, come on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.benchmarks import world
from tests.benchmarks.features_vs_compiled_loop import by_kernel, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "missing", "prepare", "side"]

REFERENCE = "the local engine"
SIDES = ("ours", "reference")
answer = world.column_digests


def missing() -> str:
    """Why Spark cannot run here; empty where it can."""
    from features.engines.cluster import check_java
    from features.errors import BadConfiguration

    try:
        check_java()
    except BadConfiguration as refusal:
        return str(refusal)
    return ""


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """One side's work."""
    return (lambda: by_spark(folder)) if name == "ours" else (lambda: by_kernel(folder))


def by_spark(folder: Path) -> pa.Table:
    """The features by the kernel inside Spark's partitions."""
    from features.engines.spark import aggregate_parts
    from features.plan import make_plan

    plan = make_plan(world.FEATURES, world.CLASSES)
    return pa.concat_tables(aggregate_parts(_parts(folder), plan, folder / "spark"))


def _parts(folder: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Events and rows of one range of people after another."""
    from features.engines.local import split_by_person
    from features.engines.spark import rows_a_part
    from features.plan import make_plan

    columns = make_plan(world.FEATURES, world.CLASSES).event_columns
    events, rows = world.read(folder, "events", columns), world.read(folder, "rows")
    people = events["person"].to_numpy()
    for part in split_by_person(rows, rows_a_part(len(world.FEATURES))):
        own = part["person"].to_numpy()
        first, last = np.searchsorted(people, [own[0], own[-1] + 1])
        yield events.slice(first, last - first), part
