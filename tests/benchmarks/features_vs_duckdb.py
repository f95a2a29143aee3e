"""The same features as plain SQL: ``FILTER`` aggregates over a join on person, by DuckDB on two threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from features.definition import Summary
from tests.benchmarks import world
from tests.benchmarks.features_vs_compiled_loop import by_kernel, prepare

__all__ = ["REFERENCE", "SIDES", "answer", "prepare", "side"]

REFERENCE = "DuckDB, FILTER aggregates over a join on person"
SIDES = ("ours", "reference")
answer = world.column_digests

AGGREGATES = {
    Summary.TOTAL: "coalesce(sum(value) FILTER ({0}), 0)",
    Summary.MEAN: "coalesce(avg(value) FILTER ({0}), 0)",
    Summary.LARGEST: "coalesce(max(value) FILTER ({0}), 0)",
    Summary.DAYS_SINCE_LAST: "coalesce(min(ago) FILTER ({0}), 0)",
    Summary.DISTINCT_CODES: "coalesce(bit_count(bit_or(1 << class_id) FILTER ({0})), 0)",
}
"""Distinct codes as bits: ``count(DISTINCT ...)`` would take DuckDB longer."""


def side(name: str, folder: Path) -> Callable[[], pa.Table]:
    """One side's work."""
    return (lambda: by_kernel(folder)) if name == "ours" else (lambda: by_sql(folder))


def by_sql(folder: Path) -> pa.Table:
    """The features by DuckDB, from the same Parquet to Arrow."""
    import duckdb

    with duckdb.connect(config={"threads": world.THREADS}) as connection:
        connection.execute("SET enable_progress_bar = false")
        return connection.sql(query(folder)).to_arrow_table()


def query(folder: Path) -> str:
    """The SQL: what was available on the date, by window and code."""
    wanted = ", ".join(f"({_aggregate(feature)})::FLOAT AS {feature.name}" for feature in world.FEATURES)
    return f"""
        WITH seen AS (
            SELECT r.person, r.as_of, class_id::INTEGER AS class_id, value, r.as_of - happened_on AS ago
            FROM '{folder}/rows.parquet' r LEFT JOIN '{folder}/events.parquet' e
            ON e.person = r.person AND available_on < r.as_of AND happened_on < r.as_of
        )
        SELECT person, as_of, {wanted} FROM seen GROUP BY person, as_of
    """


def _aggregate(feature: world.Feature) -> str:
    inside = "true" if feature.window.days is None else f"ago <= {feature.window.days}"
    if feature.summary is not Summary.COUNT:
        return AGGREGATES[feature.summary].format(inside)
    return f"count(*) FILTER ({inside} AND class_id = {world.CODES.index(feature.events.code)})"
