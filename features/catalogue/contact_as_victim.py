"""Contact as a victim or witness: harm done to the young person, or seen by them. Never added to records as a suspect.

What happened at home is in ``harm_at_home``.
"""

from __future__ import annotations

from features.catalogue.story import Story
from features.catalogue.wording import EVERY_WINDOW, OFFENCES
from features.definition import AnyFeature, Strength, Where

THEME = "contact as victim"

RECORDS = Story(
    "victim_records", THEME, Where("occurrence", role="victim"), "recorded as a victim",
    family="records as a victim", direction=1,
)  # fmt: skip
WEAPON = Story(
    "victim_weapon_used", THEME, Where("weapon_occurrence", role="victim"),
    "recorded as a victim in an incident involving a weapon", family="weapons as a victim", direction=1,
)  # fmt: skip
ANTISOCIAL = Story(
    "asb_victim", THEME, Where("asb", role="victim"), "recorded as a victim of anti-social behaviour",
    family="anti-social behaviour as a victim", direction=1,
)  # fmt: skip
WITNESS = Story(
    "witness_records", THEME, Where("occurrence", role="witness"), "recorded as a witness",
    family="records as a witness",
)  # fmt: skip


def victim_of(offence: str, sensitive: bool = False) -> Story:
    """The story of being recorded as a victim of one offence group."""
    codes, words = OFFENCES[offence]
    return Story(
        f"victim_{offence}", THEME, Where("occurrence", role="victim", code=codes), f"recorded as a victim of {words}",
        family=f"{words} as a victim", direction=1, sensitive=sensitive,
    )  # fmt: skip


VIOLENCE = victim_of("violence")
WITNESS_OF_VIOLENCE = Story(
    "witness_violence", THEME, Where("occurrence", role="witness", code=OFFENCES["violence"][0]),
    "recorded as a witness to violence", family="records as a witness",
)  # fmt: skip

FEATURES: tuple[AnyFeature, ...] = (
    *RECORDS.counts(*EVERY_WINDOW),
    *RECORDS.days(365, None),
    *RECORDS.kinds(730, None, joined="of"),
    *RECORDS.worst(365, None),
    *RECORDS.typical(None),
    *RECORDS.weight(365, 730),
    *RECORDS.since_first(),
    *RECORDS.since_last(Strength("Not recorded as a victim in the past year", at_least=366)),
    *RECORDS.change(),
    *RECORDS.counts_since(10),
    *RECORDS.gaps(730),
    *RECORDS.busiest(30, 365),
    *RECORDS.streak(182),
    *VIOLENCE.counts(182, 365, 730, None),
    *VIOLENCE.since_last(),
    *VIOLENCE.change(),
    *VIOLENCE.counts_since(10),
    *victim_of("injury").counts(365, None),
    *victim_of("robbery").counts(365, None),
    *victim_of("theft").counts(365, None),
    *victim_of("sexual", sensitive=True).counts(None),
    *WEAPON.counts(365, None),
    *ANTISOCIAL.counts(365, None),
    *WITNESS.counts(365, None),
    *WITNESS_OF_VIOLENCE.counts(365, None),
)  # fmt: skip
