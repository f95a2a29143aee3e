"""Stop and search, and records that mostly come from it.

Left out unless an ablation asks: they depend on whom police choose to stop, which differs between groups and places.
"""

from __future__ import annotations

from dataclasses import replace

from features.catalogue.contact_as_suspect import suspect_of
from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW
from features.definition import AnyFeature, Where

THEME = "stop and search"

SEARCHES = Story("searches", THEME, Where("stop_search"), "stopped and searched", family="stop and search",
                 discretion=True)  # fmt: skip
DRUGS = replace(suspect_of("drugs"), theme=THEME, discretion=True, direction=0)
WEAPONS = replace(suspect_of("weapons"), theme=THEME, discretion=True, direction=0)


def _searched_for(stem: str, code: str, words: str) -> Story:
    return Story(f"searches_for_{stem}", THEME, Where("stop_search", code=code), f"stopped and searched for {words}",
                 family="stop and search", discretion=True)  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *SEARCHES.counts(*EVERY_WINDOW),
    *SEARCHES.since_first(),
    *SEARCHES.since_last(),
    *SEARCHES.change(),
    *_searched_for("drugs", "drugs", "drugs").counts(365, None),
    *_searched_for("weapons", "weapons", "weapons").counts(365, None),
    *_searched_for("stolen_property", "stolen_property", "stolen property").counts(365),
    *DRUGS.counts(365, None),
    *WEAPONS.counts(365, None),
)  # fmt: skip
