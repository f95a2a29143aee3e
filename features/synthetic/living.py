"""A community lived: families, their children and all that happened, before any partner writes it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features.synthetic.areas import Areas
from features.synthetic.clock import Floats
from features.synthetic.communities import Community
from features.synthetic.course import Course
from features.synthetic.defects import USUAL, Defects
from features.synthetic.detection import Detection
from features.synthetic.levels import Levels
from features.synthetic.lives import Lives
from features.synthetic.needs import base_log_rates, hotspots, traits_of
from features.synthetic.past import Past
from features.synthetic.population import Children, make_children

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
    community: Community, say: Say, defects: Defects = USUAL, months: int | None = None, watch: AtMonth | None = None
) -> Lived:
    """Make a community's people and run their lives. It uses up the community's random streams: once each.

    ``watch`` is shown what still matters of the past as each month begins; ``months`` stops the world early.
    """
    streams, areas, bias = community.streams, community.areas, community.detection_bias
    say(f"making families with {community.size:,} children aged 10 to 17")
    children = make_children(streams[1], areas, community.size, defects)
    hotspot = hotspots(streams[0], areas)
    traits = traits_of(children, areas, hotspot)
    base, detection = base_log_rates(traits, bias), Detection.of(traits, bias)
    levels = Levels.of(streams[2], children, areas)
    course = Lives(streams[2], children, base, detection, levels).run(say, months, watch)
    return Lived(children, areas, hotspot, base, detection, course, streams[3:], community.size)
