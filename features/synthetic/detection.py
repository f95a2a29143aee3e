"""What comes to be known of what children do: named by somebody who reports it, or found by police.

Behaviour depends on need; being named depends on being known; only being found depends on who and where somebody is, by
amounts set here. So labels are biased in a known way, and an audit can be checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.synthetic.clock import Floats

Flags = NDArray[np.bool_]

NAMED = 0.24
"""Chance that what a child not yet known did is reported and the child named."""
FOUND = 0.045
"""Chance that police find it themselves, without a report, before any bias."""
ONCE_KNOWN = np.log(3.16)
"""How much likelier both are (log ratio) for a child met in the past year."""
MOST = 0.97

FOUND_MORE = {"black": np.log(2.6), "mixed": np.log(9.9 / 5.9), "asian": np.log(1.4), "other": 0.3}
"""Log ratios at a bias of 1: Northumbria's crude stop-and-search ratios where known, the national one for mixed."""
FOUND_IN_HOTSPOTS = 0.20
"""Log ratio for each standard deviation of harm in the area, at a bias of 1."""
FOUND_BY_YEAR = (0.15, 0.10, 0.10, 0.20, 0.25, 0.15, 0.0, 0.0, 0.0, -0.10)
"""Log ratio of each year, at a bias of 1: from 2016 on."""
HARSHER = {"black": 0.30, "mixed": 0.15}
"""Log odds of arrest and of a formal outcome for the same facts, at a bias of 1."""
SEARCH_BIAS = ("black", "mixed", "asian", "other", "hotspot")
"""Traits whose effect on being searched is bias, not need: scaled as all else here."""


@dataclass(frozen=True)
class Detection:
    """``bias`` scales every effect of ethnicity, place and time: 0 none, 1 as published, 2 twice that."""

    bias: float
    found: Floats
    """Log ratio of being found, one a child."""
    harsher: Floats
    """Log odds ratio of harsher decisions, one a child."""

    @staticmethod
    def of(traits: Mapping[str, Floats], bias: float) -> Detection:
        """The detection of children with these traits (``needs.traits_of``)."""
        found = sum((np.float32(effect) * traits[group] for group, effect in FOUND_MORE.items()),
                    np.float32(FOUND_IN_HOTSPOTS) * traits["hotspot"])  # fmt: skip
        harsher = sum((np.float32(effect) * traits[group] for group, effect in HARSHER.items()),
                      np.zeros_like(traits["male"]))  # fmt: skip
        return Detection(bias, np.float32(bias) * found, np.float32(bias) * harsher)

    def detect(
        self, rng: np.random.Generator, who: NDArray[np.int64], known: Floats, month: int
    ) -> tuple[Flags, Flags]:
        """Of offences by ``who`` in a month: whether each was reported with a name, and whether police found it."""
        once_known = np.exp(ONCE_KNOWN * known)
        named = rng.random(len(who)) < np.minimum(NAMED * once_known, MOST)
        return named, rng.random(len(who)) < self.chance_found(who, known, month)

    def chance_found(self, who: NDArray[np.int64], known: Floats, month: int) -> NDArray[np.float64]:
        """The chance that police find an offence of each of ``who`` themselves."""
        log_ratio = self.found[who] + self.bias * FOUND_BY_YEAR[min(month // 12, len(FOUND_BY_YEAR) - 1)]
        chance: NDArray[np.float64] = np.minimum(FOUND * np.exp(ONCE_KNOWN * known + log_ratio), MOST)
        return chance
