"""Telling events apart by more than kind, role and code, so that the kernel itself need not.

Whether an event counts "since age 10", is in a group of codes whose list changed, or happened to somebody else, is
decided before the kernel runs: the event gets a *variant* of its class, and the plan says which variants feed which
features. Where no feature asks for any of it there is one variant, the class itself, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.definition import Feature, Summary
from features.errors import BadConfiguration
from features.where import Around, CodeGroup, Where
from features.windows import birthdays, days_since_epoch, in_between, on_or_after

Array = NDArray[np.int64]
EventClass = tuple[str, str, str]
MOST_VARIANTS = 2**16 - 1


class Takes(NamedTuple):
    """Which events something is computed from. ``goes_on``: also spells that began before ``since_age`` and went on."""

    where: Where
    circle: int
    since_age: int | None
    goes_on: bool


@dataclass(frozen=True)
class Variants:
    """The ways events are told apart: whose they are (``circles``; 0 is the person's own), by age, by day.

    A variant is a place in the grid ``(circle, ages reached, lists in force, birthday cut at, class)``, flattened.
    """

    classes: tuple[EventClass, ...]
    circles: tuple[Around, ...]
    ages: tuple[int, ...]
    turns: tuple[date, ...]

    @classmethod
    def of(cls, features: Sequence[Feature], classes: Sequence[EventClass]) -> Variants:
        """The variants these features need."""
        groups = {f.events.code for f in features if isinstance(f.events.code, CodeGroup)}
        return cls(
            tuple(classes),
            tuple(dict.fromkeys(f.of for f in features if isinstance(f.of, Around))),
            tuple(sorted({f.window.since_age for f in features if f.window.since_age is not None})),
            tuple(sorted({day for group in groups for day in group.turns})),
        )

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """The grid's size."""
        ages = len(self.ages) + 1
        return len(self.circles) + 1, ages, len(self.turns) + 1, ages, len(self.classes)

    @property
    def is_plain(self) -> bool:
        """Whether classes are all there is."""
        return self.shape[:4] == (1, 1, 1, 1)

    def takes(self, feature: Feature) -> Takes:
        """Which events a feature is computed from."""
        circle = self.circles.index(feature.of) + 1 if isinstance(feature.of, Around) else 0
        since = feature.window.since_age
        return Takes(feature.events, circle, since, since is not None and feature.summary is Summary.OVERLAP_DAYS)

    def taken(self, takes: Takes) -> NDArray[np.bool_]:
        """Which variants are taken, over the grid."""
        circle, age, day, cut, _ = (np.arange(size) for size in self.shape)
        place = 0 if takes.since_age is None else self.ages.index(takes.since_age) + 1
        whole = (age >= place)[:, None] & (cut == 0)
        going_on = (age < place)[:, None] & (cut == place) if takes.goes_on else np.zeros_like(whole)
        days = [date.min, *self.turns]
        matched = np.array([[takes.where.matches(*c, days[at]) for c in self.classes] for at in day], np.bool_)
        found = (circle == takes.circle)[:, None, None, None, None] & (whole | going_on)[None, :, None, :, None]
        return found & matched.reshape(1, 1, len(day), 1, len(self.classes))


@dataclass(frozen=True)
class Relabelling:
    """How an event's class becomes the variant the plan counts by. ``lookup`` has a number for every place of the grid
    (0 feeds nothing); ``cut[a]`` are the classes of spells to be cut at the birthday of ``ages[a]``."""

    ages: tuple[int, ...]
    turns: Array
    shape: tuple[int, ...]
    lookup: NDArray[np.uint16]
    cut: NDArray[np.bool_]
    circles: tuple[Around, ...]

    def number(
        self, class_id: Array, happened: Array, circle: Array, reached: Array, cut: int = 0
    ) -> NDArray[np.uint16]:
        """The variants' numbers. ``reached`` is how many of ``ages`` the person had reached when it happened."""
        days = np.searchsorted(self.turns, happened, side="right")
        return self.lookup[np.ravel_multi_index((circle, reached, days, np.full_like(days, cut), class_id), self.shape)]


def relabelling(variants: Variants, taken: NDArray[np.bool_], spells: Sequence[Takes]) -> tuple[Relabelling, Array]:
    """How to relabel, and the variants (places of the flat grid) in the order of their numbers less 1.

    :raises BadConfiguration: more variants feed something than can be numbered.
    """
    used = np.flatnonzero(taken)
    if len(used) > MOST_VARIANTS:
        raise BadConfiguration(
            f"the features tell {len(used)} classes of event apart, at most {MOST_VARIANTS}: compute them in two runs"
        )
    lookup = np.zeros(taken.size, np.uint16)
    lookup[used] = np.arange(1, len(used) + 1)
    cut = np.zeros((len(variants.ages), len(variants.classes)), np.bool_)
    for takes in spells:
        if takes.since_age is not None:
            matched = variants.taken(takes).any(axis=(0, 1, 2, 3))
            cut[variants.ages.index(takes.since_age)] |= matched
    turns = np.array([days_since_epoch(day) for day in variants.turns], np.int64)
    return Relabelling(variants.ages, turns, variants.shape, lookup, cut, variants.circles), used


class Told(NamedTuple):
    """Events with their variants: ``source[n]`` is the event that the ``n``-th is, ``happened[n]`` its first day."""

    source: Array
    happened: Array
    variant: NDArray[np.uint16]


def tell_apart(
    how: Relabelling, person: Array, class_id: Array, happened: Array, ended: Array, circle: Array,
    born: NDArray[np.datetime64],
) -> Told:  # fmt: skip
    """Each event's variant; a spell that goes on past a birthday comes again from that day. Sorted by person and day.

    ``born`` is the month of birth of each event's person.
    """
    class_id, happened = class_id.astype(np.int64), happened.astype(np.int64)
    on = [birthdays(born, age) for age in how.ages]
    reached = sum((on_or_after(happened, day).astype(np.int64) for day in on), np.zeros(len(happened), np.int64))
    parts = [Told(np.arange(len(person)), happened, how.number(class_id, happened, circle, reached))]
    for place, day in enumerate(on):
        at = np.flatnonzero(how.cut[place][class_id] & in_between(day, happened, ended))
        number = how.number(class_id[at], happened[at], circle[at], reached[at], place + 1)
        parts.append(Told(at, day[at], number))
    told = Told(
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.happened for part in parts]),
        np.concatenate([part.variant for part in parts]),
    )
    if len(told.source) == len(person):
        return told
    order = np.lexsort((told.source, told.happened, person[told.source]))
    return Told(told.source[order], told.happened[order], told.variant[order])
