"""Children's social care: spells in need or on a protection plan, and placements in care."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.events import NEEDS
from features.synthetic.areas import Areas
from features.synthetic.clock import CUT, Ints
from features.synthetic.course import Happenings
from features.synthetic.defects import USUAL, Defects
from features.synthetic.name_pools import Texts
from features.synthetic.names import ETHNIC_CODES, record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_names
from features.synthetic.writing import Column, coded, dates_of_birth, days, texts

_NEED_SHARE = (0.55, 0.08, 0.03, 0.08, 0.13, 0.07, 0.01, 0.01, 0.04)
FACTORS = ("3", "7A", "10A", "11A", "13A", "other")
PLACES = ("U1", "U2", "U3", "U4", "U5", "U6", "K2", "K1", "P2", "Z1")
_PLACE_SHARE = (0.10, 0.05, 0.02, 0.33, 0.18, 0.12, 0.11, 0.004, 0.07, 0.016)
_LEGAL = ("C1", "C2", "V2", "E1")


@dataclass(frozen=True)
class Spells:
    """Spells, one row each, in order of beginning: first day, and the day after the last (0 while open)."""

    child: Ints
    began: Ints
    ended: Ints

    @staticmethod
    def of(happened: Happenings) -> Spells:
        """The spells that were lived."""
        child, began = happened.arrays()
        order = np.lexsort((child, began))
        return Spells(child[order], began[order], np.concatenate(happened.until)[order])

    def on(self, day: int) -> int:
        """How many are open on a day."""
        return int(((self.began <= day) & ((self.ended == 0) | (self.ended > day))).sum())


@dataclass(frozen=True)
class CareRecords:
    """How children's services know each child: their own number, names as written there, and a UPN if they have it."""

    ids: pa.Array
    forename: Texts
    surname: Texts
    upn_known: NDArray[np.bool_]


def care_records(rng: np.random.Generator, children: Children, defects: Defects = USUAL) -> CareRecords:
    """Records for everybody (most are never used); about one in eight lacks a UPN."""
    count = len(children)
    ids = record_numbers("C", shuffled_numbers(rng, count, 3_000_000), 8)
    forename, surname = typed_names(rng, children, np.arange(count), defects=defects)
    return CareRecords(ids, forename, surname, rng.random(count) >= defects.no_pupil_number)


def _identity(
    children: Children, areas: Areas, records: CareRecords, upn: pa.Array, child: Ints, day: Ints
) -> dict[str, Column]:
    return {
        "child_id": records.ids.take(pa.array(child)),
        "upn": upn.take(pa.array(child, mask=~records.upn_known[child])),
        "forename": texts(records.forename[child]),
        "surname": texts(records.surname[child]),
        "dob": dates_of_birth(children.born[child]),
        "sex": coded(("F", "M"), children.male[child].astype(np.int64)),
        "ethnicity": coded(ETHNIC_CODES, children.ethnicity[child]),
        "la_code": coded(areas.authority_codes, areas.authority[children.area_on(child, day)]),
    }


def need_columns(
    rng: np.random.Generator, children: Children, areas: Areas, records: CareRecords, upn: pa.Array, spells: Spells,
    domestic: Ints, missing: Ints, suspects: Ints,
) -> dict[str, Column]:  # fmt: skip
    """The ``cin`` extract. Factors lean on what happened: ``domestic``, ``missing`` and ``suspects`` are children."""
    recorded = spells.began + np.minimum(rng.exponential(12, len(spells.child)), 200).astype(np.int64)
    keep = np.flatnonzero(recorded < CUT)
    child, began, ended = spells.child[keep], spells.began[keep], spells.ended[keep]
    plan = rng.random(len(child)) < 0.11 + 0.03 * np.clip(children.hardship[child], -2, 3)
    return _identity(children, areas, records, upn, child, began) | {
        "referral_dt": days(began),
        "need": coded(NEEDS, rng.choice(9, len(child), p=_NEED_SHARE)),
        "factors": texts(_factors(rng, child, domestic, missing, suspects)),
        "plan": coded(("CIN", "CP"), plan.astype(np.int64)),
        "close_dt": days(ended, ended == 0),
        "recorded_dt": days(recorded[keep]),
    }


