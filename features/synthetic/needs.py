"""What makes each kind of event more or less likely: yearly rates, who they fall on, and at what age.

Effects are log rate ratios per unit of a trait (about one standard deviation). Signs and sizes follow the domain
reference's effect priors; rates are per child aged 10-17 and year before history adds to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from features.synthetic.areas import Areas
from features.synthetic.clock import Floats
from features.synthetic.detection import SEARCH_BIAS
from features.synthetic.population import Children

YOUNGEST_YEARS, OLDEST_YEARS = 9, 18
DIVERSION_EFFECT = float(np.log(0.7))
"""Log rate ratio of offending after informal diversion: published as about 30% less."""
FORMAL_DIVERSION_EFFECT = float(np.log(0.86))
"""The same after a youth caution or conditional caution: published as about 14% less."""


@dataclass(frozen=True)
class Hazard:
    """One process. ``by_age`` are relative rates at exact ages 9 to 18; ``history`` are effects of the recent past."""

    rate: float
    by_age: tuple[float, ...]
    traits: Mapping[str, float]
    history: Mapping[str, float] = field(default_factory=dict)
    youngest: int = YOUNGEST_YEARS
    burst: float = 0.0
    """How many more follow each event within the month, on average."""


HAZARDS: dict[str, Hazard] = {
    "domestic": Hazard(
        0.046, (1.25, 1.2, 1.15, 1.1, 1.05, 1.0, 0.95, 0.9, 0.8, 0.7),
        {"hardship": 0.80, "deprivation": 0.25}, {"domestic": 1.3}, burst=0.05,
    ),
    "victim": Hazard(
        0.0336, (0.35, 0.45, 0.7, 1.0, 1.2, 1.25, 1.2, 1.1, 1.1, 1.1),
        {"hardship": 0.25, "adult": -0.15, "peers": 0.25, "hotspot": 0.15},
        {"trouble": 0.35, "suspect": 0.45, "victim": 0.70, "domestic": 0.25, "missing": 0.35, "care": 0.2}, burst=0.05,
    ),
    "asb": Hazard(
        0.0138, (0.05, 0.2, 0.5, 0.95, 1.4, 1.6, 1.45, 1.1, 0.75, 0.5),
        {"male": 0.70, "conduct": 0.35, "peers": 0.40, "adult": -0.20, "hotspot": 0.35, "deprivation": 0.25},
        {"trouble": 0.55, "asb": 1.10, "suspect": 0.50, "missing": 0.25, "friends": 0.30}, burst=0.15,
    ),
    "asb_victim": Hazard(0.0006, (0.6, 0.7, 0.9, 1.1, 1.2, 1.1, 1.0, 0.9, 0.9, 0.9), {"hotspot": 0.35}),
    "missing": Hazard(
        0.0058, (0.05, 0.15, 0.35, 0.7, 1.15, 1.5, 1.7, 1.55, 1.1, 0.8),
        {"male": -0.05, "hardship": 0.40, "adult": -0.30, "conduct": 0.20, "peers": 0.25},
        {"trouble": 0.60, "missing": 2.9, "care": 1.30, "domestic": 0.25, "absence": 0.30, "suspension": 0.15},
        burst=0.45,
    ),
    "suspension": Hazard(
        0.0465, (0.05, 0.15, 0.5, 1.0, 1.5, 1.7, 1.5, 0.9, 0.5, 0.5),
        {"male": 0.45, "conduct": 0.70, "bond": -0.50, "free_meals": 0.60, "hardship": 0.25, "send": 0.30},
        {"trouble": 0.50, "suspension": 1.25, "care": 0.30, "suspect": 0.2}, burst=0.15,
    ),
    "offence": Hazard(
        0.064, (0.0, 0.18, 0.45, 0.80, 1.10, 1.35, 1.48, 1.42, 1.28, 1.1),
        {"male": 0.70, "conduct": 0.20, "hardship": 0.12, "peers": 0.24, "bond": -0.12, "adult": -0.16,
         "hotspot": 0.10, "convicted_parent": 0.55, "sets_fires": 0.55},
        {"trouble": 0.48, "suspect": 0.72, "asb": 0.25, "suspension": 0.22, "missing": 0.40,
         "domestic": 0.20, "care": 0.35, "absence": 0.15, "friends": 0.50,
         "suspended_and_missing": 0.60, "care_and_missing": 0.30,
         "diverted": DIVERSION_EFFECT,
         "cautioned": FORMAL_DIVERSION_EFFECT, "entered": 0.5}, youngest=10, burst=0.12,
    ),
    "search": Hazard(
        0.0045, (0.0, 0.03, 0.08, 0.25, 0.6, 1.1, 1.6, 1.9, 2.0, 1.8),
        {"male": 1.50, "conduct": 0.20, "peers": 0.40, "hotspot": 0.35, "deprivation": 0.20,
         "black": 0.84, "mixed": 0.50, "asian": 0.26, "other": 0.3},
        {"known": 1.7, "trouble": 0.60, "suspect": 1.0, "missing": 0.25, "asb": 0.3}, youngest=10, burst=0.1,
    ),
    "need": Hazard(
        0.043, (1.2, 1.15, 1.1, 1.05, 1.0, 1.0, 1.0, 0.95, 0.8, 0.5),
        {"hardship": 0.65, "conduct": 0.20, "adult": -0.25, "send": 0.20},
        {"domestic": 0.70, "missing": 0.60, "suspect": 0.30, "absence": 0.30},
    ),
    "care": Hazard(
        0.0029, (0.9, 0.9, 0.9, 1.0, 1.1, 1.2, 1.3, 1.2, 0.8, 0.3),
        {"hardship": 0.70, "adult": -0.40}, {"in_need": 1.8, "missing": 0.80, "domestic": 0.3},
    ),
}  # fmt: skip

KNOWN_AFTER = ("suspect", "victim", "asb", "missing")
"""A child met in one of these ways in the past year is ``known``: seen, named and dealt with more formally."""
MEMORY = {"suspect": 0.90, "victim": 0.90, "asb": 0.90, "missing": 0.88, "suspension": 0.92, "domestic": 0.92}
"""What is left of a past event's effect a month later; its weight then levels off with repeats."""
TROUBLE_MEMORY = 0.92
"""Month-to-month persistence of the hidden ups and downs of a child's life."""


