"""Fire setting: referrals to the fire service's work with children who set fires, and finishing it."""

from __future__ import annotations

from features.catalogue.story import Story
from features.definition import AnyFeature, Strength, Where

THEME = "fire setting"

REFERRED = Story(
    "fire_referrals", THEME, Where("fire_referral"), "referred to the fire service", family="referrals for fires",
    direction=1,
)  # fmt: skip
DELIBERATE = Story(
    "fire_referrals_deliberate", THEME, Where("fire_referral", code="deliberate_fire"),
    "referred to the fire service for a deliberate fire", family="referrals for fires", direction=1,
)  # fmt: skip
FINISHED = Story(
    "fire_programme", THEME, Where("fire_programme"), "finishing the fire service's programme",
    family="fire service programme",
)  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *REFERRED.counts(365, 730, None),
    *REFERRED.since_last(),
    *DELIBERATE.counts(730, None),
    *FINISHED.counts(None, strength=Strength("Finished the fire service's programme", at_least=1)),
)  # fmt: skip
