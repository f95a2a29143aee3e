"""Feature tables: compute the columns missing on each date, keep each under all that it rests on, read the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features import (
    adding,
    compiled,
    context,
    derived,
    homes,
    kernel,
    known,
    layout,
    plan,
    variants,
    where,
    windows,
)  # fmt: skip
from features.context import is_of_area, with_area_features
from features.date_files import DateFile
from features.definition import AnyFeature, Described, Feature, check_definitions
from features.engines import local, reading
from features.errors import BadConfiguration, EmptyCohort
from features.known import code_of, column_key, known_on, known_through
from features.warehouse import Warehouse
from features.workspace import digest

MOST_DATES = 64
"""Up to this many as-of dates are kept as one file each; more (a date a person) are kept as one file."""
ROWS_AT_ONCE = 4096
"""Rows turned from columns to a matrix at once, so that they stay in the processor's cache."""
WORKERS = 2
"""Threads that write files and turn columns."""
DAYS_APART = 1 << 20
"""More days than lie between any two as-of dates."""
COMPUTING_CODE = (
    windows, where, variants, layout, plan, adding, compiled, kernel, reading, local, homes, context, known, derived,
)  # fmt: skip
ONLY_WORDS = frozenset(field.name for field in fields(Described)) - {"name", "when_missing"}
"""Fields of a feature that only describe it: a change of words does not recompute a number."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class FeatureTable:
    """``table``: person, as_of, then one float32 column per feature, in order. ``digest`` names the definitions."""

    table: pa.Table
    features: tuple[AnyFeature, ...]
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, in column order."""
        return tuple(feature.name for feature in self.features)

    def matrix(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The features as float32 of shape (rows, features)."""
        columns = [self.table[name].to_numpy() for name in self.names]
        out = np.empty((len(self.table), len(columns)), np.float32)

        def fill(at: int) -> None:
            for place, column in enumerate(columns):
                out[at : at + ROWS_AT_ONCE, place] = column[at : at + ROWS_AT_ONCE]

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(fill, range(0, len(out), ROWS_AT_ONCE)))
        return out


def definitions_digest(features: Sequence[AnyFeature]) -> str:
    """A digest of what is computed and learned from: names, events, windows, summaries, missing rules; not words."""
    return digest([[*_computation(feature), feature.fill, feature.flag_missing] for feature in features])


def _computation(feature: AnyFeature) -> list[str]:
    return [type(feature).__name__] + [
        f"{field.name}={getattr(feature, field.name)!r}" for field in fields(feature) if field.name not in ONLY_WORDS
    ]


def code_digest() -> str:
    """A digest of the source code that computes features."""
    return code_of(*COMPUTING_CODE)


def build_feature_table(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[AnyFeature], folder: Path, progress: Progress | None = None
) -> FeatureTable:
    """The features of every row (person, as_of, age_years), in the order of ``rows``; columns already built are read.

    A column of a date is kept under all it rests on: its definition, the code, and what was known on the date of the
    kinds of record it looks at. So it is never stale, and what reached us later does not rebuild it.

    :raises EmptyCohort: there are no rows.
    :raises BadConfiguration: a definition is faulty, or two have one name.
    """
    wanted = _event_features(rows, features)
    sorted_rows = _by_person(rows)
    files = date_files(warehouse, sorted_rows, wanted, folder)
    there = [file for file in files if len(file.stale()) < len(wanted)]
    fresh = list(_compute(warehouse, sorted_rows, wanted, files, progress))
    whole = pa.concat_tables([*fresh, *(file.read(wanted) for file in there)])
    table = _in_order(whole, rows).append_column("age_years", rows["age_years"])
    return FeatureTable(derived.complete(table, features), tuple(features), definitions_digest(features))


def write_feature_files(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[AnyFeature], folder: Path, progress: Progress | None = None
) -> list[Path]:
    """As :func:`build_feature_table`, in memory that does not grow with the columns: only the files, a date each.

    Derived features and ages are not written: they are made when a table is read.
    """
    wanted = _event_features(rows, features)
    sorted_rows = _by_person(rows)
    files = date_files(warehouse, sorted_rows, wanted, folder)
    for _ in _compute(warehouse, sorted_rows, wanted, files, progress):
        pass
    return [file.path for file in files]


def _event_features(rows: pa.Table, features: Sequence[AnyFeature]) -> list[Feature]:
    """The features computed from events, once all is found in order."""
    if len(rows) == 0:
        raise EmptyCohort("no rows to build features for; the cohort is empty")
    check_definitions(features)
    wanted = [feature for feature in features if isinstance(feature, Feature)]
    if not wanted:
        raise BadConfiguration("no feature looks at events; choose at least one theme")
    return wanted


def date_files(warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature], folder: Path) -> list[DateFile]:
    """A file for each as-of date, with the keys its columns must have; one for all where there are too many dates."""
    code = code_digest()
    dates = rows["as_of"].unique().sort().to_pylist()
    if len(dates) > MOST_DATES:
        parts = [("many-dates", rows, known_through(warehouse, dates[-1]))]
    else:
        known = known_on(warehouse, dates)
        parts = [(f"{day}", rows.filter(pc.equal(rows["as_of"], day)), known.get(day, {})) for day in dates]
    return [
        DateFile(
            folder / f"{name}-{_rows_digest(part)}.parquet", part.select(["person", "as_of"]),
            {f.name: column_key(f, _computation(f), code, what) for f in features},
        )
        for name, part, what in parts
    ]  # fmt: skip


def _rows_digest(rows: pa.Table) -> str:
    made = hashlib.sha256()
    for name in ("person", "as_of"):
        made.update(rows[name].to_numpy().tobytes())
    return made.hexdigest()[:12]


def _compute(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature], files: Sequence[DateFile],
    progress: Progress | None,
) -> Iterator[pa.Table]:  # fmt: skip
    """Compute the columns that are missing, those missing on the same dates in one pass over the people.

    Yields the ranges of files of which every column was missing, so that they need not be read back.
    """
    passes: dict[tuple[str, ...], list[DateFile]] = {}
    for file in files:
        if stale := file.stale():
            passes.setdefault(stale, []).append(file)
    for stale, those in passes.items():
        asked = [feature for feature in features if feature.name in stale]
        yield from _one_pass(warehouse, rows, asked, those, progress, len(asked) == len(features))


def _one_pass(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature], files: Sequence[DateFile],
    progress: Progress | None, wanted_whole: bool,
) -> Iterator[pa.Table]:  # fmt: skip
    """These columns for these files, range by range of people; files replace the old ones at the end."""
    if sum(len(file.rows) for file in files) < len(rows):
        rows = rows.filter(pc.is_in(rows["as_of"], pa.concat_tables(f.rows for f in files)["as_of"].unique()))
    of_areas = [feature for feature in features if is_of_area(feature)]
    of_people = [feature for feature in features if feature not in of_areas]
    done = 0
    with ExitStack() as stack, ThreadPoolExecutor(WORKERS) as pool:
        for file in files:
            stack.enter_context(file.being_written([feature.name for feature in features]))
        for table in local.feature_ranges(warehouse, rows, of_people):
            made = with_area_features(warehouse, table, of_areas)
            made = made.select(["person", "as_of", *(feature.name for feature in features)])
            list(pool.map(lambda file, made=made: file.write(made), files))
            done += len(table)
            if progress:
                progress(f"features: {done:,} of {len(rows):,} person-dates")
            if wanted_whole:
                yield made


def _by_person(rows: pa.Table) -> pa.Table:
    """The rows sorted by person, then date; as they are where they lie so already, as a cohort's do."""
    keys = _keys(rows, np.unique(rows["person"].to_numpy()))
    return rows if (keys[1:] > keys[:-1]).all() else rows.take(pa.array(np.argsort(keys, kind="stable")))


def _in_order(table: pa.Table, rows: pa.Table) -> pa.Table:
    """The rows of ``table`` that match ``rows`` (person, as_of), in the order of ``rows``; each is there once."""
    people = np.unique(table["person"].to_numpy())
    keys, wanted = _keys(table, people), _keys(rows, people)
    if np.array_equal(keys, wanted):
        return table
    order = np.argsort(keys, kind="stable")
    return table.take(pa.array(order[np.searchsorted(keys, wanted, sorter=order)]))


def _keys(rows: pa.Table, people: NDArray[np.int64]) -> NDArray[np.int64]:
    """One whole number a person-date, in order of person, then date."""
    days = rows["as_of"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.searchsorted(people, rows["person"].to_numpy()) * DAYS_APART + days
