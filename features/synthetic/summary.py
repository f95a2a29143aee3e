"""What the synthetic world amounts to: rows, digest and headline rates a reader can set beside published ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.synthetic.clock import MINUTES_A_DAY
from features.synthetic.counting import (
    YEARS,
    Counts,
    World,
    aged_10_17,
    between,
    cusp,
    first_entries,
    met,
    open_in,
    people,
    year_start,
)

if TYPE_CHECKING:
    from features.synthetic.fidelity import Curves, Fidelity

RATE = "rate."
"""Before the name of a headline rate among the counts."""
_A_COUNT = RATE + "cusp_on_31_december"
"""Told as it is, not as a rate."""


@dataclass(frozen=True)
class SyntheticSummary:
    """What was written. ``rates`` are headline rates by name, one figure a year, 2016 to 2025."""

    seed: int
    children: int
    rows: Mapping[str, int]
    digest: str
    rates: Mapping[str, tuple[float, ...]]
    fidelity: tuple[Fidelity, ...] = field(default=(), compare=False)
    """Every published figure beside the world's."""
    curves: Curves | None = field(default=None, compare=False)


def headline_counts(world: World) -> Counts:
    """What the headline rates are made from: by name ``(2, years)``, what is counted and out of how many."""
    rows = [_year(world, year) for year in YEARS]
    return {RATE + name: np.array([row[name] for row in rows], dtype=np.float64).T for name in rows[0]}


def headline_rates(counts: Counts) -> dict[str, tuple[float, ...]]:
    """Rates a year: per 100,000, 1,000 or 10,000, or as the name says; not a number where nobody was counted."""
    with np.errstate(invalid="ignore"):
        return {
            name.removeprefix(RATE): tuple((top if name == _A_COUNT else top / out_of).round(4).tolist())
            for name, (top, out_of) in ((name, both) for name, both in counts.items() if name.startswith(RATE))
        }


def _year(world: World, year: int) -> dict[str, tuple[float, float]]:
    lo, hi = year_start(year), year_start(year + 1)
    population = float(aged_10_17(world.children, (lo + hi) // 2).sum())
    child, day = met(world)
    domestic, custody = world.contacts["da_incident"], world.contacts["custody"]
    searched = world.contacts["stop_search"].recorded // MINUTES_A_DAY
    on_cusp = float(cusp(world, hi - 1).sum())
    homes = people(domestic.child, domestic.recorded // MINUTES_A_DAY, lo, hi)
    return {
        "first_time_entrants_per_100000": (between(first_entries(world.cases)[1], lo, hi).sum(), population / 1e5),
        "share_with_any_police_contact": (people(child, day, lo, hi), population),
        "share_in_a_home_with_domestic_abuse": (homes, population),
        "arrests_per_1000": (between(custody.recorded // MINUTES_A_DAY, lo, hi).sum(), population / 1e3),
        "searches_per_1000": (between(searched, lo, hi).sum(), population / 1e3),
        "suspensions_per_100_pupils": (between(world.suspended[1], lo, hi).sum(), population * 0.75 / 100),
        "persistently_absent_share": world.absent.get(year, (0.0, 0.0)),
        "in_care_per_10000": (world.cares.on(hi - 1), population / 1e4),
        "in_need_in_year_share": (open_in(world.needs, lo, hi), population),
        "cusp_on_31_december": (on_cusp, 0.0),
        "cusp_share_on_31_december": (on_cusp, population),
    }


def folder_digest(folder: Path) -> str:
    """SHA-256 over all extract files, by name (hex)."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as stream:
            whole.update(path.name.encode() + hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()
