"""What the synthetic world amounts to: rows, digest and headline rates a reader can set beside published ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.synthetic.care import Spells
from features.synthetic.clock import FIRST_DAY, FIRST_YEAR, LAST_YEAR, MINUTES_A_DAY, YEAR, Ints, birthday
from features.synthetic.contacts import Contacts
from features.synthetic.decisions import Suspicions
from features.synthetic.police import SUSPECT, VICTIM, Occurrences, Roles
from features.synthetic.population import Children

_AT_HOME = ("da_incident", "ppn")
"""Contacts that are about a child at home, not with one."""
if TYPE_CHECKING:
    from features.synthetic.fidelity import Curves, Fidelity

YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))


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


@dataclass(frozen=True)
class World:
    """Everything the rates are made from, before it was written."""

    children: Children
    occurrences: Occurrences
    roles: Roles
    suspicions: Suspicions
    contacts: Mapping[str, Contacts]
    asb_subjects: Ints
    cases: Suspicions
    suspended: tuple[Ints, Ints]
    absent: Mapping[int, tuple[float, float]]
    """By year: persistently absent, and pupils."""
    needs: Spells
    cares: Spells


def year_start(year: int) -> int:
    """1 January as days since 1970."""
    return FIRST_DAY + int(np.ceil((year - FIRST_YEAR) * YEAR))


def first_entries(cases: Suspicions) -> tuple[Ints, Ints]:
    """Children who entered, and the day of their first youth caution or court disposal."""
    entering = cases.rows(np.flatnonzero(cases.enters))
    order = np.lexsort((entering.disposal_day, entering.child))
    child, place = np.unique(entering.child[order], return_index=True)
    return child, entering.disposal_day[order][place]


def headline_rates(world: World) -> dict[str, tuple[float, ...]]:
    """Rates a year: per 100,000, 1,000 or 10,000, or as the name says."""
    rows = [_year(world, year) for year in YEARS]
    return {name: tuple(round(row[name], 4) for row in rows) for name in rows[0]}


def _year(world: World, year: int) -> dict[str, float]:
    lo, hi = year_start(year), year_start(year + 1)
    population = float(_aged_10_17(world.children, (lo + hi) // 2).sum())
    entered = first_entries(world.cases)[1]
    named = np.concatenate([world.roles.child] + [c.child for k, c in world.contacts.items() if k not in _AT_HOME])
    when = np.concatenate(
        [world.occurrences.began[world.roles.occurrence] // MINUTES_A_DAY]
        + [c.recorded // MINUTES_A_DAY for k, c in world.contacts.items() if k not in _AT_HOME]
    )
    per = 1_000 / population
    domestic, custody = world.contacts["da_incident"], world.contacts["custody"]
    absent, pupils = world.absent.get(year, (0.0, 0.0))
    suspended = world.suspended[1]
    return {
        "first_time_entrants_per_100000": float(_between(entered, lo, hi).sum() / population * 100_000),
        "share_with_any_police_contact": _people(named, when, lo, hi) / population,
        "share_in_a_home_with_domestic_abuse": _people(
            domestic.child, domestic.recorded // MINUTES_A_DAY, lo, hi
        ) / population,
        "arrests_per_1000": float(_between(custody.recorded // MINUTES_A_DAY, lo, hi).sum() * per),
        "searches_per_1000": float(
            _between(world.contacts["stop_search"].recorded // MINUTES_A_DAY, lo, hi).sum() * per
        ),
        "suspensions_per_100_pupils": float(_between(suspended, lo, hi).sum() / population / 0.75 * 100),
        "persistently_absent_share": absent / pupils if pupils else float("nan"),
        "in_care_per_10000": world.cares.on(hi - 1) / population * 10_000,
        "in_need_in_year_share": _open_in(world.needs, lo, hi) / population,
        "cusp_on_31_december": float(cusp(world, hi - 1).sum()),
        "cusp_share_on_31_december": float(cusp(world, hi - 1).sum() / population),
    }  # fmt: skip


def _between(day: Ints, lo: int, hi: int) -> NDArray[np.bool_]:
    return (day >= lo) & (day < hi)


def _people(child: Ints, day: Ints, lo: int, hi: int) -> float:
    return float(len(np.unique(child[_between(day, lo, hi)])))


def _open_in(spells: Spells, lo: int, hi: int) -> float:
    there = (spells.began < hi) & ((spells.ended == 0) | (spells.ended >= lo))
    return float(len(np.unique(spells.child[there])))


def _aged_10_17(children: Children, day: int) -> NDArray[np.bool_]:
    return (birthday(children.born, 10.0) <= day) & (birthday(children.born, 18.0) > day)


def cusp(world: World, day: int) -> NDArray[np.bool_]:
    """Which children are on the cusp on a day: aged 10-17, contact in the past 365 days, not yet an entrant."""
    roles = world.roles.child[np.isin(world.roles.role, (SUSPECT, VICTIM))]
    began = world.occurrences.began[world.roles.occurrence] // MINUTES_A_DAY
    held = [(roles, began[np.isin(world.roles.role, (SUSPECT, VICTIM))])]
    held += [(world.contacts[k].child, world.contacts[k].recorded // MINUTES_A_DAY) for k in ("custody", "missing")]
    subject = world.asb_subjects
    held.append((world.contacts["asb"].child[subject], world.contacts["asb"].recorded[subject] // MINUTES_A_DAY))
    diverted = world.cases.diverts
    held.append((world.cases.child[diverted], world.cases.disposal_day[diverted]))
    found = np.zeros(len(world.children), dtype=bool)
    for child, when in held:
        found[child[_between(when, day - 365, day)]] = True
    child, entered = first_entries(world.cases)
    found[child[entered < day]] = False
    return found & _aged_10_17(world.children, day)


def folder_digest(folder: Path) -> str:
    """SHA-256 over all extract files, by name (hex)."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as stream:
            whole.update(path.name.encode() + hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()
