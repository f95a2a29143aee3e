"""What happened to everybody, as it is lived: events, suspicions, spells and absences, in order of month."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import Floats, Ints
from features.synthetic.decisions import Suspicions

COUNTED = ("domestic", "victim", "asb", "asb_victim", "missing", "suspension", "search")
"""Processes that are simply counted; suspicions, needs and care have consequences of their own."""
SPELLS = ("care", "need")
PROCESSES = (*COUNTED, "offence", "need", "care")
"""Everything that can happen next to a child."""


@dataclass
class Happenings:
    """Who and when, for one process: positions of children and days."""

    child: list[Ints] = field(default_factory=list)
    day: list[Ints] = field(default_factory=list)
    until: list[Ints] = field(default_factory=list)
    """For spells: the day after the last, 0 while open."""

    def add(self, child: Ints, day: Ints, until: Ints | None = None) -> None:
        """Remember a month's events, or the spells that began in it."""
        self.child.append(child)
        self.day.append(day)
        if until is not None:
            self.until.append(until)

    def arrays(self) -> tuple[Ints, Ints]:
        """All children and days, as two arrays of one length."""
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *self.child]), np.concatenate([none, *self.day])


@dataclass(frozen=True)
class Offences:
    """What children did, known or not, one row each: position of the child, day, and how it came to be known."""

    child: Ints
    day: Ints
    named: NDArray[np.bool_]
    found: NDArray[np.bool_]

    @staticmethod
    def joined(parts: list[Offences]) -> Offences:
        """All parts in one."""
        return Offences(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Offences)))


@dataclass
class Course:
    """Everything that happened. ``events`` by process (:data:`COUNTED`), ``spells`` by kind (:data:`SPELLS`)."""

    events: dict[str, Happenings] = field(default_factory=lambda: {name: Happenings() for name in COUNTED})
    spells: dict[str, Happenings] = field(default_factory=lambda: {name: Happenings() for name in SPELLS})
    offences: list[Offences] = field(default_factory=list)
    suspicions: list[Suspicions] = field(default_factory=list)
    absences: list[tuple[int, Ints, Floats, Floats]] = field(default_factory=list)
    """Term number, children, authorised and unauthorised absence as shares of sessions."""
