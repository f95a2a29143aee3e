"""Names, spellings and record numbers: whose tradition a name comes from, and how a system gets it wrong."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.synthetic.name_lists import ENDINGS, SHORT, SPELLINGS, STEMS, STREET_KINDS, STREETS
from features.synthetic.name_pools import TRADITIONS, Texts, local_surnames, pool_of

ETHNIC_CODES = ("W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9",
                "O1", "O2", "O9")  # fmt: skip
"""The 16+1 codes (with W3, O1 and O2); what is not known is ``NS``."""
_TRADITIONS: dict[str, dict[str, float]] = {
    "W2": {"irish": 0.9}, "W3": {"irish": 0.7}, "W9": {"polish": 0.35, "romanian": 0.2, "european": 0.35},
    "M1": {"west_african": 0.05}, "M2": {"west_african": 0.25, "east_african": 0.1}, "M3": {"muslim": 0.15,
    "indian": 0.1}, "M9": {"arabic": 0.15, "chinese": 0.1, "european": 0.1},
    "A1": {"indian": 0.92}, "A2": {"muslim": 0.97}, "A3": {"muslim": 0.97}, "A4": {"chinese": 0.92},
    "A9": {"indian": 0.35, "muslim": 0.45}, "B1": {"west_african": 0.05}, "B2": {"west_african": 0.6,
    "east_african": 0.35}, "B9": {"east_african": 0.5, "west_african": 0.3},
    "O1": {"chinese": 0.6}, "O2": {"arabic": 0.95}, "O9": {"arabic": 0.4, "turkish": 0.25, "muslim": 0.2},
}  # fmt: skip
"""A setting: how often families of a group follow which naming tradition; otherwise the British one."""
FAMILIAR = frozenset({"british", "irish"})
"""Traditions whose names are typed here without a second look."""
BRITISH_FORENAME = 0.12
"""Of children in families of another tradition: given a British forename."""
LOCAL_SHARE = {"E06000057": 0.34}
LOCAL_ELSEWHERE = 0.18
"""Of British surnames: an old North East one; more of them in Northumberland."""
_RARE = 0.35
_DOUBLE = 0.03
STREETS_AN_AREA = 14
_ALIKE = {name: group for group in SPELLINGS for name in group}


def tradition_of(ethnicity: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Position in ``TRADITIONS`` for each ethnic code (position in :data:`ETHNIC_CODES`)."""
    share = np.zeros((len(ETHNIC_CODES), len(TRADITIONS)))
    for row, code in enumerate(ETHNIC_CODES):
        for name, part in _TRADITIONS.get(code, {}).items():
            share[row, TRADITIONS.index(name)] = part
    share[:, TRADITIONS.index("british")] = 1 - share.sum(axis=1)
    reached = np.cumsum(share, axis=1)[ethnicity]
    return np.minimum((reached < rng.random(len(ethnicity))[:, None]).sum(axis=1), len(TRADITIONS) - 1)


def _draw(rng: np.random.Generator, pool: Texts, count: int) -> Texts:
    return pool[rng.integers(0, len(pool), count)]


def surnames(rng: np.random.Generator, tradition: NDArray[np.int64], authority: NDArray[np.object_]) -> Texts:
    """A surname each, by tradition; British ones also by place (``authority``, a council's code): common ones as in
    the United Kingdom, the North East's own, and some 1,800 rare ones; few double-barrelled."""
    found = np.empty(len(tradition), dtype=object)
    for number, name in enumerate(TRADITIONS):
        rows = np.flatnonzero(tradition == number)
        found[rows] = _draw(rng, pool_of(name).surnames, len(rows))
    british = np.flatnonzero(tradition == TRADITIONS.index("british"))
    rare = british[rng.random(len(british)) < _RARE]
    made = np.array([stem + ending for stem in STEMS.split() for ending in ENDINGS.split()], dtype=object)
    found[rare] = _draw(rng, made, len(rare))
    local = np.array([LOCAL_SHARE.get(code, LOCAL_ELSEWHERE) for code in authority[british]])
    local_rows = british[rng.random(len(british)) < local]
    found[local_rows] = _draw(rng, local_surnames(), len(local_rows))
    double = british[rng.random(len(british)) < _DOUBLE]
    found[double] = found[double] + "-" + _draw(rng, pool_of("british").surnames, len(double))
    return found


