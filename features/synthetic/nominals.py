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
from features.synthetic.defects import USUAL, Defects
from features.synthetic.name_lists import SHORT
from features.synthetic.name_pools import Texts
from features.synthetic.names import ETHNIC_CODES, record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_births, typed_names
from features.synthetic.writing import Column, coded, dates_of_birth, minutes, texts
from features.windows import days_since_epoch

Bools = NDArray[np.bool_]
_NO_PROPERTY = 0.10
"""Of addresses: not matched to a property."""


@dataclass(frozen=True)
class Nominals:
    """Person records, in order of creation; ``of_contact`` gives the record each contact was written to."""

    child: Ints
    created: Ints
    merged_into: Ints
    rank: Ints
    ids: pa.Array
    of_contact: tuple[Ints, ...]


def make_nominals(
    rng: np.random.Generator, contacts: Sequence[tuple[Ints, Ints]], defects: Defects = USUAL
) -> Nominals:
    """Person records for all contacts, each ``(children, minutes recorded)``.

    A contact after the first sometimes opens a new record instead of finding the old one, more often the first in a new
    records system; most of those are later merged into an earlier record, a few through another merged one.
    """
    child = np.concatenate([who for who, _ in contacts])
    when = np.concatenate([minute for _, minute in contacts])
    order = np.lexsort((np.arange(len(child)), when, child))
    child, when = child[order], when[order]
    first = np.r_[True, child[1:] != child[:-1]]
    opens = first | (rng.random(len(child)) < defects.new_record)
    not_found = rng.spawn(1)[0].random(len(child)) < defects.not_carried_over
    opens |= ~first & not_found & _is_new(when, defects) & ~_is_new(np.r_[when[:1], when[:-1]], defects)
    opened = np.cumsum(opens)
    start = opened[np.maximum.accumulate(np.where(first, np.arange(len(child)), 0))]
    rank = opened - start
    picked = np.where(rng.random(len(child)) < 0.6, 0, np.floor(rng.random(len(child)) * (rank + 1))).astype(np.int64)
    record = np.where(opens, opened, start + picked) - 1
    rows = np.flatnonzero(opens)
    lengths = [len(who) for who, _ in contacts]
    return _numbered(rng, child[rows], when[rows], rank[rows], record, order, lengths, defects)


def _is_new(when: Ints, defects: Defects) -> Bools:
    """Which minutes are in the new records system."""
    return when >= days_since_epoch(defects.new_system) * MINUTES_A_DAY


def _numbered(
    rng: np.random.Generator, child: Ints, created: Ints, rank: Ints, record: Ints, order: Ints, lengths: list[int],
    defects: Defects,
) -> Nominals:  # fmt: skip
    count = len(child)
    chained = rng.random(count) < defects.merged_in_a_chain
    target = np.where((rank >= 2) & chained, np.arange(count) - 1, np.arange(count) - rank)
    merged = np.where((rank > 0) & (rng.random(count) < defects.merged), target, -1)
    by_time = np.lexsort((np.arange(count), created))
    place = np.empty(count, dtype=np.int64)
    place[by_time] = np.arange(count)
    merged = np.where(merged >= 0, place[merged], -1)[by_time]
    of_row = np.empty(len(order), dtype=np.int64)
    of_row[order] = place[record]
    system = np.where(_is_new(created[by_time], defects), "P", "N")
    ids = record_numbers(system, shuffled_numbers(rng, count, 10_000_000), 9)
    parts = np.split(of_row, np.cumsum(lengths)[:-1])
    return Nominals(child[by_time], created[by_time], merged, rank[by_time], ids, tuple(parts))


def nominal_columns(
    rng: np.random.Generator, children: Children, areas: Areas, nominals: Nominals, in_custody: Ints,
    defects: Defects = USUAL,
) -> dict[str, Column]:  # fmt: skip
    """The ``police_nominal`` extract; ``in_custody`` are children who ever were (they have a national number)."""
    child, count = nominals.child, len(nominals.child)
    again = nominals.rank > 0
    forename, surname = typed_names(rng, children, child, again, defects)
    day = nominals.created // MINUTES_A_DAY
    sex = np.where(rng.random(count) < 0.004, 2, np.where(children.male[child], 0, 1))
    said = np.where(rng.random(count) < defects.ethnicity_not_stated, len(ETHNIC_CODES), children.ethnicity[child])
    merged = np.where(nominals.merged_into < 0, 0, nominals.merged_into)
    return {
        "nominal_id": nominals.ids,
        "forename": texts(forename),
        "surname": texts(surname),
        "alias": texts(_aliases(rng, children, child, defects.alias)),
        "dob": dates_of_birth(typed_births(rng, children.born[child], again, defects)),
        "sex": coded(("M", "F", "U"), sex),
        "sde_ethnicity": coded((*ETHNIC_CODES, "NS"), said, rng.random(count) < defects.no_ethnicity),
        "ic_code": coded(IC_CODES, seen_ethnicity(rng, children.ethnicity[child])),
        "address": texts(children.address_on(child, day)),
        "uprn": pa.array(children.uprn_on(child, day), mask=rng.random(count) < _NO_PROPERTY),
        "lsoa": areas.codes.take(pa.array(children.area_on(child, day))),
        "pnc_id": texts(_national_numbers(rng, child, day, np.isin(child, in_custody) & ~again)),
        "created_dt": minutes(nominals.created),
        "merged_into": nominals.ids.take(pa.array(merged, mask=nominals.merged_into < 0)),
    }


def _aliases(rng: np.random.Generator, children: Children, child: Ints, share: float) -> Texts:
    """A short form some are known by; mostly nothing."""
    found = np.full(len(child), "", dtype=object)
    for row in np.flatnonzero(rng.random(len(child)) < share):
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
