"""Feature definitions turned into the few arrays the compiled kernel runs on.

Many features share work: five windows of one count are one *slot*, and sum, mean, extremes, first, last and recency of
the same events are one *cell*. The plan lists, for every class of event (kind, role, code), which slots and cells it
feeds. The kernel goes back in time from the as-of date and stops at every window's edge; the plan says which features
are read there, so one pass over a person's events gives every window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.definition import USES_MEASURE, ByCode, Feature, Measure, Summary
from features.errors import BadConfiguration
from features.layout import (
    BURST,
    COUNT,
    EMPTY_CELL,
    FIELDS,
    LAST_ADDED,
    READ_NONZERO,
    READ_PLAIN,
    READ_VALUE,
    READING,
    SLOTS,
    WAYS,
    Feeds,
    Plan,
    Reading,
)  # fmt: skip
from features.variants import EventClass, Relabelling, Takes, Variants, relabelling

__all__ = ["Plan", "make_plan"]

MOST_CODES = 63
"""Bits in a cell's set."""


class Slot(NamedTuple):
    """What one slot does: its operation, whether it uses gravity, which events it takes, and its span of days."""

    operation: int
    gravity: bool
    takes: Takes
    span: int


class Cell(NamedTuple):
    """What one cell keeps: of which events, and by which measure."""

    coded: bool
    measure: Measure | ByCode
    takes: Takes


def make_plan(features: Sequence[Feature], classes: Sequence[EventClass]) -> Plan:
    """The plan for these features over this table of event classes (``class_id`` is a position in it).

    Features of areas (``of=HomeArea()``) are planned like others: give them areas' events and areas as persons.

    :raises BadConfiguration: features of distinct codes look at more than 63 codes.
    """
    variants = Variants.of(features, classes)
    edges = sorted({feature.window.edge for feature in features})
    slots = sorted({key: None for f in features for key in _slots(f, variants)}, key=lambda key: key[:2])
    cells = sorted({_cell(f, variants): None for f in features if f.summary in FIELDS}, key=lambda key: key.coded)
    steps = np.array([edges.index(feature.window.edge) * WAYS + _way(feature) for feature in features], np.int64)
    order = np.argsort(steps, kind="stable")
    in_order = [features[place] for place in order]
    slot_at, cell_at = ({key: place for place, key in enumerate(keys)} for keys in (slots, cells))
    cell_of = [cell_at[_cell(f, variants)] if f.summary in FIELDS else 0 for f in in_order]
    slots_of = [[slot_at[key] for key in _slots(f, variants)] for f in in_order]
    feeds, how, used = _feeds(features, variants, slots, cells)
    return Plan(
        names=tuple(feature.name for feature in features),
        place_of=np.argsort(order),
        feeds=feeds,
        reading=Reading(
            edges=np.array(edges, np.int64),
            starts=np.searchsorted(steps[order], np.arange(len(edges) * WAYS + 1)).astype(np.uint64),
            at=_indices(
                m * len(EMPTY_CELL) + int(FIELDS[f.summary]) if f.summary in FIELDS else own[0]
                for f, m, own in zip(in_order, cell_of, slots_of, strict=True)
            ),
            cell=_indices(cell_of),
            slope=np.array([[*own, 0, 0, 0][:3] for own in slots_of], np.uint64).reshape(-1, 3),
            missing=np.array([np.nan if f.when_missing is None else f.when_missing for f in in_order], np.float64),
        ),
        relabelling=how,
        used=used,
    )


def _feeds(
    features: Sequence[Feature], variants: Variants, slots: Sequence[Slot], cells: Sequence[Cell]
) -> tuple[Feeds, Relabelling | None, tuple[tuple[int, ...], ...]]:
    """What variants feed, how events get their variants, and the classes used by circle."""
    of_slot, of_cell = (
        np.array([variants.taken(key.takes) for key in keys], np.bool_).reshape(-1, *variants.shape)
        for keys in (slots, cells)
    )
    grid = np.logical_or.reduce(of_slot) | np.logical_or.reduce(of_cell)
    used = tuple(tuple(np.flatnonzero(own.any(axis=(0, 1, 2))).tolist()) for own in grid)
    of_slot, of_cell = of_slot.reshape(-1, grid.size), of_cell.reshape(-1, grid.size)
    how, class_of = None, np.arange(len(variants.classes))
    if not variants.is_plain:
        how, kept = relabelling(variants, grid, [slot.takes for slot in slots if slot.takes.goes_on])
        class_of = np.r_[0, kept % len(variants.classes)]  # number 0 feeds nothing
        of_slot, of_cell = (np.c_[np.zeros((len(m), 1), np.bool_), m[:, kept]] for m in (of_slot, of_cell))
    return _by_variant(features, variants, slots, cells, of_slot, of_cell, class_of), how, used


