"""An experiment: one TOML page to a frozen, validated plan. Unknown keys are refused, all faults together."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from features.windows import LookAhead
from risk_model.errors import BadConfiguration, all_faults
from risk_model.plan import Part, SearchPlan, SelectionPlan


class EntryRule(Part):
    """One way onto the cohort: a visible event of this kind (role, codes) in the look-back."""

    kind: str
    role: tuple[str, ...] | None = None
    code: tuple[str, ...] | None = None


class CohortPlan(Part):
    """Who is in the cohort on a date. ``cusp``: recent contact, not yet an entrant; ``screened``: one date each."""

    rule: Literal["cusp", "screened"]
    youngest: int = Field(default=10, ge=0)
    oldest: int = Field(default=17, le=120)
    entry_days: int = Field(default=365, gt=0)
    entry: tuple[EntryRule, ...] = ()
    screened_before: date | None = None
    screened_before_reason: str = ""


class OutcomePlan(Part):
    """What is predicted: the first event of ``kind`` with one of ``codes`` within ``horizon_days``."""

    name: str
    question: str
    kind: str
    role: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    horizon_days: int = Field(gt=0)
    maturity_days: int = Field(default=0, ge=0)
    first_ever: bool = True

    @property
    def window(self) -> LookAhead:
        """The outcome window, with the wait for late records."""
        return LookAhead(self.horizon_days, self.maturity_days)


class UnusualPeriod(Part):
    """A time unlike others, ``[first, before)``, such as a lockdown.

    ``keep`` only says so; with ``leave_out`` nothing is learned from, calibrated on or tested on an as-of date that
    lies in it or whose outcome window reaches into it.
    """

    name: str
    first: date
    before: date
    treat: Literal["keep", "leave_out"] = "keep"

    @model_validator(mode="after")
    def _in_order(self) -> UnusualPeriod:
        if (self.before - self.first).days <= 0:
            raise ValueError(f"{self.name}: before {self.before} must come after first {self.first}")
        return self


class DatePlan(Part):
    """As-of dates, and when the data ends: nothing that became available on or after ``data_until`` is read."""

    first_as_of: date
    every_months: int = Field(default=3, gt=0)
    data_until: date
    unusual: tuple[UnusualPeriod, ...] = ()


class SplitPlan(Part):
    """Temporal splits. ``rolling``: a split per test date; ``ranges``: one split by date of screening.

    ``label_gap = "strict"`` keeps a label's whole outcome span (and maturity) before the next slice begins;
    ``"none"`` needs a reason, which the card prints. People who were also learned from are tested on like others;
    with ``people_seen = "leave_out"`` lists are made as ever, and measured on the others alone.
    """

    kind: Literal["rolling", "ranges"]
    test_as_of: tuple[date, ...] = ()
    calibration_dates: int = Field(default=2, ge=1)
    calibrate_from: date | None = None
    test_from: date | None = None
    test_before: date | None = None
    label_gap: Literal["strict", "none"] = "strict"
    label_gap_reason: str = ""
    people_seen: Literal["keep", "leave_out"] = "keep"

    @model_validator(mode="after")
    def _complete(self) -> SplitPlan:
        if self.kind == "rolling" and not self.test_as_of:
            raise ValueError("a rolling split needs test_as_of = [dates]")
        if self.kind == "ranges" and not (self.calibrate_from and self.test_from and self.test_before):
            raise ValueError("a ranges split needs calibrate_from, test_from and test_before")
        if self.label_gap == "none" and not self.label_gap_reason:
            raise ValueError("label_gap = 'none' needs label_gap_reason, which the card prints")
        return self


class FeaturePlan(Part):
    """Which features. Some come only if asked for: those that depend on what police choose to look for
    (``discretion``), that are about other people (``others``), about where somebody lives (``place``), or about what a
    family can pay (``means``)."""

    catalogue: Literal["northumbria", "broward"] = "northumbria"
    themes: tuple[str, ...] = ()
    discretion: bool = False
    others: bool = False
    place: bool = False
    means: bool = False


class AuditPlan(Part):
    """Which groups are audited, and the limits set before the run."""

    characteristics: tuple[str, ...] = ("sex", "ethnic_group")
    lead: str = "recall"
    least_ratio: float = Field(default=0.8, gt=0, le=1)
    least_positives: int = Field(default=20, ge=1)
    suppress_under: int = Field(default=5, ge=1)
    other_outcomes: tuple[OutcomePlan, ...] = ()
    """Other labels that ``audit --full`` learns from, to see how the lists would move: arrest is not offending."""


class CardPlan(Part):
    """Facts only the organisation knows. ``use = "live"`` is refused without both assessments' references."""

    title: str
    organisation: str
    senior_responsible_owner: str
    contact: str
    use: Literal["demonstration", "live"] = "demonstration"
    data_description: str
    dpia_reference: str = ""
    equality_impact_reference: str = ""
    confirmed: dict[str, str] = Field(default_factory=dict)
    """What the organisation confirms, item by item, in its own words; live use needs every item."""
    published_references: tuple[dict[str, str | float], ...] = ()

    @model_validator(mode="after")
    def _live_needs_references(self) -> CardPlan:
        if self.use == "live" and not (self.dpia_reference and self.equality_impact_reference):
            raise ValueError("use = 'live' needs dpia_reference and equality_impact_reference")
        return self


