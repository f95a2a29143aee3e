"""What the report and the headline rates are made from: numbers that add up over the communities of a large world.

Every figure is worked out from sums (see ``fidelity``), never from averages of averages, so that a world lived in one
piece and a world lived in twenty are reported alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.events import OFFENCE_GROUPS
from features.synthetic.areas import Areas
from features.synthetic.care import Spells
from features.synthetic.clock import FIRST_DAY, FIRST_YEAR, LAST_YEAR, MINUTES_A_DAY, YEAR, Ints, birthday
from features.synthetic.contacts import Contacts
from features.synthetic.decisions import Suspicions
from features.synthetic.police import SUSPECT, VICTIM, Occurrences, Roles
from features.synthetic.population import Children

Counts = dict[str, NDArray[np.float64]]
"""Sums by name; two worlds' are added name by name."""
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
AT_HOME = ("da_incident", "ppn")
"""Contacts that are about a child at home, not with one."""
SERIOUS = tuple(
    OFFENCE_GROUPS.index(name) for name in ("homicide", "violence_with_injury", "sexual", "robbery", "weapons")
)
"""Offence groups counted as serious violence here. A setting: definitions differ."""


@dataclass(frozen=True)
class World:
    """Everything the numbers are taken from, before it was written: one community's."""

    children: Children
    areas: Areas
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
    assaults: Ints
    """Day of each attendance at hospital after an assault."""
    unrecorded: tuple[int, int]
    """Crimes with nobody suspected that were never recorded, and all with nobody suspected."""
    undescribed: tuple[Ints, NDArray[np.bool_]]
    """For each police record: the child, and whether its ethnicity is not known."""


def added(parts: list[Counts]) -> Counts:
    """The sums of several communities."""
    found: Counts = {}
    for part in parts:
        for name, numbers in part.items():
            found[name] = found[name] + numbers if name in found else numbers
    return found


def year_start(year: int) -> int:
    """1 January as days since 1970."""
    return FIRST_DAY + int(np.ceil((year - FIRST_YEAR) * YEAR))


def first_entries(cases: Suspicions) -> tuple[Ints, Ints]:
    """Children who entered, and the day of their first youth caution or court disposal."""
    entering = cases.rows(np.flatnonzero(cases.enters))
    order = np.lexsort((entering.disposal_day, entering.child))
    child, place = np.unique(entering.child[order], return_index=True)
    return child, entering.disposal_day[order][place]


def between(day: Ints, lo: int, hi: int) -> NDArray[np.bool_]:
    """Days from ``lo`` on and before ``hi``."""
    return (day >= lo) & (day < hi)


def people(child: Ints, day: Ints, lo: int, hi: int) -> int:
    """How many children have one of these days between two."""
    return len(np.unique(child[between(day, lo, hi)]))


def open_in(spells: Spells, lo: int, hi: int) -> int:
    """How many children have a spell open between two days."""
    there = (spells.began < hi) & ((spells.ended == 0) | (spells.ended >= lo))
    return len(np.unique(spells.child[there]))


def aged_10_17(children: Children, day: int) -> NDArray[np.bool_]:
    """Which children are 10 to 17 on a day."""
    return (birthday(children.born, 10.0) <= day) & (birthday(children.born, 18.0) > day)


def met(world: World, homes: bool = False) -> tuple[Ints, Ints]:
    """Children met by police in any role and the day of each meeting; ``homes`` adds contacts about a child at home."""
    parts = [(world.roles.child, world.occurrences.began[world.roles.occurrence])]
    parts += [(c.child, c.recorded) for name, c in world.contacts.items() if homes or name not in AT_HOME]
    child, moment = (np.concatenate(column) for column in zip(*parts, strict=True))
    return child, moment // MINUTES_A_DAY


def cusp(world: World, day: int) -> NDArray[np.bool_]:
    """Which children are on the cusp on a day: aged 10-17, contact in the past 365 days, not yet an entrant."""
    found = np.zeros(len(world.children), dtype=bool)
    for child, when in _cusp_contacts(world):
        found[child[between(when, day - 365, day)]] = True
    child, entered = first_entries(world.cases)
    found[child[entered < day]] = False
    return found & aged_10_17(world.children, day)


def _cusp_contacts(world: World) -> list[tuple[Ints, Ints]]:
    named = np.isin(world.roles.role, (SUSPECT, VICTIM))
    held = [(world.roles.child[named], world.occurrences.began[world.roles.occurrence[named]] // MINUTES_A_DAY)]
    held += [(world.contacts[k].child, world.contacts[k].recorded // MINUTES_A_DAY) for k in ("custody", "missing")]
    subject, asb = world.asb_subjects, world.contacts["asb"]
    held.append((asb.child[subject], asb.recorded[subject] // MINUTES_A_DAY))
    diverted = world.cases.diverts
    return [*held, (world.cases.child[diverted], world.cases.disposal_day[diverted])]
