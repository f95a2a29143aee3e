"""Cohort, outcomes, features and the tables of a split, against plain DuckDB SQL for the features alone.

Ours begins with the warehouse, where intake has sorted events by person once, and ends with three matrices to learn
from, calibrate on and test on; every date's features are also written to disk, as in any run. DuckDB reads the same
events from a table of its own in the order they were delivered (on events sorted by person it takes about a fifth less
here), on as many threads, and is not asked for a cohort, outcomes or splits.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from features.definition import Summary
from features.workspace import Workspace
from tests.benchmarks import event_world

REFERENCE = "DuckDB, FILTER aggregates over a join on person, features alone"
SIDES = ("ours", "reference")
PLAIN = "plain.duckdb"
AGGREGATES = {
    Summary.TOTAL: "coalesce(sum(gravity) FILTER ({0}), 0)",
    Summary.MEAN: "coalesce(avg(gravity) FILTER ({0}), 0)",
    Summary.LARGEST: "coalesce(max(gravity) FILTER ({0}), 0)",
}
Keyed = tuple[np.ndarray, np.ndarray, Callable[[int], np.ndarray]]
"""Person, date, and each feature's column."""


def prepare(folder: Path, quick: bool) -> str:
    """The world as a warehouse, and its events as a plain DuckDB table in no order; the size in words."""
    import duckdb

    size = event_world.write(folder, quick)
    with duckdb.connect(folder / PLAIN) as connection:
        connection.execute(f"ATTACH '{Workspace(folder).warehouse}' AS warehouse (READ_ONLY)")
        columns = "person, kind, role, code, class_id, happened_on, available_on, gravity"
        connection.execute(f"CREATE TABLE event AS SELECT {columns} FROM warehouse.event ORDER BY hash(record)")
        connection.execute("CREATE TABLE person AS SELECT person FROM warehouse.person")
    return size


def side(name: str, folder: Path) -> Callable[[], Any]:
    """One side's work."""
    return _ours(folder) if name == "ours" else _duckdb(folder)


def answer(made: Callable[[], Keyed]) -> dict[str, str]:
    """A digest of each feature over all the cohort's person-dates: equal only if every value is."""
    person, as_of, column = made()
    order = np.lexsort((as_of, person))
    names = [feature.name for feature in event_world.features()]
    found = {"person": person, "as_of": as_of} | {name: column(place) for place, name in enumerate(names)}
    return {name: hashlib.sha256(values[order].tobytes()).hexdigest() for name, values in found.items()}


def _ours(folder: Path) -> Callable[[], Any]:
    from features.build import build_feature_table
    from features.cohort import cusp_cohort
    from features.outcomes import label
    from features.warehouse import Warehouse
    from risk_model.preparation import Prepared
    from risk_model.training.splits import temporal_splits

    plan, turns = event_world.experiment({"lightgbm": {}}), count()

    def work() -> Callable[[], Keyed]:
        kept = folder / f"features_{next(turns)}"
        with Warehouse(Workspace(folder).warehouse) as warehouse:
            cohort = cusp_cohort(warehouse, event_world.RULE, event_world.AS_OF)
            outcome = label(warehouse, cohort, event_world.OUTCOME)
            features = build_feature_table(warehouse, cohort.table, event_world.features(), kept)
        inputs = Prepared(cohort, outcome, features).inputs().labelled()
        (split,) = temporal_splits(plan, inputs.rows.as_of)
        assert split.test is not None
        parts = [inputs.within(part).rows for part in (split.train, split.calibrate, split.test)]
        shutil.rmtree(kept)
        person, as_of = (np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "as_of"))
        return lambda: (person, as_of.astype("datetime64[D]").astype(np.int64),
                        lambda place: np.concatenate([part.X[:, place] for part in parts]))  # fmt: skip

    return work


def _duckdb(folder: Path) -> Callable[[], Any]:
    import duckdb

    connection = duckdb.connect(folder / PLAIN, read_only=True, config={"threads": event_world.THREADS})
    connection.execute("SET enable_progress_bar = false")
    classes = connection.sql("SELECT DISTINCT kind, role, code, class_id FROM event").fetchall()
    query = _query({(kind, role, code): number for kind, role, code, number in classes})
    known = "SELECT DISTINCT person FROM event WHERE kind <> 'residence' AND available_on < ?"
    seen = {day: connection.execute(known, [day]).fetchnumpy()["person"] for day in event_world.AS_OF}

    def work() -> Callable[[], Keyed]:
        made = connection.sql(query).to_arrow_table()
        return lambda: _cohort_of(made, seen)

    return work


def _cohort_of(made: Any, seen: dict[Any, np.ndarray]) -> Keyed:
    """The rows DuckDB made of people with an event known on the date, which is who the cohort is."""
    person, as_of = made["person"].to_numpy(), made["as_of"].to_numpy().astype("datetime64[D]")
    keep = np.zeros(len(person), bool)
    for day, people in seen.items():
        keep |= (as_of == np.datetime64(day)) & np.isin(person, people)
    names = [feature.name for feature in event_world.features()]
    return person[keep], as_of[keep].astype(np.int64), lambda place: made[names[place]].to_numpy()[keep]


def _query(classes: dict[tuple[str, str, str], int]) -> str:
    """The SQL: what was available on the date, by window and class of event."""
    wanted = ", ".join(f"({_aggregate(each, classes)})::FLOAT AS {each.name}" for each in event_world.features())
    dates = ", ".join(f"DATE '{day}'" for day in event_world.AS_OF)
    return f"""
        WITH r AS (SELECT person, unnest([{dates}]) AS as_of FROM person),
        seen AS (
            SELECT r.person, r.as_of, class_id::INTEGER AS class_id, gravity, r.as_of - happened_on AS ago
            FROM r LEFT JOIN event e ON e.person = r.person AND available_on < r.as_of AND happened_on < r.as_of
            AND kind <> 'residence'
        )
        SELECT person, as_of, {wanted} FROM seen GROUP BY person, as_of
    """


def _aggregate(feature: Any, classes: dict[tuple[str, str, str], int]) -> str:
    inside = "true" if feature.window.days is None else f"ago <= {feature.window.days}"
    if feature.summary is not Summary.COUNT:
        return AGGREGATES[feature.summary].format(inside)
    where = feature.events
    return f"count(*) FILTER ({inside} AND class_id = {classes[where.kind, where.role, where.code]})"
