"""Police person records: one for most children known to police, more for some, merged in chains or never noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.synthetic.areas import Areas
from features.synthetic.clock import MINUTES_A_DAY, Ints
from features.synthetic.contacts import IC_CODES, seen_ethnicity
from features.synthetic.name_lists import SHORT
from features.synthetic.names import ETHNIC_CODES, Texts, misspell, record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.writing import Column, coded, dates_of_birth, minutes, texts

Bools = NDArray[np.bool_]
_NEW_RECORD = 0.035
_MERGED = 0.6


@dataclass(frozen=True)
class Nominals:
    """Person records, in order of creation; ``of_contact`` gives the record each contact was written to."""

    child: Ints
    created: Ints
    merged_into: Ints
    rank: Ints
    ids: pa.Array
    of_contact: tuple[Ints, ...]


def make_nominals(rng: np.random.Generator, contacts: Sequence[tuple[Ints, Ints]]) -> Nominals:
    """Person records for all contacts, each ``(children, minutes recorded)``.

    A contact after the first sometimes opens a new record instead of finding the old one; most of those are later
    merged into an earlier record, a few through another merged one.
    """
    child = np.concatenate([who for who, _ in contacts])
    when = np.concatenate([minute for _, minute in contacts])
    order = np.lexsort((np.arange(len(child)), when, child))
    child, when = child[order], when[order]
    first = np.r_[True, child[1:] != child[:-1]]
    opens = first | (rng.random(len(child)) < _NEW_RECORD)
    opened = np.cumsum(opens)
    start = opened[np.maximum.accumulate(np.where(first, np.arange(len(child)), 0))]
    rank = opened - start
    picked = np.where(rng.random(len(child)) < 0.6, 0, np.floor(rng.random(len(child)) * (rank + 1))).astype(np.int64)
    record = np.where(opens, opened, start + picked) - 1
    rows = np.flatnonzero(opens)
    return _numbered(rng, child[rows], when[rows], rank[rows], record, order, [len(who) for who, _ in contacts])


def _numbered(
    rng: np.random.Generator, child: Ints, created: Ints, rank: Ints, record: Ints, order: Ints, lengths: list[int]
) -> Nominals:
    count = len(child)
    chained = rng.random(count) < 0.5
    target = np.where((rank >= 2) & chained, np.arange(count) - 1, np.arange(count) - rank)
    merged = np.where((rank > 0) & (rng.random(count) < _MERGED), target, -1)
    by_time = np.lexsort((np.arange(count), created))
    place = np.empty(count, dtype=np.int64)
    place[by_time] = np.arange(count)
    merged = np.where(merged >= 0, place[merged], -1)[by_time]
    of_row = np.empty(len(order), dtype=np.int64)
    of_row[order] = place[record]
    ids = record_numbers("N", shuffled_numbers(rng, count, 10_000_000), 9)
    parts = np.split(of_row, np.cumsum(lengths)[:-1])
    return Nominals(child[by_time], created[by_time], merged, rank[by_time], ids, tuple(parts))


def nominal_columns(
    rng: np.random.Generator, children: Children, areas: Areas, nominals: Nominals, in_custody: Ints
) -> dict[str, Column]:
    """The ``police_nominal`` extract; ``in_custody`` are children who ever were (they have a national number)."""
    child, count = nominals.child, len(nominals.child)
    again = nominals.rank > 0
    forename, surname = _names(rng, children, child, again)
    day = nominals.created // MINUTES_A_DAY
    sex = np.where(rng.random(count) < 0.004, 2, np.where(children.male[child], 0, 1))
    said = np.where(rng.random(count) < 0.07, len(ETHNIC_CODES), children.ethnicity[child])
    merged = np.where(nominals.merged_into < 0, 0, nominals.merged_into)
    return {
        "nominal_id": nominals.ids,
        "forename": texts(forename),
        "surname": texts(surname),
        "alias": texts(_aliases(rng, children, child)),
        "dob": dates_of_birth(_births(rng, children.born[child], again)),
        "sex": coded(("M", "F", "U"), sex),
        "sde_ethnicity": coded((*ETHNIC_CODES, "NS"), said, rng.random(count) < 0.075),
        "ic_code": coded(IC_CODES, seen_ethnicity(rng, children.ethnicity[child])),
        "address": texts(children.address_on(child, day)),
        "lsoa": areas.codes.take(pa.array(children.area_on(child, day))),
        "pnc_id": texts(_national_numbers(rng, child, day, np.isin(child, in_custody) & ~again)),
        "created_dt": minutes(nominals.created),
        "merged_into": nominals.ids.take(pa.array(merged, mask=nominals.merged_into < 0)),
    }


def _names(rng: np.random.Generator, children: Children, child: Ints, again: Bools) -> tuple[Texts, Texts]:
    """Forenames and surnames as typed: few misspelt, more in duplicate records, where some are swapped."""
    forename, surname = children.forename[child], children.surname[child]
    for names in (forename, surname):
        wrong = rng.random(len(child)) < np.where(again, 0.14, 0.008)
        for row in np.flatnonzero(wrong):
            names[row] = misspell(names[row], int(rng.integers(0, 400)))
    swapped = again & (rng.random(len(child)) < 0.03)
    forename[swapped], surname[swapped] = surname[swapped], forename[swapped]
    return forename, surname


def _births(rng: np.random.Generator, born: Ints, again: Bools) -> Ints:
    """Dates of birth as police hold them: a few on 1 January, a few in error by some days, more so in duplicates."""
    year = born.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    roll = rng.random(len(born))
    slipped = roll > np.where(again, 0.95, 0.996)
    return np.where(
        roll < np.where(again, 0.05, 0.004), year, born + np.where(slipped, rng.integers(-9, 10, len(born)), 0)
    )


def _aliases(rng: np.random.Generator, children: Children, child: Ints) -> Texts:
    """A short form some are known by; mostly nothing."""
    found = np.full(len(child), "", dtype=object)
    for row in np.flatnonzero(rng.random(len(child)) < 0.06):
        found[row] = SHORT.get(children.forename[child[row]], "")
    return found


def _national_numbers(rng: np.random.Generator, child: Ints, day: Ints, held: Bools) -> Texts:
    found = np.full(len(child), "", dtype=object)
    rows = np.flatnonzero(held)
    year = day[rows].astype("datetime64[D]").astype("datetime64[Y]").astype(str)
    for row, y, number, letter in zip(
        rows, year, shuffled_numbers(rng, len(rows), 10_000), rng.integers(0, 23, len(rows)), strict=True
    ):
        found[row] = f"{y}/{number:07d}{'ABCDEFGHJKLMNPQRTUVWXYZ'[letter]}"
    return found
