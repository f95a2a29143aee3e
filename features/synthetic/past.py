"""What of the past still matters to what happens next: it fades, and hidden troubles drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import Floats
from features.synthetic.course import SPELLS
from features.synthetic.friendships import around
from features.synthetic.needs import MEMORY, TROUBLE_MEMORY
from features.synthetic.population import Children

NOBODY = 10_000
"""A month that never comes."""
FRIENDS_COUNT = np.float32(3.0)
"""How fast friends' recent suspicions, on average, come to weigh all they can."""
DIVERSION_LASTS = 24
"""Months for which a diversion keeps lowering the rate of new suspicions."""


class Past:
    """What of the past still matters, one value a child."""

    def __init__(self, rng: np.random.Generator, children: Children) -> None:
        count = len(children)
        self.recent = {name: np.zeros(count, dtype=np.float32) for name in MEMORY}
        self.circle: NDArray[np.int64] | None = children.circle
        """Who rubs off on whom; nobody once it is not everybody's past."""
        self.friends = np.zeros(count, dtype=np.float32)
        self.trouble = rng.standard_normal(count, dtype=np.float32)
        self.absence = np.zeros(count, dtype=np.float32)
        self.met = np.full(count, -NOBODY, dtype=np.int32)
        self.diverted_from = np.full(count, NOBODY, dtype=np.int32)
        self.cautioned_from = np.full(count, NOBODY, dtype=np.int32)
        self.entered_from = np.full(count, NOBODY, dtype=np.int32)
        self.until = {name: np.zeros(count, dtype=np.int32) for name in SPELLS}

    def taken(self, who: slice | NDArray[np.int64]) -> Past:
        """The past of these children, copied; what their friends did fades from here on."""
        copy = object.__new__(Past)
        copy.circle = None
        for name, held in vars(self).items():
            if name == "circle":
                continue
            each = {key: part[who].copy() for key, part in held.items()} if isinstance(held, dict) else held[who].copy()
            setattr(copy, name, each)
        return copy

    def history(self, here: slice | NDArray[np.int64], month: int) -> dict[str, Floats]:
        """Everything a hazard's ``history`` may name, for the children in ``here``."""
        found = {name: 1 - np.exp(-past[here]) for name, past in self.recent.items()}
        found["friends"] = 1 - np.exp(-FRIENDS_COUNT * self.friends[here])
        found["trouble"] = self.trouble[here]
        found["absence"] = self.absence[here]
        found["care"] = (self.until["care"][here] > month).astype(np.float32)
        found["in_need"] = (self.until["need"][here] > month).astype(np.float32)
        since = month - self.diverted_from[here]
        found["diverted"] = ((since >= 0) & (since < DIVERSION_LASTS)).astype(np.float32)
        since = month - self.cautioned_from[here]
        found["cautioned"] = ((since >= 0) & (since < DIVERSION_LASTS)).astype(np.float32)
        found["entered"] = (self.entered_from[here] <= month).astype(np.float32)
        found["known"] = (month - self.met[here] <= 12).astype(np.float32)
        found["suspended_and_missing"] = found["suspension"] * found["missing"]
        found["care_and_missing"] = found["care"] * found["missing"]
        return found

    def pass_month(self, rng: np.random.Generator, here: slice) -> None:
        """A month goes by: the past fades and hidden troubles drift."""
        for name, kept in MEMORY.items():
            self.recent[name][here] *= np.float32(kept)
        self.friends[here] *= np.float32(MEMORY["suspect"])
        if self.circle is not None:
            first = self.circle[here].min(initial=0)
            self.friends[here] = around(self.circle[here] - first, self.recent["suspect"][here])
        drift = rng.standard_normal(here.stop - here.start, dtype=np.float32)
        self.trouble[here] *= np.float32(TROUBLE_MEMORY)
        self.trouble[here] += np.float32(np.sqrt(1 - TROUBLE_MEMORY**2)) * drift