def _factors(rng: np.random.Generator, child: Ints, domestic: Ints, missing: Ints, suspects: Ints) -> Texts:
    """Codes joined by semicolons; empty where the assessment found none."""
    count = len(child)
    chance = np.tile(np.array([0.25, 0.05, 0.03, 0.03, 0.02, 0.55]), (count, 1))
    chance[:, 0] += 0.40 * np.isin(child, domestic)
    chance[:, 2] += 0.30 * np.isin(child, missing)
    chance[:, 3] += 0.08 * np.isin(child, missing)
    chance[:, 4] += 0.10 * np.isin(child, suspects)
    found = rng.random((count, len(FACTORS))) < chance
    text = np.full(count, "", dtype=object)
    for column, code in enumerate(FACTORS):
        rows = found[:, column]
        text[rows] = text[rows] + np.where(text[rows] == "", "", ";").astype(object) + code
    return text


def placement_columns(
    rng: np.random.Generator, children: Children, areas: Areas, records: CareRecords, upn: pa.Array, spells: Spells
) -> dict[str, Column]:
    """The ``cla`` extract: each spell in care is one or more placements, end to end."""
    keep = np.flatnonzero(spells.began < CUT - 10)
    child, began, ended, order = _placements(rng, spells.child[keep], spells.began[keep], spells.ended[keep])
    count = len(child)
    final = np.r_[order[1:] == 0, True]
    open_ = ended == 0
    reason = np.where(open_, 0, np.where(final, rng.integers(2, 6, count), 1))
    legal = rng.choice(4, count, p=(0.20, 0.57, 0.20, 0.03))
    return _identity(children, areas, records, upn, child, began) | {
        "decom": days(began),
        "rne": coded(("S", "P"), (order > 0).astype(np.int64)),
        "ls": coded(_LEGAL, legal),
        "cin": coded(NEEDS, rng.choice(9, count, p=_NEED_SHARE)),
        "place": coded(PLACES, _places(rng, children, child, began)),
        "dec": days(ended, open_),
        "rec": coded(("", "X1", "E4A", "E13", "E3", "E8"), reason, open_),
    }


def _placements(rng: np.random.Generator, child: Ints, began: Ints, ended: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Cut spells where placements changed: children, first days, end days (0 open), and place in the spell."""
    last = np.where(ended == 0, CUT, ended)
    changes = np.minimum(rng.poisson(np.maximum(last - began, 1) / 420.0), 6)
    changes = np.where(last - began < 40, 0, changes)
    spell = np.repeat(np.arange(len(child)), changes + 1)
    order = np.arange(len(spell)) - np.repeat(np.cumsum(changes + 1) - changes - 1, changes + 1)
    length = (last - began)[spell]
    cut = np.where(order == 0, 0, (rng.random(len(spell)) * length * 0.96).astype(np.int64) + 7)
    cut = np.minimum(cut, np.maximum(length - 3, 0))
    rank = np.lexsort((cut, spell))
    start = began[spell] + cut[rank]
    end = np.where(np.r_[spell[1:] != spell[:-1], True], ended[spell], np.r_[start[1:], 0])
    real = np.flatnonzero((end == 0) | (end > start))
    return child[spell][real], start[real], end[real], order[real]


def _places(rng: np.random.Generator, children: Children, child: Ints, day: Ints) -> Ints:
    """Where each placement is; living independently only from 16, residential care more for the older."""
    share = np.array(_PLACE_SHARE)
    found = rng.choice(len(PLACES), len(child), p=share / share.sum())
    age = (day - children.born[child]) / 365.25
    too_young = (age < 16) & (found == PLACES.index("P2")) | (age < 10) & (found >= PLACES.index("K2"))
    found[too_young] = rng.integers(0, 6, int(too_young.sum()))
    return found
