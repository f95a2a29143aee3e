"""Place: what was recorded in the small area where the young person was known to live on the date.

Left out unless an experiment asks (``place = true``). Where somebody lives says what their family can pay and, too
often, who they are; an area with many records is often one with many patrols. Missing where no home is known.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import OFFENCES
from features.definition import AnyFeature, HomeArea, Where

THEME = "place"


def _here(stem: str, events: Where, did: str, about: str, discretion: bool = False) -> Story:
    return Story(f"area_{stem}", THEME, events, f"{did} in the home area", about=about, family="harm in the home area",
                 of=HomeArea(), discretion=discretion)  # fmt: skip


def _crimes(offence: str, about: str, discretion: bool = False) -> Story:
    return _here(offence, Where("area_occurrence", code=OFFENCES[offence][0]), "recorded", about, discretion)


ALL = _here("incidents", Where("area_occurrence"), "recorded", "a police incident")
INJURIES = _here("injuries", Where("assault_injury"), "seen in hospital after happening", "an assault injury")
KNIVES = _here("knife_injuries", Where("assault_injury", code="sharp"), "seen in hospital after happening",
               "an injury with a knife or other sharp object")  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *ALL.counts(182, 365, 730),
    *ALL.change(),
    *ALL.typical(365),
    *_crimes("violence", "a violent incident").counts(182, 365, 730),
    *_crimes("violence", "a violent incident").change(),
    *_crimes("robbery", "a robbery").counts(365),
    *_crimes("damage", "criminal damage or arson").counts(365),
    *_crimes("public_order", "public disorder").counts(365),
    *_crimes("drugs", "a drug incident", discretion=True).counts(365),
    *INJURIES.counts(365, 730),
    *INJURIES.since_last(),
    *KNIVES.counts(730),
)  # fmt: skip
