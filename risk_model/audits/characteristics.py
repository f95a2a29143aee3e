"""The only reader of protected characteristics. What they are used for: audits, and one comparator's sex.

Nothing here is ever a training input of a model that may be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

NOT_KNOWN = "not known"
JOINED = ", "
"""Between the two parts of a joint group's name. Places may have it too (Bristol, City of): no name is split at it."""
AGE_EDGES = (10, 13, 15, 18, 25, 35, 45)
JOINTS: Mapping[str, tuple[str, str]] = {
    f"{one} x {other}": (one, other)
    for one, other in (("sex", "age_band"), ("sex", "ethnic_group"), ("area", "ethnic_group"))
}
"""Besides each characteristic on its own, groups by these two together are audited, where both are held."""

TITLES = {
    "sex": "Sex",
    "ethnic_group": "Ethnic group",
    "ethnic_detail": "Ethnic group, told apart further",
    "race": "Race, as the court recorded it",
    "age_band": "Age",
    "send": "Special educational needs or disability (SEND)",
    "area": "Area",
    "care_experience": "Care experience",
    "deprivation": "Deprivation of the home area (fifths of England, the first the most deprived)",
    "sex x age_band": "Sex and age together",
    "sex x ethnic_group": "Sex and ethnic group together",
    "area x ethnic_group": "Area and ethnic group together",
}
JOINT_TITLES = frozenset(TITLES[name] for name in JOINTS)
GROUP_NAMES = {
    ("send", "none"): "no SEND recorded",
    ("send", "support"): "SEND support",
    ("send", "EHCP"): "education, health and care plan",
}
NOT_HELD = (
    "disability beyond SEND", "religion or belief", "gender reassignment", "sexual orientation",
    "pregnancy and maternity", "marriage and civil partnership",
)  # fmt: skip
"""Protected by the Equality Act 2010 and in no partner's extract, so nobody can say how these groups fare."""
UNPROTECTED = frozenset({"area", "care_experience", "deprivation", "area x ethnic_group"})
"""Audited beside the protected ones; places are shared between teams by policy, not by the model."""
FINER = {"ethnic_detail": "ethnic_group"}
"""A characteristic that tells another's groups apart further: its groups begin with the other's and a colon."""


class HoldsCharacteristics(Protocol):
    """What audits need of a warehouse."""

    def protected(self) -> pa.Table:
        """(person, characteristic, value)."""
        ...

    def areas(self) -> pa.Table:
        """(local_authority, local_authority_code, ...)."""
        ...


@dataclass(frozen=True)
class Characteristic:
    """One way to group rows: its name, title, and each row's group."""

    name: str
    title: str
    groups: NDArray[np.str_]

    @property
    def protected(self) -> bool:
        """Whether the Equality Act protects it."""
        return self.name not in UNPROTECTED

    @cached_property
    def coded(self) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """Each row's group as a number, and the groups' names in that order, which is the alphabet's."""
        codes, names = pd.factorize(self.groups.astype(object), sort=True)
        return codes, tuple(names)

    @property
    def names(self) -> tuple[str, ...]:
        """The groups that rows are in, in order of name."""
        return self.coded[1]

    def inside(self, group: str) -> NDArray[np.bool_]:
        """The rows of a group."""
        codes, names = self.coded
        return np.asarray(codes == names.index(group))


def is_known(group: str) -> bool:
    """Whether a group, or every part of a joint one, is a recorded value.

    >>> is_known("female"), is_known("female, not known"), is_known("Bristol, City of, Asian")
    (True, False, True)
    """
    return group != NOT_KNOWN and not group.startswith(NOT_KNOWN + JOINED) and not group.endswith(JOINED + NOT_KNOWN)


@dataclass(frozen=True)
class Rows:
    """Who and where, a row a person-date: what groups are made from."""

    person: NDArray[np.int64]
    area: NDArray[np.str_]
    age_years: NDArray[np.int16]


def characteristics(names: tuple[str, ...], rows: Rows, warehouse: HoldsCharacteristics) -> tuple[Characteristic, ...]:
    """Each named characteristic that is held, then each pair of ``JOINTS`` of which both are held."""
    protected, areas = warehouse.protected(), warehouse.areas()
    groups = {name: own for name in names if (own := _groups(name, rows, protected, areas)) is not None}
    found = {name: Characteristic(name, TITLES.get(name, name), own) for name, own in groups.items()}
    for joint, (one, other) in JOINTS.items():
        if one in found and other in found:
            found[joint] = Characteristic(joint, TITLES[joint], _together(found[one], found[other]))
    return tuple(found.values())


def _together(one: Characteristic, other: Characteristic) -> NDArray[np.str_]:
    """Each row's joint group: a name is put together once, and not for every row."""
    codes = one.coded[0] * len(other.names) + other.coded[0]
    return np.array([first + JOINED + second for first in one.names for second in other.names])[codes]


def not_held(names: tuple[str, ...], held: tuple[Characteristic, ...]) -> tuple[str, ...]:
    """The characteristics asked for or protected in law that the data do not hold."""
    have = {characteristic.name for characteristic in held}
    return tuple(TITLES.get(name, name) for name in names if name not in have) + NOT_HELD


def comparator_sex(warehouse: HoldsCharacteristics, person: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 where male, 0 where female, NaN where not known, row for row.

    Only for the comparator that scores by age, sex and contact points: a rule others use, shown to see what a model
    adds, never publishable. It is not a training input.
    """
    sexes = _recorded("sex", person, warehouse.protected())
    if sexes is None:
        return np.full(len(person), np.nan)
    return np.select([sexes == "male", sexes == "female"], [1.0, 0.0], default=np.nan)


def age_bands(age_years: NDArray[np.int16]) -> NDArray[np.str_]:
    """The age band of each row.

    >>> age_bands(np.array([10, 14, 17, 50], np.int16)).tolist()
    ['10 to 12', '13 to 14', '15 to 17', '45 and over']
    """
    names = [f"{low} to {high - 1}" for low, high in pairwise(AGE_EDGES)]
    names = [f"under {AGE_EDGES[0]}", *names, f"{AGE_EDGES[-1]} and over"]
    return np.array(names)[np.searchsorted(AGE_EDGES, age_years, side="right")]


def _groups(name: str, rows: Rows, protected: pa.Table, areas: pa.Table) -> NDArray[np.str_] | None:
    if name == "age_band":
        return age_bands(rows.age_years)
    if name == "area":
        return _area_names(rows.area, areas)
    recorded = _recorded(name, rows.person, protected)
    if recorded is None:
        return None
    known = {value: GROUP_NAMES.get((name, value), value) for value in np.unique(recorded).tolist()}
    return np.array([known[value] for value in recorded.tolist()])


def _recorded(name: str, person: NDArray[np.int64], protected: pa.Table) -> NDArray[np.str_] | None:
    """Each row's recorded value, ``not known`` where there is none; None where nobody has the characteristic."""
    held = protected.to_pandas()
    held = held[held["characteristic"] == name].drop_duplicates("person").set_index("person")["value"]
    if held.empty:
        return None
    values = held.reindex(person).fillna(NOT_KNOWN).astype(str)
    return values.where(~values.str.lower().isin({"unknown", NOT_KNOWN}), NOT_KNOWN).to_numpy(dtype=str)


def _area_names(codes: NDArray[np.str_], areas: pa.Table) -> NDArray[np.str_]:
    pairs = zip(areas["local_authority_code"].to_pylist(), areas["local_authority"].to_pylist(), strict=True)
    names = dict(pairs)
    return np.array([names.get(code, code) for code in codes.tolist()])