def forenames(rng: np.random.Generator, tradition: NDArray[np.int64], male: NDArray[np.bool_]) -> Texts:
    """A forename each, by tradition and sex."""
    followed = np.where(rng.random(len(male)) < BRITISH_FORENAME, TRADITIONS.index("british"), tradition)
    found = np.empty(len(male), dtype=object)
    for number, name in enumerate(TRADITIONS):
        pool = pool_of(name)
        for names, of_sex in ((pool.boys, male), (pool.girls, ~male)):
            rows = np.flatnonzero((followed == number) & of_sex)
            found[rows] = _draw(rng, names, len(rows))
    return found


def addresses(rng: np.random.Generator, home: NDArray[np.int64], areas: int) -> Texts:
    """A made-up street address in each home's area; every area has its own few streets."""
    street = np.array([f"{name} {kind}" for name in STREETS.split() for kind in STREET_KINDS], dtype=object)
    of_area = street[rng.integers(0, len(street), (areas, STREETS_AN_AREA))]
    number = np.ceil(rng.exponential(45, len(home))).astype(np.int64).astype(str).astype(object)
    return number + " " + of_area[home, rng.integers(0, STREETS_AN_AREA, len(home))]


def misspell(name: str, roll: int) -> str:
    """The name as a hurried keyboard or a half-heard word leaves it: another spelling heard alike where there is one,
    else two letters swapped, one dropped, one doubled, or the short form.

    >>> [misspell("Thomas", roll) for roll in range(4)], misspell("Aidan", 0), misspell("O'Neill-Smith", 4)
    (['Tohmas', 'Tomas', 'Thhomas', 'Tom'], 'Aiden', 'ONeill Smith')
    """
    if name in _ALIKE and roll % 3 != 1:
        others = [other for other in _ALIKE[name] if other != name]
        return others[roll // 3 % len(others)]
    if ("-" in name or "'" in name) and roll % 2 == 0:
        return name.replace("'", "").replace("-", " ")
    way, place = roll % 4, 1 + (roll // 4) % max(len(name) - 2, 1)
    if way == 3:
        return SHORT.get(name, misspell(name, roll - 2))
    if way == 0 and len(name) > 2:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if way == 1 and len(name) > 3:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place] * 2 + name[place + 1 :] if len(name) > 1 else name


def without_accents(name: str) -> str:
    """The name in the 26 letters police and courts type.

    >>> without_accents("Stănescu"), without_accents("Szałata")
    ('Stanescu', 'Szalata')
    """
    plain = unicodedata.normalize("NFKD", name.translate({ord("ł"): "l", ord("Ł"): "L", ord("ı"): "i", ord("ø"): "o"}))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def record_numbers(prefix: str | NDArray[np.str_], numbers: NDArray[np.int64], width: int) -> pa.Array:
    """Partners' record numbers: a prefix (one for all, or one each) and a number padded with zeros.

    >>> record_numbers("OCC", np.array([7]), 4).to_pylist()
    ['OCC0007']
    """
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    start = pa.scalar(prefix) if isinstance(prefix, str) else pa.array(prefix)
    return pc.binary_join_element_wise(start, digits, "")


def shuffled_numbers(rng: np.random.Generator, count: int, first: int) -> NDArray[np.int64]:
    """Distinct numbers in no telling order, with gaps: a record number says nothing about a child."""
    return first + rng.permutation(count) * 7 + rng.integers(0, 7, count)
