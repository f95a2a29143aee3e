"""The same features by polars, in its fastest form here: lazily from the same Parquet, one pass per as-of date.

One join over all dates at once takes polars about twice as long, and three times the memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from features.definition import Feature, Summary
from tests.benchmarks import world
from tests.benchmarks.features_vs_compiled_loop import by_kernel, prepare

if TYPE_CHECKING:
    import polars as pl

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "polars, one pass per as-of date"
SIDES = ("ours", "reference")
answer = world.column_digests


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """One side's work."""
    if name == "ours":
        return lambda: by_kernel(folder)
    os.environ["POLARS_MAX_THREADS"] = str(world.THREADS)  # read when polars is first imported
    return lambda: by_polars(folder)


def by_polars(folder: Path) -> pa.Table:
    """The features by polars, from the same Parquet to Arrow."""
    import polars as pl

    columns = ("person", "class_id", "happened_on", "available_on", "value")
    events = pl.scan_parquet(folder / "events.parquet").select(columns).collect().with_columns(
        pl.col("person").set_sorted()
    )  # fmt: skip
    rows = pl.read_parquet(folder / "rows.parquet")
    made = []
    for day in world.AS_OF:
        seen = (
            events.lazy()
            .filter(pl.col("available_on") < day, pl.col("happened_on") < day)
            .with_columns(ago=(pl.lit(day) - pl.col("happened_on")).dt.total_days().cast(pl.Int32))
        )
        features = seen.group_by("person", maintain_order=True).agg([_aggregate(feature) for feature in world.FEATURES])
        own = rows.lazy().filter(pl.col("as_of") == day)
        made.append(
            own.join(features, on="person", how="left").with_columns(pl.col(world.NAMES).fill_null(0)).collect()
        )
    return pl.concat(made).to_arrow()


def _aggregate(feature: Feature) -> pl.Expr:
    """One feature of a group, as float32; null where there is no event."""
    import polars as pl

    inside = pl.lit(True) if feature.window.days is None else pl.col("ago") <= feature.window.days

    def within(column: str) -> pl.Expr:
        return pl.col(column) if feature.window.days is None else pl.col(column).filter(inside)

    if feature.summary is Summary.COUNT:
        code = pl.col("class_id") == world.CODES.index(feature.events.code)
        made = (code if feature.window.days is None else code & inside).sum()
    else:
        made = {
            Summary.TOTAL: within("value").sum(),
            Summary.MEAN: within("value").mean(),
            Summary.LARGEST: within("value").max(),
            Summary.DAYS_SINCE_LAST: within("ago").min(),
            Summary.DISTINCT_CODES: within("class_id").n_unique(),
        }[feature.summary]
    return made.cast(pl.Float32).alias(feature.name)
