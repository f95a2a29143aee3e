"""What a feature is: typed data that answers one plain question about a person on an as-of date.

Three shapes cover the catalogue:

* :class:`Feature` summarises a person's events in a look-back window (the compiled kernel computes it);
* :class:`Ratio` and :class:`Change` combine two features of the same table;
* :class:`Age` is the person's age on the date.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from features.errors import BadConfiguration, all_faults
from features.events import KINDS
from features.windows import LookBack

Names = str | tuple[str, ...]


class Summary(StrEnum):
    """How a window's events become one number. Missing (no such event) is decided by ``when_missing``."""

    COUNT = "count"
    ANY = "any"
    TOTAL = "total"
    MEAN = "mean"
    SMALLEST = "smallest"
    LARGEST = "largest"
    FIRST_VALUE = "first value"
    LAST_VALUE = "last value"
    DAYS_SINCE_FIRST = "days since first"
    DAYS_SINCE_LAST = "days since last"
    DISTINCT_CODES = "distinct codes"
    DISTINCT_DAYS = "distinct days"
    OVERLAP_DAYS = "days of the window covered"
    ONGOING = "ongoing on the date"
    TREND = "slope per year"


class Measure(StrEnum):
    """Which number of an event is summarised."""

    VALUE = "value"
    GRAVITY = "gravity"


USES_MEASURE = frozenset({Summary.TOTAL, Summary.MEAN, Summary.SMALLEST, Summary.LARGEST, Summary.FIRST_VALUE,
                          Summary.LAST_VALUE, Summary.TREND})  # fmt: skip
NEEDS_SPELLS = frozenset({Summary.OVERLAP_DAYS, Summary.ONGOING})


def _as_tuple(names: Names | None) -> tuple[str, ...]:
    return () if names is None else (names,) if isinstance(names, str) else names


