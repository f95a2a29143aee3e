"""Protection notices: what worried an officer about the young person, and how much. A worry is not a finding.

All of it is sensitive: a notice may be about somebody at home.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW
from features.definition import AnyFeature, Where

THEME = "protection notices"
RATINGS = "of 3 (1 standard, 2 medium, 3 high)"
WORRIES: dict[str, tuple[tuple[str, ...], str]] = {
    "neglect": (("neglect", "home_conditions"), "neglect or conditions at home"),
    "abuse": (("physical_abuse", "emotional_abuse", "sexual_abuse"), "abuse"),
    "exploitation": (("exploitation",), "exploitation by others"),
    "mental_health": (("mental_health",), "how the young person was feeling"),
    "substance_use": (("substance_use",), "alcohol or drugs"),
    "behaviour": (("behaviour",), "behaviour"),
}

NOTICES = Story(
    "protection_notices", THEME, Where("ppn"), "named in a protection notice", family="protection notices",
    direction=1, sensitive=True,
)  # fmt: skip
RATED_HIGH = Story(
    "protection_notices_of_abuse_or_exploitation", THEME, Where("ppn", code=(*WORRIES["abuse"][0], "exploitation")),
    "named in a protection notice about abuse or exploitation", family="protection notices", direction=1,
    sensitive=True,
)  # fmt: skip


def _about(worry: str) -> Story:
    codes, words = WORRIES[worry]
    return Story(f"protection_{worry}", THEME, Where("ppn", code=codes), f"named in a protection notice about {words}",
                 family=f"protection notices about {words}", direction=1, sensitive=True)  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *NOTICES.counts(*EVERY_WINDOW),
    *NOTICES.counts_since(10),
    *NOTICES.days(365),
    *NOTICES.kinds(730, None, joined="about", thing="worry"),
    *NOTICES.worst(365, 730, None, scale=RATINGS),
    *NOTICES.weight(730, scale="each from 1 to 3"),
    *NOTICES.since_first(),
    *NOTICES.since_last(),
    *NOTICES.change(),
    *NOTICES.busiest(30, 365),
    *RATED_HIGH.counts(365),
    *_about("neglect").counts(365, None),
    *_about("abuse").counts(365, None),
    *_about("exploitation").counts(365, None),
    *_about("mental_health").counts(365, None),
    *_about("substance_use").counts(365, None),
    *_about("behaviour").counts(365),
)  # fmt: skip
