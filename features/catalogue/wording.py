"""What several themes say alike: windows, in names and in words, and offence groups."""

from __future__ import annotations

from features.windows import LookBack

EVERY_WINDOW = (91, 182, 365, 730, None)
"""Three months to two years, and all time (``None``)."""

VIOLENCE = ("homicide", "violence_with_injury", "violence_without_injury")
INJURY = ("homicide", "violence_with_injury")
OFFENCES: dict[str, tuple[tuple[str, ...], str]] = {
    "violence": (VIOLENCE, "violence"),
    "injury": (INJURY, "violence causing injury"),
    "robbery": (("robbery",), "robbery"),
    "theft": (("theft",), "theft"),
    "damage": (("criminal_damage_arson",), "criminal damage or arson"),
    "public_order": (("public_order",), "public disorder"),
    "sexual": (("sexual",), "a sexual offence"),
    "drugs": (("drugs",), "a drug offence"),
    "weapons": (("weapons",), "having a weapon"),
}
"""Offence groups as features name them: the police groups behind each, and its plain words."""


def said(window: LookBack) -> str:
    """The window in plain words, for the end of a sentence.

    >>> said(LookBack(365)), said(LookBack())
    ('in the past year', 'in the records held')
    """
    return "in the records held" if window.is_everything else window.plain


def suffix(window: LookBack) -> str:
    """The window as the end of a feature's name: ``last_365_days``, ``since_age_10`` or ``ever``."""
    if window.since_age is not None:
        return f"since_age_{window.since_age}"
    return "ever" if window.days is None else f"last_{window.days}_days"