class ListPlan(Part):
    """How lists are made: expiry, how many reasons, and places drawn at random to see blind spots."""

    expires_after_days: int = Field(default=90, gt=0)
    reasons: int = Field(default=4, ge=3, le=5)
    random_places: int = Field(default=2, ge=0)


class Experiment(Part):
    """The whole plan. ``capacity`` is the number of places per team (local authority code), per list."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    source: Literal["northumbria", "broward"] = "northumbria"
    question: str
    seed: int
    cohort: CohortPlan
    outcome: OutcomePlan
    dates: DatePlan
    splits: SplitPlan
    features: FeaturePlan
    estimators: dict[str, dict[str, Any]]
    capacity: dict[str, int]
    selection: SelectionPlan = SelectionPlan()
    search: SearchPlan = SearchPlan()
    audit: AuditPlan = AuditPlan()
    card: CardPlan
    lists: ListPlan = ListPlan()
    bootstrap_resamples: int = Field(default=500, ge=100)

    @model_validator(mode="after")
    def _unusual_dates_are_ours(self) -> Experiment:
        left_out = [period.name for period in self.dates.unusual if period.treat == "leave_out"]
        if left_out and self.cohort.rule == "screened":
            raise ValueError(f"{', '.join(left_out)}: as-of dates are people's own here, so none can be left out")
        return self

    @field_validator("capacity")
    @classmethod
    def _some_capacity(cls, capacity: dict[str, int]) -> dict[str, int]:
        if not capacity or any(places < 1 for places in capacity.values()):
            raise ValueError("every team needs a capacity of at least 1 place")
        return capacity


def read_experiment(path: Path) -> Experiment:
    """The plan in a TOML file.

    :raises BadConfiguration: the file is not there, is not TOML, or breaks the plan; all faults together.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadConfiguration(f"no experiment at {path}; experiments live in experiments/*.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, IsADirectoryError) as error:
        raise BadConfiguration(f"{path} is not readable TOML: {error}") from None
    try:
        return Experiment.model_validate(values)
    except ValidationError as error:
        faults = [_plain(fault["loc"], fault["msg"], fault["type"]) for fault in error.errors()]
        raise BadConfiguration(all_faults(f"{path}, {len(faults)} fault(s):", faults)) from None


def _plain(where: tuple[int | str, ...], message: str, kind: str) -> str:
    place = ".".join(str(step) for step in where)
    if kind == "extra_forbidden":
        return f"{place}: unknown key; remove it or correct its spelling"
    return f"{place}: {message}"
