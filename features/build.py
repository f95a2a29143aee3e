"""Feature tables: compute the missing dates, keep each date under the key of all it depends on, read the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features import (
    adding,
    compiled,
    context,
    derived,
    homes,
    kernel,
    layout,
    plan,
    variants,
    where,
    windows,
)  # fmt: skip
from features.context import is_of_area, with_area_features
from features.definition import AnyFeature, Described, Feature, check_definitions
from features.engines import local, reading
from features.errors import BadConfiguration, EmptyCohort
from features.warehouse import Warehouse
from features.workspace import digest, digest_file, whole_file

MOST_DATES = 64
"""Up to this many as-of dates are kept as one file each; more (a date a person) are kept as one file."""
ROWS_AT_ONCE = 4096
"""Rows turned from columns to a matrix at once, so that they stay in the processor's cache."""
WORKERS = 2
"""Threads that write files and turn columns."""
DAYS_APART = 1 << 20
"""More days than lie between any two as-of dates."""
COMPUTING_CODE = (
    windows,
    where,
    variants,
    layout,
    plan,
    adding,
    compiled,
    kernel,
    reading,
    local,
    homes,
    context,
    derived,
)
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
    """A digest of what is computed: names, events, windows, summaries, missing rules; not the words."""
    return digest([_computation(feature) for feature in features])


def _computation(feature: AnyFeature) -> list[str]:
    return [type(feature).__name__] + [
        f"{field.name}={getattr(feature, field.name)!r}" for field in fields(feature) if field.name not in ONLY_WORDS
    ]


def code_digest() -> str:
    """A digest of the source code that computes features."""
    return digest([digest_file(Path(str(module.__file__))) for module in COMPUTING_CODE])


def build_feature_table(
    warehouse: Warehouse, rows: pa.Table, features: Sequence[AnyFeature], folder: Path, progress: Progress | None = None
) -> FeatureTable:
    """The features of every row (person, as_of, age_years), in the order of ``rows``; dates already built are read.

    The cache key covers the data, the definitions, the code and the rows themselves, so it is never stale.

    :raises EmptyCohort: there are no rows.
    :raises BadConfiguration: a definition is faulty, or two have one name.
    """
    if len(rows) == 0:
        raise EmptyCohort("no rows to build features for; the cohort is empty")
    check_definitions(features)
    if not any(isinstance(feature, Feature) for feature in features):
        raise BadConfiguration("no feature looks at events; choose at least one theme")
    version = definitions_digest(features)
    home = folder / digest([warehouse.fingerprint, version, code_digest()])
    parts = {home / f"{name}.parquet": part for name, part in _by_date(rows)}
    missing = {path: part for path, part in parts.items() if not path.exists()}
    tables = [pq.read_table(path, memory_map=True) for path in parts if path not in missing]
    if missing:
        tables.append(_build(warehouse, rows, missing, features, progress))
    return FeatureTable(_in_order(pa.concat_tables(tables), rows), tuple(features), version)


def _by_date(rows: pa.Table) -> list[tuple[str, pa.Table]]:
    """The rows of each as-of date with a file name; all in one where there are too many dates."""
    dates = rows["as_of"].unique().sort()
    if len(dates) > MOST_DATES:
        return [(f"many-dates-{_rows_digest(rows)}", rows)]
    parts = [(day, rows.filter(pa.compute.equal(rows["as_of"], day))) for day in dates]
    return [(f"{day.as_py()}-{_rows_digest(part)}", part) for day, part in parts]


def _rows_digest(rows: pa.Table) -> str:
    made = hashlib.sha256()
    for name in ("person", "as_of", "age_years"):
        made.update(rows[name].to_numpy().tobytes())
    return made.hexdigest()[:12]


def _build(
    warehouse: Warehouse, rows: pa.Table, parts: Mapping[Path, pa.Table], features: Sequence[AnyFeature],
    progress: Progress | None,
) -> pa.Table:  # fmt: skip
    """Compute the missing dates in one pass over the people, then write one whole file a date; all of them together."""
    rows = _by_person(rows.filter(pc.is_in(rows["as_of"], pa.concat_tables(parts.values())["as_of"].unique())))
    wanted = [feature for feature in features if isinstance(feature, Feature)]
    of_areas = [feature for feature in wanted if is_of_area(feature)]
    made, done = [], 0
    for table in local.feature_ranges(warehouse, rows, [feature for feature in wanted if feature not in of_areas]):
        made.append(derived.complete(with_area_features(warehouse, table, of_areas), features))
        done += len(table)
        if progress:
            progress(f"features: {done:,} of {len(rows):,} person-dates")
    whole = pa.concat_tables(made)

    def write(path: Path) -> None:
        with whole_file(path) as scratch:
            pq.write_table(
                _in_order(whole, parts[path]),
                scratch,
                compression="zstd",
                use_dictionary=["as_of"],
                write_statistics=False,
            )

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(write, parts))
    return whole


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
