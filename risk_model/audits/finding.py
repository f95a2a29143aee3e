"""What an audit answers: figures that may be published as they are, a verdict, and the reasons for it in plain words.

Everything here has already been through ``risk_model.disclosure``: a figure that may not be shown is None, and no
exact small count is ever stored. So the report, its JSON, the plots and the tracked artefacts can all be opened.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    """An audit's answer, from best to worst."""

    PASSES = "passes"
    COULD_NOT_TELL = "could not tell"
    """Too few to compare: neither a yes nor a no, and for people to decide what to make of it."""
    NEEDS_ATTENTION = "needs attention"
    FAILS = "fails"


class Status(StrEnum):
    """How a group's lead figure stands against the limit set before the run."""

    REFERENCE = "compared with"
    WITHIN = "within the limit"
    LIKELY_WITHIN = "within the limit, not certain"
    LIKELY_OUTSIDE = "outside the limit, not certain"
    OUTSIDE = "outside the limit"
    TOO_FEW = "insufficient numbers"
    NOT_JUDGED = "shown, not judged"


class Chances(StrEnum):
    """Whether the chances given to a group are right, by the limit set before the run."""

    WITHIN = "within the limit"
    MAYBE_LOW = "too low, not certain"
    MAYBE_HIGH = "too high, not certain"
    TOO_LOW = "too low"
    TOO_HIGH = "too high"
    TOO_FEW = "insufficient numbers"
    NOT_JUDGED = "shown, not judged"


class Record(BaseModel):
    """A part of a report: frozen, and the same after a round trip through JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(Record):
    """A rate or ratio with its 95% interval, each to two decimals; None where it may not or cannot be given."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Seen(Record):
    """Of a group's people who were given about the same chance: the chance on average, and how many had the outcome."""

    predicted: float
    observed: Rate


class GroupFigures(Record):
    """One group's figures, over all test lists together. Counts are text: rounded, or hidden."""

    characteristic: str
    group: str
    records: str
    positives: str
    rates: dict[str, Rate]
    ratio: Rate = Rate()
    difference: Rate = Rate()
    status: Status = Status.NOT_JUDGED
    calibration: dict[str, Rate] = {}
    """Intercept (0 where chances are right on the whole), slope (1 where spread as they should be) and error."""
    chances: Chances = Chances.NOT_JUDGED
    seen: tuple[Seen, ...] = ()
    """What was given against what was seen, from the lowest chance; empty for joint groups and those with too few."""
    gap: str = ""
    """How many more would have been named, had the group been found as often as the one it is compared with."""


class Importance(Record):
    """A feature's or a theme's share (0 to 1) of all that moves the scores, mean over people."""

    name: str
    label: str
    share: float


class Table(Record):
    """Figures that may be published as they are, as text: ``heads`` and ``rows`` of as many cells."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Trend(Record):
    """One group's lead figure on one test slice after the other; None where too few are behind it."""

    characteristic: str
    group: str
    rates: dict[str, float | None]


class Finding(Record):
    """One audit's question and answer. ``acceptable``: whether a named person may accept a failure, with a reason."""

    audit: str
    question: str
    verdict: Verdict
    reasons: tuple[str, ...]
    acceptable: bool = False
    groups: tuple[GroupFigures, ...] = ()
    notes: tuple[str, ...] = ()
    importances: tuple[Importance, ...] = ()
    themes: tuple[Importance, ...] = ()
    trends: tuple[Trend, ...] = ()
    tables: tuple[Table, ...] = ()
