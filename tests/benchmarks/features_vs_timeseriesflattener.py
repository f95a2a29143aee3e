"""The same features by timeseriesflattener, asked once per as-of date for what was known then.

It has one date where we have two, so each date's events are filtered for it beforehand, and its window, closed at both
ends, is said as 1 to n days. It counts no distinct codes and no days since the last event: the last day of the window
stands in for the latter, and the former it is not asked for. So it makes 80 of the 85 features, and ours all of them.
"""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.definition import Feature, Summary
from tests.benchmarks import world
from tests.benchmarks.features_vs_compiled_loop import by_kernel, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "timeseriesflattener, one call per as-of date"
SIDES = ("ours", "reference")
EVER = 36_500
AGGREGATES = {Summary.TOTAL: ("value", "sum"), Summary.MEAN: ("value", "mean"), Summary.LARGEST: ("value", "max"),
              Summary.DAYS_SINCE_LAST: ("day", "max")}  # fmt: skip
ASKED = [feature for feature in world.FEATURES if feature.summary is not Summary.DISTINCT_CODES]


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """One side's work."""
    if name == "ours":
        return lambda: by_kernel(folder)
    os.environ["POLARS_MAX_THREADS"] = str(world.THREADS)  # read when polars is first imported
    return lambda: by_flattener(folder)


def answer(made: pa.Table) -> dict[str, str]:
    """A digest of each feature that both make."""
    return world.column_digests(made, [feature.name for feature in ASKED])


def by_flattener(folder: Path) -> pa.Table:
    """The features by timeseriesflattener, from the same Parquet to Arrow."""
    import polars as pl

    columns = ["person", "class_id", "happened_on", "available_on", "value"]
    events = pl.read_parquet(folder / "events.parquet", columns=columns)
    rows = pl.read_parquet(folder / "rows.parquet")
    with _unsaid():
        return pl.concat([_on(day, events, rows) for day in world.AS_OF]).to_arrow()


def _on(day: dt.date, events: Any, rows: Any) -> Any:
    """One date's features."""
    import polars as pl
    from timeseriesflattener import Flattener, PredictionTimeFrame

    seen = events.filter(pl.col("available_on") < day, pl.col("happened_on") < day)
    times = rows.filter(pl.col("as_of") == day).select("person", pl.col("as_of").cast(pl.Datetime))
    frame = PredictionTimeFrame(times, entity_id_col_name="person", timestamp_col_name="as_of")
    made = Flattener(frame).aggregate_timeseries(_specs(seen)).df
    return made.select(pl.col("person"), pl.col("as_of").cast(pl.Date), *(_column(feature, day) for feature in ASKED))


def _specs(seen: Any) -> list[Any]:
    """What is asked for: counts by code, summaries of the value, and the last day."""
    import polars as pl
    from timeseriesflattener import CountAggregator, MaxAggregator, MeanAggregator, SumAggregator

    at = pl.col("happened_on").cast(pl.Datetime).alias("timestamp")
    codes = [pl.when(pl.col("class_id") == place).then(1).alias(code) for place, code in enumerate(world.CODES)]
    day = pl.col("happened_on").cast(pl.Int32).cast(pl.Float64).alias("day")
    return [
        _spec(seen.select("person", at, *codes), [CountAggregator()]),
        _spec(seen.select("person", at, "value"), [SumAggregator(), MeanAggregator(), MaxAggregator()]),
        _spec(seen.select("person", at, day), [MaxAggregator()]),
    ]


def _spec(frame: Any, aggregators: list[Any]) -> Any:
    from timeseriesflattener import PredictorSpec, ValueFrame

    values = ValueFrame(frame, entity_id_col_name="person", value_timestamp_col_name="timestamp")
    back = [(dt.timedelta(1), dt.timedelta(days or EVER)) for days in world.WINDOWS]
    return PredictorSpec(values, lookbehind_distances=back, aggregators=aggregators, fallback=0)


def _column(feature: Feature, day: dt.date) -> Any:
    """The feature from the column that timeseriesflattener names after what was asked."""
    import polars as pl

    what, how = AGGREGATES.get(feature.summary, (feature.events.code, "count"))
    made = pl.col(f"pred_{what}_within_1_to_{feature.window.days or EVER}_days_{how}_fallback_0")
    if what == "day":
        made = pl.when(made == 0).then(0).otherwise((day - dt.date(1970, 1, 1)).days - made)
    return made.cast(pl.Float32).alias(feature.name)


@contextmanager
def _unsaid() -> Iterator[None]:
    """It prints as it goes."""
    with redirect_stdout(io.StringIO()):
        yield
