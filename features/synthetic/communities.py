"""A large world is a row of communities, each lived and written before the next: what keeps memory bounded.

A community is whole neighbourhoods: families, schools and friends do not reach beyond it. Neighbourhoods are dealt to
communities by council and deprivation, like cards, so that each is a small picture of the whole. A world that fits
in one community is made exactly as if there were no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.synthetic.areas import FULL_SIZE, Areas, made_up_areas, only, read_areas
from features.synthetic.clock import Ints
from features.synthetic.truth import Setting

STREAMS = 10


@dataclass(frozen=True)
class Community:
    """``size`` children aged 10-17 at any time in ``areas``; ``streams`` are the random streams of all that happens."""

    number: int
    areas: Areas
    size: int
    detection_bias: float
    streams: list[np.random.Generator]


def communities(setting: Setting) -> Iterator[Community]:
    """The communities of a world, one at a time; the same setting gives the same ones.

    :raises BadInput: the areas file is missing or malformed.
    """
    whole = np.random.SeedSequence(setting.seed)
    streams = [np.random.default_rng(part) for part in whole.spawn(STREAMS)]
    areas = read_areas(Path(setting.areas)) if setting.areas else made_up_areas(streams[0])
    size = setting.children or (int(areas.population.sum()) if setting.areas else FULL_SIZE)
    count = min(-(-size // setting.largest), int(np.unique(areas.neighbourhood).size))
    if count == 1:
        yield Community(0, areas, size, setting.detection_bias, streams)
        return
    dealt = _dealt(areas, count)
    ends = np.rint(np.cumsum(np.bincount(dealt, areas.population)) / areas.population.sum() * size).astype(int)
    for number, (part, begins, end) in enumerate(zip(whole.spawn(count), (0, *ends[:-1]), ends, strict=True)):
        own = [np.random.default_rng(each) for each in part.spawn(STREAMS)]
        here = only(areas, np.flatnonzero(dealt == number))
        yield Community(number, here, int(end - begins), setting.detection_bias, own)


def _dealt(areas: Areas, count: int) -> Ints:
    """The community of each area: neighbourhoods in order of council and deprivation, dealt one by one."""
    names, place = np.unique(areas.neighbourhood, return_inverse=True)
    people = np.maximum(np.bincount(place, areas.population), 1e-9)
    deprivation = np.bincount(place, areas.population * areas.deprivation) / people
    council = np.zeros(len(names), dtype=np.int64)
    council[place] = areas.authority
    dealt = np.empty(len(names), dtype=np.int64)
    dealt[np.lexsort((deprivation, council))] = np.arange(len(names)) % count
    return dealt[place]
