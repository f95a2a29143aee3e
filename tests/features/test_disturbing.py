"""A faulty copy of a warehouse has the fault it says, in the size it says, and the warehouse itself stays as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.disturbing import DISTURBANCES, MOST_DAYS, ONE_IN, Disturbance, write_disturbed
from features.warehouse import Warehouse
from features.workspace import digest_file

DATES, CODES = DISTURBANCES


@pytest.fixture(scope="module")
def warehouse(small_run: Path) -> Path:
    return small_run / "northumbria" / "warehouse.duckdb"


def events(path: Path, who: pa.Array | None = None) -> pa.Table:
    with Warehouse(path) as held:
        wanted = None if who is None else who.to_pylist()
        return held.events(wanted)


def some(warehouse: Path) -> pa.Array:
    with Warehouse(warehouse) as held:
        return held.sql("SELECT DISTINCT person FROM event ORDER BY person LIMIT 800")["person"].combine_chunks()


def made(warehouse: Path, folder: Path, how: Disturbance, seed: int = 1) -> pa.Table:
    write_disturbed(warehouse, folder / f"{how.name}{seed}.duckdb", some(warehouse), how, seed)
    return events(folder / f"{how.name}{seed}.duckdb")


def test_dates_are_off_by_up_to_a_week_and_never_after_they_were_known(warehouse: Path, tmp_path: Path) -> None:
    before, after = events(warehouse, some(warehouse)), made(warehouse, tmp_path, DATES)
    assert len(before) == len(after)
    days = [table.sort_by([(name, "ascending") for name in ("person", "class_id", "record", "available_on", "value")])
            for table in (before, after)]  # fmt: skip
    alone = before.group_by(["person", "class_id", "record", "available_on"]).aggregate([([], "count_all")])
    assert alone["count_all"].to_pylist().count(1) > 0.9 * len(alone)
    moved = (days[1]["happened_on"].to_numpy() - days[0]["happened_on"].to_numpy()).astype(int)
    within = np.abs(moved) <= MOST_DAYS
    assert within.mean() > 0.95, "those beside each other in the order may be others' rows"
    assert len(np.unique(moved[within])) == 2 * MOST_DAYS + 1
    assert (after["happened_on"].to_numpy() <= after["available_on"].to_numpy()).all()


def test_one_record_in_twenty_is_missing_and_the_rest_are_as_they_were(warehouse: Path, tmp_path: Path) -> None:
    before, after = events(warehouse, some(warehouse)), made(warehouse, tmp_path, CODES)
    gone = 1 - len(after) / len(before)
    assert abs(gone - 1 / ONE_IN) < 0.01
    rows = {tuple(row.items()) for row in before.to_pylist()}
    assert all(tuple(row.items()) in rows for row in after.to_pylist()[:2000])


def test_a_seed_makes_one_copy_another_seed_another_and_the_warehouse_is_not_touched(
    warehouse: Path, tmp_path: Path
) -> None:
    was = digest_file(warehouse)
    (tmp_path / "again").mkdir()
    first, again = (made(warehouse, folder, CODES) for folder in (tmp_path, tmp_path / "again"))
    assert first.equals(again)
    assert not first.equals(made(warehouse, tmp_path, CODES, seed=2))
    assert digest_file(warehouse) == was
