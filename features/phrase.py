"""What a feature's value is called in plain words: a sentence for every value, and when a value is a strength."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """A value in plain words. ``{n}`` is the number; ``none`` is for 0, ``one`` for 1, ``unknown`` for missing.

    ``falling`` is for numbers under 0 and shows them without the minus sign. ``as_duration`` reads days as people do.

    >>> say = Phrase(none="Not recorded as a suspect", one="Recorded as a suspect once",
    ...              many="Recorded as a suspect {n} times").say
    >>> say(0), say(1), say(3)
    ('Not recorded as a suspect', 'Recorded as a suspect once', 'Recorded as a suspect 3 times')
    >>> Phrase("Missing for {n} hours", one="Missing for {n} hour").say(0.4)
    'Missing for less than 1 hour'
    >>> Phrase("About {n} more a year", falling="About {n} fewer a year").say(-2.2)
    'About 2 fewer a year'
    >>> ago = Phrase("Last recorded as a suspect {n} ago", as_duration=True).say
    >>> ago(1), ago(45), ago(150), ago(800)[-17:]
    ('Last recorded as a suspect 1 day ago', 'Last recorded as a suspect 45 days ago', \
'Last recorded as a suspect about 5 months ago', 'about 2 years ago')
    """

    many: str
    one: str = ""
    none: str = ""
    unknown: str = "Not known"
    as_percent: bool = False
    as_duration: bool = False
    falling: str = ""

    def say(self, value: float) -> str:
        """The sentence for a value; no false precision: whole numbers, whole percentages, rounded months and years."""
        if math.isnan(value):
            return self.unknown
        if value == 0 and self.none:
            return self.none
        if value < 0 and self.falling:
            return self.falling.format(n=self._shown(-value))
        shown = self._shown(value)
        if self.one and (shown == "1" or (shown == LESS_THAN_ONE and "{n}" in self.one)):
            return self.one.format(n=shown)
        return self.many.format(n=shown)

    def _shown(self, value: float) -> str:
        if self.as_duration:
            return duration(value)
        number = value * 100 if self.as_percent else value
        return f"{number:,.0f}" if abs(number) >= 1 or number == 0 else LESS_THAN_ONE


LESS_THAN_ONE = "less than 1"


def duration(days: float) -> str:
    """Days as a person would say them, without false precision.

    >>> duration(1), duration(60), duration(365), duration(1096)
    ('1 day', '60 days', 'about 12 months', 'about 3 years')
    """
    if days <= 60:
        return f"{days:.0f} day{'' if round(days) == 1 else 's'}"
    return f"about {days / 30.44:.0f} months" if days < 730 else f"about {days / 365.25:.0f} years"


@dataclass(frozen=True)
class Strength:
    """When a value is a strength worth saying, and how: ``at_least <= value <= at_most``."""

    sentence: str
    at_least: float = -math.inf
    at_most: float = math.inf

    def applies(self, value: float) -> bool:
        """Whether the value is a strength; missing never is."""
        return not math.isnan(value) and self.at_least <= value <= self.at_most
