"""Names, spellings and record numbers: whose tradition a name comes from, and how a system gets it wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.synthetic.name_lists import BOYS, ENDINGS, GIRLS, SHORT, STEMS, STREET_KINDS, STREETS, SURNAMES

Texts = NDArray[np.object_]

ETHNIC_CODES = ("W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9",
                "O1", "O2", "O9")  # fmt: skip
"""The 16+1 codes (with W3, O1 and O2); what is not known is ``NS``."""
_TRADITION = {
    "W9": ("european", 0.8), "W3": ("british", 1.0), "A1": ("indian", 0.9), "A2": ("muslim", 0.95),
    "A3": ("muslim", 0.95), "A4": ("chinese", 0.9), "A9": ("indian", 0.5), "B1": ("british", 0.7),
    "B2": ("african", 0.9), "B9": ("african", 0.7), "O2": ("muslim", 0.95), "O9": ("muslim", 0.6),
    "O1": ("chinese", 0.5), "M1": ("british", 0.9), "M2": ("african", 0.35), "M3": ("muslim", 0.25),
}  # fmt: skip
"""The tradition of most names of a group and how often it is followed; otherwise British."""
TRADITIONS = ("british", "muslim", "indian", "chinese", "african", "european")


def tradition_of(ethnicity: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Position in :data:`TRADITIONS` for each ethnic code (position in :data:`ETHNIC_CODES`)."""
    usual = np.array([TRADITIONS.index(_TRADITION.get(code, ("british", 1.0))[0]) for code in ETHNIC_CODES])
    followed = np.array([_TRADITION.get(code, ("british", 1.0))[1] for code in ETHNIC_CODES])
    return np.where(rng.random(len(ethnicity)) < followed[ethnicity], usual[ethnicity], 0)


def _made_surnames() -> list[str]:
    return [stem + ending for stem in STEMS.split() for ending in ENDINGS.split()]


def _draw(rng: np.random.Generator, choices: list[str], count: int, steepness: float) -> Texts:
    """Names, the first in the list commoner than the last."""
    weight = 1.0 / (np.arange(len(choices)) + 12.0) ** steepness
    picked = rng.choice(len(choices), count, p=weight / weight.sum())
    return np.array(choices, dtype=object)[picked]


def _by_tradition(tradition: NDArray[np.int64], draw: Callable[[str, int], Texts]) -> Texts:
    found = np.empty(len(tradition), dtype=object)
    for number, name in enumerate(TRADITIONS):
        rows = np.flatnonzero(tradition == number)
        found[rows] = draw(name, len(rows))
    return found


def surnames(rng: np.random.Generator, tradition: NDArray[np.int64]) -> Texts:
    """A surname each; British ones mix about 110 common names with some 1,800 made ones, few double-barrelled."""
    made = _made_surnames()

    def draw(name: str, count: int) -> Texts:
        found = _draw(rng, SURNAMES[name].split(), count, 0.7)
        if name == "british":
            rare = np.flatnonzero(rng.random(count) < 0.55)
            found[rare] = np.array(made, dtype=object)[rng.integers(0, len(made), len(rare))]
            double = np.flatnonzero(rng.random(count) < 0.03)
            found[double] = found[double] + "-" + _draw(rng, SURNAMES[name].split(), len(double), 0.7)
        return found

    return _by_tradition(tradition, draw)


def forenames(rng: np.random.Generator, tradition: NDArray[np.int64], male: NDArray[np.bool_]) -> Texts:
    """A forename each, by tradition and sex."""
    found = np.empty(len(male), dtype=object)
    for lists, rows in ((BOYS, np.flatnonzero(male)), (GIRLS, np.flatnonzero(~male))):
        choices = {name: names.split() for name, names in lists.items()}
        found[rows] = _by_tradition(tradition[rows], partial(_draw_from, rng, choices))
    return found


def _draw_from(rng: np.random.Generator, choices: dict[str, list[str]], tradition: str, count: int) -> Texts:
    return _draw(rng, choices[tradition], count, 0.8)


def addresses(rng: np.random.Generator, count: int) -> Texts:
    """Made-up street addresses."""
    street = np.array([f"{name} {kind}" for name in STREETS.split() for kind in STREET_KINDS], dtype=object)
    number = rng.integers(1, 180, count).astype(str).astype(object)
    return number + " " + street[rng.integers(0, len(street), count)]


def misspell(name: str, roll: int) -> str:
    """The name as a hurried keyboard leaves it: two letters swapped, one dropped, one doubled, or the short form.

    >>> misspell("Thomas", 0), misspell("Thomas", 1), misspell("Thomas", 2), misspell("Thomas", 3)
    ('Tohmas', 'Tomas', 'Thhomas', 'Tom')
    """
    way, place = roll % 4, 1 + (roll // 4) % max(len(name) - 2, 1)
    if way == 3:
        return SHORT.get(name, misspell(name, roll - 2))
    if way == 0 and len(name) > 2:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if way == 1 and len(name) > 3:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place] * 2 + name[place + 1 :] if len(name) > 1 else name


def misspelt(rng: np.random.Generator, names: Texts, share: float) -> Texts:
    """The names with about ``share`` of them misspelt."""
    found = names.copy()
    for row in np.flatnonzero(rng.random(len(names)) < share):
        found[row] = misspell(names[row], int(rng.integers(0, 400)))
    return found


def record_numbers(prefix: str, numbers: NDArray[np.int64], width: int) -> pa.Array:
    """Partners' record numbers: a prefix and a number padded with zeros.

    >>> record_numbers("OCC", np.array([7]), 4).to_pylist()
    ['OCC0007']
    """
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")


def shuffled_numbers(rng: np.random.Generator, count: int, first: int) -> NDArray[np.int64]:
    """Distinct numbers in no telling order, with gaps: a record number says nothing about a child."""
    return first + rng.permutation(count) * 7 + rng.integers(0, 7, count)
