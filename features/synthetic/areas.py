"""Where the synthetic children live: real small areas from a file, or made-up ones in the six local authorities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from features.errors import BadInput, all_faults

COLUMNS = (
    "lsoa_code", "lsoa_name", "local_authority", "local_authority_code", "rural_urban", "population_10_17",
    "imd_decile",
)  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """A local authority: people aged 10-17, small areas, and the share of its areas in each IMD decile (percent)."""

    code: str
    name: str
    population: int
    areas: int
    deciles: tuple[int, ...]
    rural: float


AUTHORITIES = (
    Authority("E06000057", "Northumberland", 27_689, 197, (12, 9, 9, 11, 11, 11, 10, 7, 10, 10), 0.46),
    Authority("E08000021", "Newcastle upon Tyne", 25_164, 175, (26, 14, 7, 7, 8, 7, 6, 7, 8, 10), 0.02),
    Authority("E08000022", "North Tyneside", 18_833, 131, (9, 12, 16, 11, 5, 3, 11, 8, 11, 14), 0.05),
    Authority("E08000023", "South Tyneside", 13_397, 102, (25, 20, 17, 10, 7, 2, 4, 5, 9, 1), 0.0),
    Authority("E08000024", "Sunderland", 24_515, 185, (23, 18, 13, 12, 8, 5, 8, 8, 4, 1), 0.01),
    Authority("E08000037", "Gateshead", 17_649, 126, (17, 15, 20, 8, 10, 5, 7, 7, 7, 4), 0.06),
)
"""Mid-2020 population (ONS) and IMD 2019 spread (MHCLG), Open Government Licence v3; rounded."""
FULL_SIZE = sum(authority.population for authority in AUTHORITIES)


@dataclass(frozen=True)
class Areas:
    """Small areas, in order of code. Arrays have one row an area; ``table`` is the ``area.csv`` extract."""

    table: pa.Table
    population: NDArray[np.float64]
    deprivation: NDArray[np.float32]
    """0 in the middle, about +1.5 in the most deprived tenth, -1.5 in the least."""
    neighbourhood: NDArray[np.int64]
    """Groups of up to five neighbouring areas of one authority, where children meet."""
    authority: NDArray[np.int64]
    """Position in ``authority_codes``."""
    authority_codes: tuple[str, ...]
    codes: pa.Array

    def __len__(self) -> int:
        return len(self.population)


def read_areas(path: Path) -> Areas:
    """The areas in a file with the columns of :data:`COLUMNS` (others are ignored).

    :raises BadInput: the file is not there or not CSV, a column is missing, or values are; all faults together.
    """
    text = {name: pa.string() for name in COLUMNS}
    try:
        table = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=text))
        sent = table.column_names
    except FileNotFoundError:
        raise BadInput(f"no areas file at {path}; give one with the columns {', '.join(COLUMNS)}") from None
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        raise BadInput(f"areas file {path} is not readable CSV (UTF-8): {error}") from None
    faults = [f"no column {name}" for name in COLUMNS if name not in sent]
    faults = faults or _value_faults(table)
    if faults:
        raise BadInput(all_faults(f"areas file {path}, {len(faults)} fault(s); correct the file:", faults))
    whole = {name: _whole(table.column(name)) for name in ("population_10_17", "imd_decile")}
    columns = {name: whole.get(name, table.column(name)) for name in COLUMNS}
    return _areas(pa.table(columns).sort_by("lsoa_code"))


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers from text; null where the text is not one."""
    text = pc.utf8_trim_whitespace(column)
    good = pc.match_substring_regex(text, r"^\d{1,7}$")
    return pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.int64())


