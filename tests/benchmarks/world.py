"""A seeded world of events and person-dates as Parquet, and the features the comparisons compute on it.

Events lie as they do after intake: sorted by person, then date, each recorded later than it happened. Values are whole
quarters, so their sums are exact in whatever order they are added, and every way of computing them must agree to the
last bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.definition import Feature, Phrase, Summary, Where
from features.events import SUSPENSION_REASONS
from features.windows import LookBack, days_since_epoch

CODES = SUSPENSION_REASONS[:12]
CLASSES = [("suspension", "pupil", code) for code in CODES]
WINDOWS = (90, 180, 365, 730, None)
SUMMARIES = (Summary.TOTAL, Summary.MEAN, Summary.LARGEST, Summary.DAYS_SINCE_LAST, Summary.DISTINCT_CODES)
AS_OF = [date(2022, 1, 1), date(2022, 7, 1), date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1), date(2024, 7, 1)]
FIRST_DAY, DAYS = days_since_epoch(date(2019, 1, 1)), 2192
SEED = 20
THREADS = 2
PEOPLE_A_BLOCK, EVENTS_A_BLOCK = 25_000, 1_250_000


@dataclass(frozen=True)
class Size:
    """A world's size: ``blocks`` of ``people`` and ``events`` each. A small world is the beginning of a larger one."""

    blocks: int
    people: int
    events: int

    @property
    def plain(self) -> str:
        """The size in words.

        >>> world_size(5_000_000).plain
        '5,000,000 events, 600,000 person-dates, 85 features'
        """
        people, events = self.blocks * self.people, self.blocks * self.events
        return f"{events:,} events, {people * len(AS_OF):,} person-dates, {len(FEATURES)} features"


def world_size(events: int, quick: bool = False) -> Size:
    """The world of so many events (a multiple of 1.25 million), or its twentieth."""
    part = 20 if quick else 1
    return Size(events // EVENTS_A_BLOCK, PEOPLE_A_BLOCK // part, EVENTS_A_BLOCK // part)


def features() -> list[Feature]:
    """Counts by 12 codes and 5 summaries over all of them, each over 5 windows: 85 features."""
    made = []
    for window in WINDOWS:
        for code in CODES:
            made.append(_feature(f"n_{code}_{window}", Summary.COUNT, window, code))
        for summary in SUMMARIES:
            made.append(_feature(f"{summary.name.lower()}_{window}", summary, window, None))
    return made


def _feature(name: str, summary: Summary, window: int | None, code: str | None) -> Feature:
    return Feature(name, "How many, or how much?", theme="school", phrase=Phrase("{n}"), summary=summary,
                   events=Where("suspension", code=code), window=LookBack(window))  # fmt: skip


FEATURES = features()
NAMES = [feature.name for feature in FEATURES]


def write_world(folder: Path, size: Size) -> None:
    """``events.parquet`` and ``rows.parquet`` in ``folder``: the same size gives the same rows."""
    pq.write_table(pa.concat_tables(_events(size, block) for block in range(size.blocks)), folder / "events.parquet")
    people = np.arange(size.blocks * size.people, dtype=np.int64)
    as_of = pa.array(AS_OF * len(people), pa.date32())
    pq.write_table(pa.table({"person": np.repeat(people, len(AS_OF)), "as_of": as_of}), folder / "rows.parquet")


def _events(size: Size, block: int) -> pa.Table:
    rng = np.random.default_rng([SEED, block])
    busy = rng.gamma(0.8, 1, size.people) + 0.15
    person = block * size.people + rng.choice(size.people, size.events, p=busy / busy.sum())
    day = FIRST_DAY + rng.integers(0, DAYS, size.events)
    order = np.lexsort((day, person))
    delay = np.minimum(rng.exponential(12, size.events), 90).astype(np.int64)
    never = pa.nulls(size.events, pa.date32())
    return pa.table(
        {
            "person": person[order].astype(np.int64),
            "class_id": rng.integers(0, len(CODES), size.events).astype(np.int16),
            "happened_on": _dates(day[order]),
            "ended_on": never,
            "available_on": _dates(day[order] + delay),
            "withdrawn_on": never,
            "value": np.round(rng.normal(3, 1.5, size.events) * 4) / 4,
            "gravity": rng.integers(1, 9, size.events).astype(np.float64),
        }
    )


def _dates(days: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32)).view(pa.date32())


def read(folder: Path, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
    """A table of the world by pyarrow with two threads, as one chunk a column: faster than DuckDB here."""
    pa.set_cpu_count(THREADS)
    return pq.ParquetFile(folder / f"{name}.parquet").read(columns=columns)


def column_digests(made: pa.Table, names: Sequence[str] = NAMES) -> dict[str, str]:
    """A digest of each feature's float32 bytes, rows in order of person and date: equal only if every value is.

    Adding 0 turns -0 into 0: they are equal, and which one is the larger hangs on the order they come in.
    """
    made = made.sort_by([("person", "ascending"), ("as_of", "ascending")])
    values = {name: made[name].to_numpy().astype(np.float32) + np.float32(0) for name in names}
    return {name: hashlib.sha256(column.tobytes()).hexdigest() for name, column in values.items()}