def traits_of(children: Children, areas: Areas, hotspot: Floats) -> dict[str, Floats]:
    """Every trait a hazard may name, one value a child; places are the first home's."""
    home = children.families.home[children.family, 0]
    letter = children.letter()
    groups = {"white": "W", "mixed": "M", "asian": "A", "black": "B", "other": "O"}
    found = {name: (letter == first).astype(np.float32) for name, first in groups.items()}
    found |= {"male": children.male.astype(np.float32), "free_meals": children.free_meals.astype(np.float32)}
    found |= {"convicted_parent": children.families.convicted[children.family].astype(np.float32)}
    found |= {"sets_fires": children.sets_fires.astype(np.float32)}
    found |= {"send": (children.send_at_first > 0).astype(np.float32), "deprivation": areas.deprivation[home]}
    found |= {name: getattr(children, name) for name in ("hardship", "conduct", "bond", "adult", "peers")}
    return found | {"hotspot": hotspot[home]}


def base_log_rates(traits: Mapping[str, Floats], bias: float = 1.0) -> dict[str, Floats]:
    """Log monthly rate of each process for each child at the average age, before history; float32.

    ``bias`` scales what in searches is not need (``detection.SEARCH_BIAS``).
    """
    found = {}
    for name, hazard in HAZARDS.items():
        score = np.zeros(len(traits["male"]), dtype=np.float32)
        for trait, effect in hazard.traits.items():
            scale = bias if name == "search" and trait in SEARCH_BIAS else 1.0
            score += np.float32(effect * scale) * traits[trait]
        level = np.log(np.mean(np.exp(score.astype(np.float64)))) + np.log(np.mean(hazard.by_age[1:9]))
        found[name] = score + np.float32(np.log(hazard.rate / 12) - level)
    return found


def age_tables() -> dict[str, Floats]:
    """Relative rate of each process at each age in months from birth to 18 (0 under the youngest age)."""
    months = np.arange(0, OLDEST_YEARS * 12 + 1)
    knots = np.arange(YOUNGEST_YEARS, OLDEST_YEARS + 1) * 12
    found = {}
    for name, hazard in HAZARDS.items():
        rate = np.interp(months, knots, np.array(hazard.by_age))
        found[name] = np.where(months > hazard.youngest * 12, rate, 0.0).astype(np.float32)
    return found


def hotspots(rng: np.random.Generator, areas: Areas) -> Floats:
    """How much harm gathers in each area, beyond deprivation; neighbours share half of it (about standard normal)."""
    _, shared = np.unique(areas.neighbourhood, return_inverse=True)
    common = rng.standard_normal(int(shared.max()) + 1)[shared]
    own = rng.standard_normal(len(areas))
    return (0.4 * areas.deprivation + 0.6 * common + 0.6 * own).astype(np.float32)
