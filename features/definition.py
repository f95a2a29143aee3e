"""What a feature is: typed data that answers one plain question about a person on an as-of date.

Three shapes cover the catalogue:

* :class:`Feature` summarises events in a look-back window (the compiled kernel computes it): the person's own, those of
  people around them (``of=Around("sibling")``), or those of the area they live in (``of=HomeArea()``);
* :class:`Ratio` and :class:`Change` combine two features of the same table;
* :class:`Age` is the person's age on the date.

Everything needed to write one can be imported from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from features.errors import BadConfiguration, all_faults
from features.events import KINDS
from features.phrase import LESS_THAN_ONE, Phrase, Strength, duration
from features.where import Around, CodeGroup, CodeList, Holding, HomeArea, Names, Where
from features.windows import LookBack

__all__ = [
    "LESS_THAN_ONE", "NEEDS_SPELLS", "USES_MEASURE", "Age", "AnyFeature", "Around", "ByCode", "Change", "CodeGroup",
    "CodeList", "Described", "Feature", "Fill", "Holding", "HomeArea", "LookBack", "Measure", "Names", "Phrase",
    "Ratio", "Strength", "Summary", "Where", "check_definitions", "depends_on_discretion", "duration", "parts_of",
]  # fmt: skip


class Summary(StrEnum):
    """How a window's events become one number. Missing (no such event) is decided by ``when_missing``.

    Gaps are days between one day with an event and the next such day, so records of one day are one; ``MOST_WITHIN``
    (a burst) is the most events in any ``span_days`` days; ``STREAK`` counts the periods of ``span_days`` days that
    each have an event, one after another, back from the date, and stops at the first without one. ``SPREAD`` is the
    sample standard deviation (over n - 1, in the measure's unit); with fewer than two numbers it is missing.
    """

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
    SPREAD = "standard deviation"
    MEAN_GAP = "average days between"
    SHORTEST_GAP = "fewest days between"
    LONGEST_GAP = "most days between"
    MOST_WITHIN = "most in any span of days"
    STREAK = "spans of days in a row, back from the date"


class Measure(StrEnum):
    """Which number of an event is summarised."""

    VALUE = "value"
    GRAVITY = "gravity"


@dataclass(frozen=True)
class ByCode:
    """A measure that gives each code a number: for attributes as they were known on the date, and for scales of codes.

    Codes not named measure ``otherwise``; ``None`` leaves such events out. With ``Summary.LAST_VALUE`` over all time it
    is the attribute as last known, as an order (0, 1, 2) or as one of several yes-or-no features.

    >>> grade = ByCode({"standard": 1, "medium": 2, "high": 3})
    >>> grade.of("high"), grade.of("unknown"), ByCode({"residential": 1}, otherwise=0).of("foster")
    (3.0, None, 0.0)
    >>> Feature("lives_in_residential_care", "Was the latest placement in a children's home?", theme="care",
    ...         events=Where("cla"), window=LookBack(), summary=Summary.LAST_VALUE, when_missing=0,
    ...         measure=ByCode({"residential": 1}, otherwise=0), phrase=Phrase("In a children's home")).faults()
    []
    """

    numbers: Mapping[str, float] | tuple[tuple[str, float], ...]
    otherwise: float | None = None

    def __post_init__(self) -> None:
        pairs = self.numbers.items() if isinstance(self.numbers, Mapping) else self.numbers
        object.__setattr__(self, "numbers", tuple((code, float(number)) for code, number in pairs))
        if self.otherwise is not None:
            object.__setattr__(self, "otherwise", float(self.otherwise))

    def of(self, code: str) -> float | None:
        """The number of a code."""
        return dict(self.numbers).get(code, self.otherwise)

    @property
    def codes(self) -> set[str]:
        """The codes named."""
        return set(dict(self.numbers))


USES_MEASURE = frozenset({Summary.TOTAL, Summary.MEAN, Summary.SMALLEST, Summary.LARGEST, Summary.FIRST_VALUE,
                          Summary.LAST_VALUE, Summary.TREND, Summary.SPREAD})  # fmt: skip
NEEDS_SPELLS = frozenset({Summary.OVERLAP_DAYS, Summary.ONGOING})
NEEDS_SPAN = frozenset({Summary.MOST_WITHIN, Summary.STREAK})


class Fill(StrEnum):
    """What a model is given for a value the feature table leaves missing; learned from training rows only."""

    KEEP = "left missing, for an estimator that understands it"
    MEDIAN = "the median of the training rows"
    MEAN = "the mean of the training rows"
    MOST_COMMON = "the most common value of the training rows"


@dataclass(frozen=True)
class Described:
    """What every feature carries besides its computation.

    ``when_missing`` is the value where there is nothing to summarise; ``None`` leaves it missing (NaN) in the feature
    table. What a model then gets is ``fill``, learned from training rows only, and with ``flag_missing`` beside it
    whether it was missing (1) or not (0).
    """

    name: str
    question: str
    theme: str = field(kw_only=True)
    phrase: Phrase = field(kw_only=True)
    when_missing: float | None = field(kw_only=True, default=0.0)
    fill: Fill = field(kw_only=True, default=Fill.KEEP)
    flag_missing: bool = field(kw_only=True, default=False)
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
    """A summary of the events named by ``events`` in ``window``; ``of`` says whose events, if not the person's own.

    >>> Feature("suspect_records_last_365_days",
    ...         question="How many times was the young person recorded as a suspect in the past year?",
    ...         events=Where("occurrence", role="suspect"), window=LookBack(days=365), summary=Summary.COUNT,
    ...         theme="contact as suspect", phrase=Phrase("Recorded as a suspect {n} times in the past year")).faults()
    []
    >>> Feature("siblings_suspect_records_since_10",
    ...         question="How many times was a brother or sister a suspect since the young person turned 10?",
    ...         of=Around("sibling"), events=Where("occurrence", role="suspect"), window=LookBack(since_age=10),
    ...         summary=Summary.COUNT, theme="family and friends", phrase=Phrase("{n} times")).faults()
    []
    >>> Feature("area_violence_last_365_days", question="How much violence was recorded near home in the past year?",
    ...         of=HomeArea(), events=Where("area_occurrence", code="violence_with_injury"), window=LookBack(365),
    ...         summary=Summary.COUNT, theme="place", phrase=Phrase("{n} records")).faults()
    []
    >>> Feature("most_suspect_records_in_any_week", question="How many records as a suspect in the busiest week?",
    ...         events=Where("occurrence", role="suspect"), window=LookBack(365), summary=Summary.MOST_WITHIN,
    ...         span_days=7, theme="contact as suspect", phrase=Phrase("{n} in a week")).faults()
    []
    """

    events: Where = field(kw_only=True)
    window: LookBack = field(kw_only=True)
    summary: Summary = field(kw_only=True)
    measure: Measure | ByCode = field(kw_only=True, default=Measure.VALUE)
    of: Around | HomeArea | None = field(kw_only=True, default=None)
    span_days: int | None = field(kw_only=True, default=None)

    @property
    def depends_on_discretion(self) -> bool:
        """Whether it counts what police choose to look for (kept out of the default features)."""
        return self.discretion or any(KINDS[kind].discretion for kind in self.events.kinds if kind in KINDS)

    def faults(self) -> list[str]:
        """What is wrong with the definition; empty when it can be computed."""
        found = self.events.faults()
        found += self.of.faults() if isinstance(self.of, Around) else []
        known = [KINDS[kind] for kind in self.events.kinds if kind in KINDS]
        found += [f"{kind.name} says something of a protected characteristic; no feature may be made of it"
                  for kind in known if kind.protected]  # fmt: skip
        if self.summary in NEEDS_SPELLS and not all(kind.spell for kind in known):
            found.append(f"{self.summary} needs kinds that are spells, not {'/'.join(self.events.kinds)}")
        if self.summary is Summary.ANY and self.when_missing != 0:
            found.append("any is 0 when there is no event; set when_missing=0")
        if (self.span_days or 0) < 1 and self.summary in NEEDS_SPAN:
            found.append(f"{self.summary} needs span_days, 1 or more")
        if self.span_days is not None and self.summary not in NEEDS_SPAN:
            found.append(f"{self.summary} has no use for span_days; leave it out")
        found += [*self._measure_faults(), *self._subject_faults()]
        return [f"{self.name}: {fault}" for fault in found]

    def _measure_faults(self) -> Iterator[str]:
        if isinstance(self.measure, Measure):
            asked = [KINDS[kind] for kind in self.events.kinds if kind in KINDS]
            if self.summary in USES_MEASURE and asked and not any(getattr(kind, self.measure) for kind in asked):
                have = ", ".join(name for name, kind in KINDS.items() if getattr(kind, self.measure))
                yield f"{'/'.join(self.events.kinds)} carries no {self.measure}; these do: {have}"
            return
        if self.summary not in USES_MEASURE or self.summary in (Summary.TREND, Summary.SPREAD):
            yield f"{self.summary} cannot use a number by code"
        allowed = {code for kind in self.events.kinds if kind in KINDS for code in KINDS[kind].codes}
        for code in sorted(self.measure.codes - allowed) if allowed else ():
            kinds, codes = "/".join(self.events.kinds), ", ".join(sorted(allowed))
            yield f"{kinds} has no code {code!r} to give a number; it has {codes}"

    def _subject_faults(self) -> Iterator[str]:
        """Events of areas and of people must not be mixed up."""
        in_area = isinstance(self.of, HomeArea)
        for kind in self.events.kinds:
            if kind in KINDS and KINDS[kind].of_area and not in_area:
                yield f"{kind} is about areas, not people; say of=HomeArea()"
            if kind in KINDS and in_area and not KINDS[kind].of_area:
                areas = ", ".join(name for name, each in KINDS.items() if each.of_area)
                yield f"{kind} is about people; of=HomeArea() takes {areas}"
        if in_area and self.window.since_age is not None:
            yield "an area has no age; use a window in days"


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
