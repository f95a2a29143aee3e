"""Police occurrences: children named as suspects, victims and witnesses become crimes with roles and outcomes.

A victim is not a suspect: nobody is both in one occurrence, and the roles stay apart in every file.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.events import OFFENCE_GROUPS
from features.synthetic.areas import Areas
from features.synthetic.clock import CUT, MINUTES_A_DAY, YEAR, Ints, moments, recording_delay
from features.synthetic.decisions import NFA, VICTIM_MIX, Suspicions, offences
from features.synthetic.defects import USUAL, Defects
from features.synthetic.population import Children
from features.synthetic.together import attach_victims
from features.synthetic.writing import Column, coded, minutes, yes_no
from features.windows import NEVER

SUSPECT, VICTIM, WITNESS, REPORTER, OTHER_ROLE = range(5)
"""Positions in ``features.events.POLICE_ROLES``."""
FAR = np.int64(NEVER) * MINUTES_A_DAY


@dataclass
class Occurrences:
    """Crimes, one row each, in order of recording; times in minutes since 1970."""

    offence: Ints
    began: Ints
    ended: Ints
    reported: Ints
    recorded: Ints
    area: Ints
    domestic: NDArray[np.bool_]
    weapon: NDArray[np.bool_]


@dataclass
class Roles:
    """Children in occurrences, one row each; ``until`` is ``FAR`` unless the role was taken back."""

    occurrence: Ints
    child: Ints
    role: Ints
    since: Ints
    until: Ints
    suspicion: Ints
    """Row of the suspicion, -1 for other roles."""


def make_occurrences(
    rng: np.random.Generator,
    children: Children,
    areas: Areas,
    found: Suspicions,
    group: Ints,
    victims: tuple[Ints, Ints],
    defects: Defects = USUAL,
) -> tuple[Occurrences, Roles]:
    """All occurrences with their roles. ``victims`` are (children, days)."""
    child, day = victims
    _, first = np.unique(group, return_index=True)
    attached = attach_victims(rng, children, areas, found, first, child, day)
    own = np.flatnonzero(attached < 0)
    attached[own] = len(first) + np.arange(len(own))
    occurred = np.concatenate([found.day[first], day[own]])
    lead = np.concatenate([found.child[first], child[own]])
    offence = np.concatenate([found.offence[first], offences(rng, VICTIM_MIX, len(own))])
    occurrences = _details(rng, children, areas, offence, occurred, lead, defects)
    unrecorded = len(first) + np.flatnonzero(rng.random(len(own)) < defects.unrecorded)
    occurrences.recorded[unrecorded] = FAR
    roles = Roles(
        occurrence=np.concatenate([group, attached]),
        child=np.concatenate([found.child, child]),
        role=np.repeat((SUSPECT, VICTIM), (len(group), len(child))),
        since=np.zeros(len(group) + len(child), dtype=np.int64),
        until=np.full(len(group) + len(child), FAR),
        suspicion=np.concatenate([np.arange(len(group)), np.full(len(child), -1)]),
    )
    roles = _distinct(_with_bystanders(rng, children, areas, occurrences, roles, len(first)))
    _date_roles(rng, occurrences, roles, found, defects)
    return occurrences, roles


def _details(
    rng: np.random.Generator, children: Children, areas: Areas, offence: Ints, day: Ints, lead: Ints, defects: Defects
) -> Occurrences:
    count = len(day)
    began = moments(rng, day, defects)
    lasted = np.where(rng.random(count) < 0.12, rng.exponential(900, count), rng.exponential(12, count)).astype(
        np.int64
    )
    historic = (offence == OFFENCE_GROUPS.index("sexual")) & (rng.random(count) < 0.35)
    wait = recording_delay(rng, count, defects, 5 / 7) + np.where(
        historic, rng.integers(10, 200, count) * MINUTES_A_DAY, 0
    )
    reported = began + lasted + wait
    recorded = reported + recording_delay(rng, count, defects, 2.5 / 7) // 2
    home = children.area_on(lead, day)
    near = rng.random(count) < 0.4
    area = np.where(near, _nearby(rng, areas, home), home)
    family = children.families.hardship[children.family[lead]]
    violent = offence <= OFFENCE_GROUPS.index("sexual")
    domestic = violent & (rng.random(count) < np.clip(0.13 + 0.05 * family, 0.02, 0.4))
    chance = np.full(len(OFFENCE_GROUPS), 0.01)
    for name, share in (("homicide", 0.6), ("violence_with_injury", 0.10), ("robbery", 0.28), ("weapons", 0.95)):
        chance[OFFENCE_GROUPS.index(name)] = share
    return Occurrences(
        offence, began, began + lasted, reported, recorded, area, domestic, rng.random(count) < chance[offence]
    )


def _nearby(rng: np.random.Generator, areas: Areas, home: Ints) -> Ints:
    """An area of the same neighbourhood."""
    order = np.argsort(areas.neighbourhood, kind="stable")
    ranked = areas.neighbourhood[order]
    lo = np.searchsorted(ranked, areas.neighbourhood[home], side="left")
    hi = np.searchsorted(ranked, areas.neighbourhood[home], side="right")
    return order[lo + np.floor(rng.random(len(home)) * (hi - lo)).astype(np.int64)]


def _with_bystanders(
    rng: np.random.Generator, children: Children, areas: Areas, occurrences: Occurrences, roles: Roles, suspected: int
) -> Roles:
    """Add witnesses, and a few who reported or were there: young people of the same neighbourhood."""
    asked = np.flatnonzero(rng.random(len(occurrences.area)) < 0.16)
    where = areas.neighbourhood[occurrences.area[asked]]
    living = areas.neighbourhood[children.families.home[children.family, 0]]
    order = np.argsort(living, kind="stable")
    lo, hi = (np.searchsorted(living[order], where, side=side) for side in ("left", "right"))
    picked = order[np.minimum(lo + np.floor(rng.random(len(asked)) * (hi - lo)).astype(np.int64), len(order) - 1)]
    day = occurrences.began[asked] // MINUTES_A_DAY
    age = (day - children.born[picked]) / YEAR
    there = children.families.arrived_on[children.family[picked]] < day
    fits = (hi > lo) & (age > 9.5) & (age < 17.9) & there
    role = rng.choice((WITNESS, REPORTER, OTHER_ROLE), int(fits.sum()), p=(0.72, 0.14, 0.14))
    count = len(role)
    return Roles(
        np.concatenate([roles.occurrence, asked[fits]]),
        np.concatenate([roles.child, picked[fits]]),
        np.concatenate([roles.role, role]),
        np.concatenate([roles.since, np.zeros(count, dtype=np.int64)]),
        np.concatenate([roles.until, np.full(count, FAR)]),
        np.concatenate([roles.suspicion, np.full(count, -1)]),
    )


def _rows(roles: Roles, keep: Ints | NDArray[np.bool_]) -> Roles:
    return Roles(**{part.name: getattr(roles, part.name)[keep] for part in fields(Roles)})


def _distinct(roles: Roles) -> Roles:
    """One role a child in an occurrence: suspect before victim before the rest."""
    order = np.lexsort((roles.role, roles.child, roles.occurrence))
    same = np.zeros(len(order), dtype=bool)
    occurrence, child = roles.occurrence[order], roles.child[order]
    same[1:] = (occurrence[1:] == occurrence[:-1]) & (child[1:] == child[:-1])
    return _rows(roles, np.sort(order[~same]))


def _date_roles(
    rng: np.random.Generator, occurrences: Occurrences, roles: Roles, found: Suspicions, defects: Defects
) -> None:
    """When each role was attached; about one in twelve suspects with no further action is later eliminated."""
    count = len(roles.child)
    wait = np.where(roles.role == SUSPECT, rng.exponential(4.0, count), rng.exponential(0.3, count))
    roles.since = occurrences.recorded[roles.occurrence] + (np.minimum(wait, 60) * MINUTES_A_DAY).astype(np.int64)
    suspects = np.flatnonzero(roles.suspicion >= 0)
    no_action = found.outcome[roles.suspicion[suspects]] == NFA
    cleared = suspects[no_action & (rng.random(len(suspects)) < defects.eliminated)]
    roles.until[cleared] = roles.since[cleared] + rng.integers(3, 120, len(cleared)) * MINUTES_A_DAY


def never_recorded(occurrences: Occurrences, roles: Roles) -> tuple[int, int]:
    """How many crimes with nobody suspected were never recorded, and how many there are."""
    open_ = np.ones(len(occurrences.recorded), dtype=bool)
    open_[roles.occurrence[roles.role == SUSPECT]] = False
    return int((open_ & (occurrences.recorded == FAR)).sum()), int(open_.sum())


def recorded_before_cut(occurrences: Occurrences, roles: Roles) -> tuple[Occurrences, Roles]:
    """What police had recorded by the cut, occurrences in order of recording."""
    order = np.argsort(occurrences.recorded, kind="stable")
    order = order[occurrences.recorded[order] < CUT * MINUTES_A_DAY]
    place = np.full(len(occurrences.recorded), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    kept = _rows(roles, (place[roles.occurrence] >= 0) & (roles.since < CUT * MINUTES_A_DAY))
    kept.occurrence = place[kept.occurrence]
    kept = _rows(kept, np.lexsort((kept.child, kept.occurrence)))
    return Occurrences(**{part.name: getattr(occurrences, part.name)[order] for part in fields(Occurrences)}), kept


def occurrence_columns(areas: Areas, crimes: Occurrences, occ_id: pa.Array) -> dict[str, Column]:
    """The ``occurrence`` extract."""
    return {
        "occ_id": occ_id,
        "ho_class": coded(OFFENCE_GROUPS, crimes.offence),
        "committed_from": minutes(crimes.began),
        "committed_to": minutes(crimes.ended),
        "reported_dt": minutes(crimes.reported),
        "recorded_dt": minutes(crimes.recorded),
        "lsoa": areas.codes.take(pa.array(crimes.area)),
        "da_flag": yes_no(crimes.domestic),
        "weapon_flag": yes_no(crimes.weapon),
    }
