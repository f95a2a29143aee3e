"""Makes the synthetic partners: a seeded population, ten years of their lives, and every partner's extract of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from features.errors import BadConfiguration
from features.synthetic.clock import CUT
from features.synthetic.communities import Community, communities
from features.synthetic.counting import Counts, added
from features.synthetic.defects import USUAL, Defects
from features.synthetic.fidelity import compare, curves
from features.synthetic.living import Say, live
from features.synthetic.partners import Partners
from features.synthetic.report_counts import report_counts
from features.synthetic.summary import SyntheticSummary, folder_digest, headline_counts, headline_rates
from features.synthetic.truth import LARGEST, Setting, Telling, telling
from features.windows import day_from_epoch
from features.workspace import whole_folder, write_json

DEFAULT_SEED = 20260101
FEWEST_CHILDREN = 500
MARKER = "SYNTHETIC.json"
"""Lies beside the extracts and says that nobody in them is real."""


def make_partners(
    folder: Path, seed: int, children: int | None = None, areas: Path | None = None, progress: Say | None = None,
    defects: Defects = USUAL, detection_bias: float = 1.0, truth: Path | None = None, largest: int = LARGEST,
) -> SyntheticSummary:  # fmt: skip
    """Fill ``folder`` with every partner's extract and say what is in it. Same arguments, same bytes.

    ``children`` is how many are aged 10-17 at any time (all 127,247 by default); ``areas`` a file of real small areas
    with the columns of ``features.synthetic.areas.COLUMNS``, made-up ones by default; ``defects`` how messy the
    extracts are; ``detection_bias`` how much ethnicity, place and time decide what police find (0 not at all, 1 as
    published, 2 twice that). ``truth`` is where to write what only the world itself knows. More than ``largest``
    children are made as communities one after another, so that memory does not grow. Folders are replaced whole.

    :raises BadInput: the areas file is missing or malformed, all faults together.
    :raises BadConfiguration: fewer children than the world can be made of.
    """
    if children is not None and children < FEWEST_CHILDREN:
        raise BadConfiguration(f"a synthetic world needs at least {FEWEST_CHILDREN} children, not {children}")
    say = progress or (lambda message: None)
    setting = Setting(seed, children or 0, detection_bias, "" if areas is None else str(areas), largest)
    rows: Counter[str] = Counter()
    counts, size = [], 0
    with whole_folder(folder) as scratch, telling(truth, setting) as told:
        for community in communities(setting):
            counts.append(_add_community(scratch, told, community, rows, say, defects))
            size += community.size
        total = added(counts)
        summary = SyntheticSummary(seed, size, dict(rows), folder_digest(scratch), headline_rates(total))
        marked = {"synthetic": True, "seed": seed, "children": size, "digest": summary.digest}
        write_json(scratch / MARKER, marked | {"received_on": day_from_epoch(CUT)})
    return replace(summary, fidelity=compare(total), curves=curves(total))


def _add_community(
    folder: Path, told: Telling | None, community: Community, rows: Counter[str], say: Say, defects: Defects
) -> Counts:
    """Live one community and add its part to every file; what the report needs of it."""
    lived = live(community, say, defects)
    writer = Partners(folder, community.number, lived, rows, say, defects)
    world = writer.write(lived.size / lived.areas.population.sum())
    if told is not None:
        told.community(lived.children, lived.course, writer.links)
    return headline_counts(world) | report_counts(world)
