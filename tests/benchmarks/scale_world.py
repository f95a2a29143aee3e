"""Warehouses of 1 to 100 million events, 100 a person, and 300 or 600 features: what ``features_scale_slope`` runs on.

A block of people after another is drawn and stored, so a world never lies in memory as a whole; a smaller world is the
beginning of a larger one. Events lie as intake leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.definition import Feature, Phrase, Summary, Where
from features.windows import LookBack
from tests.benchmarks import world

BLOCKS = (1, 10, 100)
SIDES = tuple(f"{blocks}000000" for blocks in BLOCKS)
"""Events, by which the sides are named."""
TIMES = dict(zip(SIDES, (5, 3, 1), strict=True))
"""How often each size is timed: the largest is steady enough."""
WINDOWS: tuple[int | None, ...] = (91, 182, 365, 730, None)
MORE_WINDOWS: tuple[int | None, ...] = (*WINDOWS, 30, 61, 273, 547, 1095)
OF_A_CODE = (Summary.COUNT, Summary.DISTINCT_DAYS, Summary.DAYS_SINCE_LAST, Summary.TOTAL)
OF_ALL = (
    Summary.TOTAL, Summary.MEAN, Summary.SMALLEST, Summary.LARGEST, Summary.FIRST_VALUE, Summary.LAST_VALUE,
    Summary.DAYS_SINCE_FIRST, Summary.DAYS_SINCE_LAST, Summary.DISTINCT_CODES, Summary.DISTINCT_DAYS, Summary.MEAN_GAP,
    Summary.TREND,
)  # fmt: skip
MOST_MEMORY_MB = 6_000
"""What the largest may take; the bench fails above."""


def features(windows: Sequence[int | None]) -> list[Feature]:
    """Four summaries of each of 12 codes and twelve of all of them, over each window: 60 a window."""
    return [
        Feature(f"{summary.name}_{code}_{window}", "?", theme="school", phrase=Phrase("{n}"), summary=summary,
                events=Where("suspension", code=code), window=LookBack(window), when_missing=None)
        for window in windows
        for code, summaries in (*((code, OF_A_CODE) for code in world.CODES), (None, OF_ALL))
        for summary in summaries
    ]  # fmt: skip


def prepare(folder: Path, quick: bool) -> str:
    """The warehouses; what the largest holds, in words."""
    part = 200 if quick else 1
    for side, blocks in zip(SIDES, BLOCKS, strict=True):
        write(folder / side, world.Size(blocks, 10_000 // part, 1_000_000 // part))
    people, events = BLOCKS[-1] * 10_000 // part, BLOCKS[-1] * 1_000_000 // part
    return f"up to {events:,} events, {people:,} people, {len(world.AS_OF)} dates, {{}} features"


def write(folder: Path, size: world.Size) -> None:
    """A warehouse of that size, through the project's own store: only what features are read from."""
    from features.content import content_sql
    from features.store import connect, event_classes
    from features.warehouse import COLUMNS

    folder.mkdir(parents=True)
    with connect(folder / "warehouse.duckdb") as store:
        store.register("classes", event_classes())
        store.execute("CREATE TABLE event_class AS SELECT * FROM classes ORDER BY class_id")
        store.execute("CREATE TABLE person (person BIGINT, birth_month DATE)")
        store.execute("INSERT INTO person SELECT range, DATE '2009-01-01' FROM range(?)", [size.blocks * size.people])
        for block in range(size.blocks):
            given = world._events(size, block)
            codes = pa.DictionaryArray.from_arrays(given["class_id"].combine_chunks(), pa.array(world.CODES))
            store.register("given", given.drop(["class_id"]).append_column("code", codes.cast(pa.string())))
            query = """SELECT person, 'suspension' AS kind, 'pupil' AS role, code, happened_on, ended_on, available_on,
                withdrawn_on, value, gravity, NULL::VARCHAR AS place, 'drawn' AS source, '' AS record, class_id
                FROM given JOIN event_class USING (code) WHERE kind = 'suspension'
                ORDER BY person, happened_on, available_on, class_id, value, gravity"""
            store.execute(f"CREATE TABLE event AS {query}" if block == 0 else f"INSERT INTO event {query}")
        for table, columns in (
            ("relation", "person, person AS other, kind, happened_on, ended_on, available_on, withdrawn_on, source"),
            ("area_event", ", ".join((*COLUMNS, "class_id"))),
        ):
            store.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM event LIMIT 0")
        for table in ("event", "relation", "area_event", "person"):
            store.execute(f"CREATE TEMP VIEW new_{table} AS SELECT * FROM {table}")
        store.execute(f"CREATE TABLE content AS {content_sql()}")
        store.execute("CREATE TABLE objection (person BIGINT)")
        store.execute("CREATE TABLE load AS SELECT 'drawn' AS input_digest, '{}' AS report")


def side(folder: Path, windows: Sequence[int | None]) -> Callable[[], list[str]]:
    """The work on one world: from its warehouse to Parquet files, a date each, by ``write_feature_files``."""
    import tempfile

    from features.build import write_feature_files
    from features.warehouse import Warehouse

    asked = features(windows)
    with Warehouse(folder / "warehouse.duckdb") as warehouse:
        people = warehouse.sql("SELECT person FROM person")["person"].to_numpy()
    rows = pa.table({"person": np.repeat(people, len(world.AS_OF)),
                     "as_of": pa.array(np.tile(np.array(world.AS_OF, "datetime64[D]"), len(people)))})  # fmt: skip

    def work(rows: pa.Table = rows) -> list[str]:
        with tempfile.TemporaryDirectory(dir=folder) as out, Warehouse(folder / "warehouse.duckdb") as warehouse:
            paths = write_feature_files(warehouse, rows, asked, Path(out))
            return sorted(path.name[:10] for path in paths)

    work(rows.slice(0, 600))  # compiled, or read from numba's cache, before the clock runs
    return work
