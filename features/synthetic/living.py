"""A world lived: families, their children and all that happened, before any partner writes it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.synthetic.areas import FULL_SIZE, Areas, made_up_areas, read_areas
from features.synthetic.clock import Floats
from features.synthetic.course import Course
from features.synthetic.defects import USUAL, Defects
from features.synthetic.detection import Detection
from features.synthetic.levels import Levels
from features.synthetic.lives import Lives
from features.synthetic.needs import base_log_rates, hotspots, traits_of
from features.synthetic.past import Past
from features.synthetic.population import Children, make_children
from features.synthetic.truth import Setting

Say = Callable[[str], None]
AtMonth = Callable[[int, Past, Levels], None]


@dataclass(frozen=True)
class Lived:
    """``streams`` are the random streams partners' writing goes on with; ``size`` children aged 10-17 at any time."""

    children: Children
    areas: Areas
    hotspot: Floats
    base: dict[str, Floats]
    detection: Detection
    course: Course
    streams: list[np.random.Generator]
    size: int


def live(
    setting: Setting, say: Say, defects: Defects = USUAL, months: int | None = None, watch: AtMonth | None = None
) -> Lived:
    """Make the people of a setting and run their lives; the same setting gives the same lives.

    ``watch`` is shown what still matters of the past as each month begins; ``months`` stops the world early.

    :raises BadInput: the areas file is missing or malformed.
    """
    streams = [np.random.default_rng(part) for part in np.random.SeedSequence(setting.seed).spawn(10)]
    areas = read_areas(Path(setting.areas)) if setting.areas else made_up_areas(streams[0])
    size = setting.children or (int(areas.population.sum()) if setting.areas else FULL_SIZE)
    say(f"making families with {size:,} children aged 10 to 17")
    children = make_children(streams[1], areas, size, defects)
    hotspot = hotspots(streams[0], areas)
    traits = traits_of(children, areas, hotspot)
    base, detection = base_log_rates(traits, setting.detection_bias), Detection.of(traits, setting.detection_bias)
    levels = Levels.of(streams[2], children, areas)
    course = Lives(streams[2], children, base, detection, levels).run(say, months, watch)
    return Lived(children, areas, hotspot, base, detection, course, streams[3:], size)