def _by_variant(
    features: Sequence[Feature], variants: Variants, slots: Sequence[Slot], cells: Sequence[Cell],
    of_slot: NDArray[np.bool_], of_cell: NDArray[np.bool_], class_of: NDArray[np.int64],
) -> Feeds:  # fmt: skip
    """The feeds, from which variants (columns) each slot and cell (rows) takes."""
    operation = np.array([slot.operation for slot in slots], np.int32)
    first_other, first_spell = (int((operation <= last).sum()) for last in (COUNT, LAST_ADDED))
    first_coded = sum(not cell.coded for cell in cells)
    codes = [variants.classes[at][2] for at in class_of]
    levels = np.array([[np.nan if (v := cell.measure.of(code)) is None else v for code in codes]
                       for cell in cells if isinstance(cell.measure, ByCode)], np.float64)  # fmt: skip
    levels = levels.reshape(len(cells) - first_coded, len(codes))
    others, coded = of_slot[first_other:first_spell], of_cell[first_coded:]
    bursts = operation == BURST
    return Feeds(
        *_fed(of_slot[:first_other], 0),
        *_fed(of_cell[:first_coded], 0),
        np.logical_or.reduce(others) | np.logical_or.reduce(coded),
        *_fed(others, first_other),
        *_fed(coded, first_coded),
        level=np.ascontiguousarray(levels.T[coded.T]),
        spells_from=(spells := _fed(of_slot[first_spell:], first_spell))[0],
        spells=spells[1],
        code_bit=_code_bits(features, variants)[class_of],
        operation=operation,
        slot_gravity=np.array([slot.gravity for slot in slots], np.bool_),
        span=np.array([slot.span for slot in slots], np.int64),
        burst=np.where(bursts, np.cumsum(bursts) - 1, 0),
        takes=of_slot[bursts],
        cell_gravity=np.array([cell.measure is Measure.GRAVITY for cell in cells], np.bool_),
        first_spell=first_spell,
    )


def _slots(feature: Feature, variants: Variants) -> list[Slot]:
    gravity = feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE
    takes, span = variants.takes(feature), feature.span_days or 0
    return [Slot(operation, gravity, takes, span) for operation in SLOTS.get(feature.summary, ())]


def _cell(feature: Feature, variants: Variants) -> Cell:
    measure = feature.measure if feature.summary in USES_MEASURE else Measure.VALUE
    return Cell(isinstance(measure, ByCode), measure, variants.takes(feature))


def _way(feature: Feature) -> int:
    way = READING.get(feature.summary, READ_VALUE)
    return READ_PLAIN if way == READ_NONZERO and feature.when_missing == 0 else way


def _fed(takes: NDArray[np.bool_], first: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """For each variant (column), which rows it feeds (numbered from ``first``), as offsets and one flat list."""
    return _indices(np.r_[0, np.cumsum(takes.sum(axis=0))]), _indices(np.nonzero(takes.T)[1] + first)


def _indices(numbers: Iterable[int] | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Positions, unsigned: compiled code need not ask whether they count from the end."""
    return np.array(numbers if isinstance(numbers, np.ndarray) else list(numbers)).astype(np.uint64)


def _code_bits(features: Sequence[Feature], variants: Variants) -> NDArray[np.int64]:
    """One bit per distinct code among the classes that any distinct-codes feature looks at."""
    wanted = [feature.events for feature in features if feature.summary is Summary.DISTINCT_CODES]
    codes = sorted({c[2] for c in variants.classes if any(where.matches(*c) for where in wanted)})
    if len(codes) > MOST_CODES:
        raise BadConfiguration(f"distinct codes: {len(codes)} codes, at most {MOST_CODES}; group them first")
    bit = {code: 1 << place for place, code in enumerate(codes)}
    return np.array([bit.get(code, 0) for _, _, code in variants.classes], np.int64)