def _value_faults(table: pa.Table) -> list[str]:
    if table.num_rows == 0:
        return ["no areas in it"]
    faults = []
    for name in ("lsoa_code", "local_authority", "local_authority_code"):
        empty = pc.sum(pc.equal(pc.fill_null(table.column(name), ""), "")).as_py()
        if empty:
            faults.append(f"column {name}: {empty} empty value(s)")
    repeated = table.num_rows - pc.count_distinct(table.column("lsoa_code")).as_py()
    if repeated:
        faults.append(f"column lsoa_code: {repeated} repeated code(s)")
    population, decile = _whole(table.column("population_10_17")), _whole(table.column("imd_decile"))
    if population.null_count:
        faults.append(f"column population_10_17: {population.null_count} value(s) that are not whole numbers")
    elif pc.sum(population).as_py() == 0:
        faults.append("column population_10_17: nobody aged 10 to 17 lives in any area")
    wrong = table.num_rows - pc.sum(pc.fill_null(pc.and_(pc.greater(decile, 0), pc.less(decile, 11)), False)).as_py()
    if wrong:
        faults.append(f"column imd_decile: {wrong} value(s) that are not a decile from 1 to 10")
    return faults


def made_up_areas(rng: np.random.Generator) -> Areas:
    """Areas nobody could take for real (``SYN-E08000021-001``), with each authority's real total and deprivation."""
    rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for authority in AUTHORITIES:
        weight = rng.lognormal(0.0, 0.35, authority.areas)
        population = np.floor(weight / weight.sum() * authority.population).astype(int)
        population[: authority.population - population.sum()] += 1
        share = np.array(authority.deciles) / sum(authority.deciles)
        rows["imd_decile"] += sorted(int(d) for d in rng.choice(10, authority.areas, p=share) + 1)
        rows["population_10_17"] += [int(p) for p in population]
        rows["lsoa_code"] += [f"SYN-{authority.code}-{n + 1:03d}" for n in range(authority.areas)]
        rows["lsoa_name"] += [f"{authority.name} synthetic {n + 1:03d}" for n in range(authority.areas)]
        rows["local_authority"] += [authority.name] * authority.areas
        rows["local_authority_code"] += [authority.code] * authority.areas
        rural = rng.random(authority.areas) < authority.rural
        rows["rural_urban"] += ["Rural town and fringe" if r else "Urban conurbation" for r in rural]
    return _areas(pa.table(rows))


def _areas(table: pa.Table) -> Areas:
    names = table.column("local_authority_code").to_pylist()
    codes = tuple(sorted(set(names)))
    authority = np.array([codes.index(name) for name in names])
    order = np.lexsort((np.arange(len(names)), authority))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    first = np.searchsorted(authority[order], np.arange(len(codes)))
    within = place - first[authority]
    return Areas(
        table=table,
        population=np.asarray(table.column("population_10_17"), dtype=np.float64),
        deprivation=((5.5 - np.asarray(table.column("imd_decile"))) / 3.0).astype(np.float32),
        neighbourhood=authority * 10_000 + within // 5,
        authority=authority,
        authority_codes=codes,
        codes=table.column("lsoa_code").combine_chunks(),
    )


def only(areas: Areas, rows: NDArray[np.int64]) -> Areas:
    """Some of the areas, in their order; councils none of them is in are left out."""
    kept = np.unique(areas.authority[rows])
    return Areas(
        table=areas.table.take(pa.array(rows)),
        population=areas.population[rows],
        deprivation=areas.deprivation[rows],
        neighbourhood=areas.neighbourhood[rows],
        authority=np.searchsorted(kept, areas.authority[rows]),
        authority_codes=tuple(areas.authority_codes[number] for number in kept),
        codes=areas.codes.take(pa.array(rows)),
    )


def scaled_table(areas: Areas, scale: float) -> pa.Table:
    """``area.csv`` with the population of a world of that scale (at least 1 a populated area)."""
    scaled = np.maximum(np.rint(areas.population * scale), areas.population > 0).astype(np.int64)
    place = areas.table.column_names.index("population_10_17")
    return areas.table.set_column(place, "population_10_17", pa.array(scaled))
