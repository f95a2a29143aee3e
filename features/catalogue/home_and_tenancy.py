"""Home and tenancy: social tenancies and rent arrears of the household the young person lives in.

Left out unless an experiment asks (``means = true``): it says what a family can pay.
"""

from __future__ import annotations

from features.catalogue.care import Spells
from features.catalogue.story import Story
from features.catalogue.wording import said, suffix
from features.definition import AnyFeature, Feature, Phrase, Summary, Where
from features.windows import LookBack

THEME = "home and tenancy"

TENANCY = Spells("tenancy", "tenancy", "in a social tenancy", "moved into a social tenancy", "social tenancy",
                 theme=THEME)  # fmt: skip
ARREARS = Spells("rent_arrears", "rent_arrears", "in a household behind with the rent",
                 "in a household that fell behind with the rent", "rent arrears", theme=THEME,
                 sensitive=True)  # fmt: skip
TEMPORARY = Story("temporary_home", THEME, Where("tenancy", code="temporary"), "moved into a temporary home",
                  family="social tenancy")  # fmt: skip


def _most_owed(*windows: int | None) -> tuple[Feature, ...]:
    return tuple(
        ARREARS.story.ask(
            f"most_weeks_{suffix(window)}", f"How many weeks of rent did the household owe at most {said(window)}?",
            window, Summary.LARGEST,
            Phrase(none=f"No rent owed {said(window)}", one=f"At most {{n}} week of rent owed {said(window)}",
                   many=f"At most {{n}} weeks of rent owed {said(window)}"),
        )
        for window in map(LookBack, windows)
    )  # fmt: skip


FEATURES: tuple[AnyFeature, ...] = (
    *TENANCY.now(),
    *TENANCY.story.counts(730, None),
    *TEMPORARY.counts(None),
    *ARREARS.now(),
    *ARREARS.known(),
    *ARREARS.ended("The household is no longer behind with the rent"),
    *ARREARS.days(365, 730),
    *_most_owed(730),
)  # fmt: skip
