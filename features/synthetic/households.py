"""What other services hold of a child's household: an adult on probation, and the family's social tenancy."""

from __future__ import annotations

import numpy as np

from features.synthetic.clock import CUT, FIRST_DAY, Ints, birthday
from features.synthetic.names import record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_births, typed_names
from features.synthetic.writing import CHILD, Column, coded, dates_of_birth, days, texts
from features.windows import NEVER

EARLIEST = FIRST_DAY - 4 * 365
_TENANTS = (-1.75, 1.1)
_IN_ARREARS = (-1.1, 0.5)
"""Log odds of a social tenancy, and of arrears in one: level, and effect of the family's hardship."""


def _members(children: Children, family: Ints, began: Ints) -> tuple[Ints, Ints]:
    """Rows (position in ``family``, child) of everybody under 18 in those families when something began."""
    order = np.argsort(children.family, kind="stable")
    lo, hi = (np.searchsorted(children.family[order], family, side=side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(family)), hi - lo)
    child = order[np.repeat(lo - np.cumsum(hi - lo) + (hi - lo), hi - lo) + np.arange(len(row))]
    there = (birthday(children.born, 18.0)[child] > began[row]) & (children.born[child] < began[row])
    return row[there], child[there]


def _identity(rng: np.random.Generator, children: Children, child: Ints) -> dict[str, Column]:
    forename, surname = typed_names(rng, children, child)
    return {
        "forename": texts(forename),
        "surname": texts(surname),
        "dob": dates_of_birth(typed_births(rng, children.born[child])),
    }


def probation_columns(rng: np.random.Generator, children: Children) -> dict[str, Column]:
    """The ``probation`` extract: one row a supervision and child; half of convicted parents come up in these years."""
    convicted = np.flatnonzero(children.families.convicted & (rng.random(len(children.families.convicted)) < 0.8))
    family = np.repeat(convicted, 1 + (rng.random(len(convicted)) < 0.4))
    began = rng.integers(EARLIEST, CUT - 30, len(family))
    ended = began + np.clip(rng.lognormal(5.8, 0.5, len(family)), 90, 1500).astype(np.int64)
    recorded = began + np.minimum(rng.exponential(10, len(family)), 90).astype(np.int64)
    supervision = record_numbers("PS", shuffled_numbers(rng, len(family), 900_000), 8)
    kind, relation = rng.choice(3, len(family), p=(0.70, 0.18, 0.12)), rng.choice(3, len(family), p=(0.84, 0.10, 0.06))
    row, child = _members(children, family, began)
    keep = recorded[row] < CUT
    row, child = row[keep], child[keep]
    return _identity(rng, children, child) | {
        CHILD: child,
        "supervision_id": supervision.take(row),
        "child_ref": _references(rng, "PC", child),
        "relationship": coded(("parent", "sibling", "other"), relation[row]),
        "supervision": coded(("community", "licence", "custody"), kind[row]),
        "start_dt": days(began[row]),
        "end_dt": days(ended[row]),
        "recorded_dt": days(recorded[row]),
    }


def housing_columns(rng: np.random.Generator, children: Children) -> dict[str, Column]:
    """The ``housing`` extract: one row a social tenancy and child in it, with the arrears of the tenancy."""
    families = children.families
    count = len(families.hardship)
    level, effect = _TENANTS
    tenants = np.flatnonzero(rng.random(count) < 1 / (1 + np.exp(-(level + effect * families.hardship))))
    moved = families.moved_on[tenants]
    family = np.concatenate([tenants, tenants[moved < NEVER]])
    arrived = np.maximum(families.arrived_on[tenants], rng.integers(EARLIEST, FIRST_DAY, len(tenants)))
    began = np.concatenate([arrived, moved[moved < NEVER]])
    ended = np.concatenate([moved, np.full(int((moved < NEVER).sum()), NEVER)])
    level, effect = _IN_ARREARS
    owes = rng.random(len(family)) < 1 / (1 + np.exp(-(level + effect * families.hardship[family])))
    owed = began + rng.integers(30, 2000, len(family))
    owes &= owed < np.minimum(ended, CUT)
    cleared = np.minimum(owed + np.minimum(rng.exponential(260, len(family)), 1500).astype(np.int64) + 14, ended)
    tenancy = record_numbers("T", shuffled_numbers(rng, len(family), 2_000_000), 8)
    tenure = rng.choice(3, len(family), p=(0.48, 0.47, 0.05))
    weeks = np.clip(rng.lognormal(1.6, 0.8, len(family)), 1, 200).astype(np.int64)
    row, child = _members(children, family, np.maximum(began, FIRST_DAY))
    start = np.maximum(began[row], children.born[child])
    return _identity(rng, children, child) | {
        CHILD: child,
        "tenancy_id": tenancy.take(row),
        "member_ref": _references(rng, "HM", child),
        "tenure": coded(("council", "housing_association", "temporary"), tenure[row]),
        "start_dt": days(start),
        "end_dt": days(ended[row]),
        "arrears_dt": days(np.maximum(owed[row], start), ~owes[row]),
        "arrears_weeks": _where(weeks[row], owes[row]),
        "arrears_cleared_dt": days(np.maximum(np.maximum(cleared, owed)[row], start), ~owes[row]),
    }


def _where(values: Ints, there: np.ndarray) -> Column:
    return coded(tuple(str(number) for number in range(201)), values, ~there)


def _references(rng: np.random.Generator, prefix: str, child: Ints) -> Column:
    """The service's own number of each child."""
    people, person = np.unique(child, return_inverse=True)
    return record_numbers(prefix, shuffled_numbers(rng, len(people), 100_000), 8).take(person)