@dataclass(frozen=True)
class Where:
    """Which events a feature looks at; ``None`` means any role or any code of that kind.

    >>> Where("occurrence", role="suspect").matches("occurrence", "suspect", "theft")
    True
    >>> Where("occurrence", role="suspect", code=("robbery", "theft")).matches("occurrence", "victim", "theft")
    False
    """

    kind: Names
    role: Names | None = None
    code: Names | None = None

    def matches(self, kind: str, role: str, code: str) -> bool:
        """Whether an event of this kind, role and code is meant."""
        return (
            kind in _as_tuple(self.kind)
            and (self.role is None or role in _as_tuple(self.role))
            and (self.code is None or code in _as_tuple(self.code))
        )

    def sql(self, alias: str = "e") -> str:
        """The same test as SQL over an event table. Names come from the vocabulary, so they need no escaping.

        >>> Where("occurrence", role="suspect").sql()
        "(e.kind IN ('occurrence') AND e.role IN ('suspect'))"
        """
        tests = [
            f"{alias}.{column} IN ({', '.join(repr(name) for name in _as_tuple(names))})"
            for column, names in (("kind", self.kind), ("role", self.role), ("code", self.code))
            if names is not None
        ]
        return f"({' AND '.join(tests)})"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of event named."""
        return _as_tuple(self.kind)

    def faults(self) -> list[str]:
        """What is wrong with it against the vocabulary, each fault with what is allowed."""
        found = []
        for kind in self.kinds:
            if kind not in KINDS:
                found.append(f"no kind of event {kind!r}; there are {', '.join(KINDS)}")
        known = [KINDS[kind] for kind in self.kinds if kind in KINDS]
        for wanted, allowed, what in (
            (self.role, {role for kind in known for role in kind.roles}, "role"),
            (self.code, {code for kind in known for code in kind.codes}, "code"),
        ):
            for name in _as_tuple(wanted):
                if known and name not in allowed:
                    found.append(f"{'/'.join(self.kinds)} has no {what} {name!r}; it has {', '.join(sorted(allowed))}")
        return found


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


@dataclass(frozen=True)
class Described:
    """What every feature carries besides its computation. ``when_missing=None`` leaves it missing (NaN)."""

    name: str
    question: str
    theme: str = field(kw_only=True)
    phrase: Phrase = field(kw_only=True)
    when_missing: float | None = field(kw_only=True, default=0.0)
    strength: Strength | None = field(kw_only=True, default=None)
    direction: int = field(kw_only=True, default=0)
    """+1 if more can only mean more need, -1 if less, 0 where not known."""
    discretion: bool = field(kw_only=True, default=False)
    """Depends on what police choose to look for, beyond what its events' kinds already say."""
    family: str = field(kw_only=True, default="")
    """Features that tell the same story, so that reasons do not repeat themselves; by default a family of its own."""
    sensitive: bool = field(kw_only=True, default=False)
    """Said in front of the wrong person it could put somebody in danger: for the worker, never read out unasked."""

    def __post_init__(self) -> None:
        if not self.family:
            object.__setattr__(self, "family", self.name)

    @property
    def label(self) -> str:
        """A short label for plots and tables, from the name: ``suspect records last 365 days``."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Feature(Described):
    """A summary of the events named by ``events`` in ``window``.

    >>> Feature("suspect_records_last_365_days",
    ...         question="How many times was the young person recorded as a suspect in the past year?",
    ...         events=Where("occurrence", role="suspect"), window=LookBack(days=365), summary=Summary.COUNT,
    ...         theme="contact as suspect", phrase=Phrase("Recorded as a suspect {n} times in the past year")).faults()
    []
    """

    events: Where = field(kw_only=True)
    window: LookBack = field(kw_only=True)
    summary: Summary = field(kw_only=True)
    measure: Measure = field(kw_only=True, default=Measure.VALUE)

    @property
    def depends_on_discretion(self) -> bool:
        """Whether it counts what police choose to look for (kept out of the default features)."""
        return self.discretion or any(KINDS[kind].discretion for kind in self.events.kinds if kind in KINDS)

    def faults(self) -> list[str]:
        """What is wrong with the definition; empty when it can be computed."""
        found = self.events.faults()
        if self.summary in NEEDS_SPELLS and not all(KINDS[k].spell for k in self.events.kinds if k in KINDS):
            found.append(f"{self.summary} needs kinds that are spells, not {'/'.join(self.events.kinds)}")
        if self.summary is Summary.ANY and self.when_missing != 0:
            found.append("any is 0 when there is no event; set when_missing=0")
        return [f"{self.name}: {fault}" for fault in found]


@dataclass(frozen=True)
class Ratio(Described):
    """One feature over another; ``when_missing`` where the denominator is 0 or missing."""

    over: str = field(kw_only=True)
    under: str = field(kw_only=True)


@dataclass(frozen=True)
class Change(Described):
    """A recent figure against the person's own past: ``recent / recent_days - (whole - recent) / (whole_days - recent_days)``
    a year. ``recent`` and ``whole`` are the same summary over a shorter and a longer window."""  # noqa: E501

    recent: str = field(kw_only=True)
    whole: str = field(kw_only=True)
    recent_days: int = field(kw_only=True)
    whole_days: int = field(kw_only=True)


@dataclass(frozen=True)
class Age(Described):
    """Completed years on the as-of date, from the month of birth (the 15th stands for the day)."""


AnyFeature = Feature | Ratio | Change | Age


def check_definitions(features: Sequence[AnyFeature]) -> None:
    """Refuse a list of features with any fault, all faults together.

    :raises BadConfiguration: a repeated name, an unknown kind, role or code, or a part that is not there.
    """
    names = [feature.name for feature in features]
    faults = [f"{name}: defined {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1]
    for feature in features:
        if isinstance(feature, Feature):
            faults.extend(feature.faults())
        for part in parts_of(feature):
            if part not in names:
                faults.append(f"{feature.name}: needs the feature {part!r}, which is not in the list")
    if faults:
        raise BadConfiguration(all_faults(f"feature definitions, {len(faults)} fault(s):", faults))


def parts_of(feature: AnyFeature) -> tuple[str, ...]:
    """The names of the features a derived one is made from."""
    if isinstance(feature, Ratio):
        return (feature.over, feature.under)
    if isinstance(feature, Change):
        return (feature.recent, feature.whole)
    return ()


def depends_on_discretion(feature: AnyFeature, all_features: Iterable[AnyFeature]) -> bool:
    """Whether a feature, or any part it is made from, counts what police choose to look for."""
    by_name = {other.name: other for other in all_features}
    if isinstance(feature, Feature):
        return feature.depends_on_discretion
    return feature.discretion or any(depends_on_discretion(by_name[p], by_name.values()) for p in parts_of(feature))
