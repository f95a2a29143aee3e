"""A small drawn world for tests of lists: events by hand or by seed, real features, a model simple enough to check."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.catalogue import CATALOGUE
from features.definition import AnyFeature, Feature
from features.derived import complete
from features.events import EVENT_SCHEMA, VOCABULARY
from features.kernel import aggregate
from features.plan import make_plan
from features.workspace import Workspace
from risk_model.experiment import Experiment, read_experiment
from risk_model.referrals.eligibility import EarlierDecision
from risk_model.referrals.lists import ListInputs
from risk_model.training.bands import Band

AS_OF = date(2026, 1, 1)
GATESHEAD, SUNDERLAND = "E08000037", "E08000024"
AREAS = pa.table(
    {
        "lsoa_code": ["E01000001", "E01000002", "E01000003", "E01000004"],
        "lsoa_name": ["Gateshead 001A", "Gateshead 012B", "Sunderland 004C", "Sunderland 020A"],
        "local_authority": ["Gateshead", "Gateshead", "Sunderland", "Sunderland"],
        "local_authority_code": [GATESHEAD, GATESHEAD, SUNDERLAND, SUNDERLAND],
    }
)
HOMES = {GATESHEAD: ("E01000001", "E01000002"), SUNDERLAND: ("E01000003", "E01000004")}

WEIGHTS = {
    "age_years": 0.10,
    "suspect_records_last_365_days": 0.50,
    "suspect_records_ever": 0.15,
    "victim_records_last_365_days": 0.20,
    "suspensions_last_365_days": 0.35,
    "absence_latest_term_last_365_days": 2.0,
    "absence_average_last_365_days": 1.0,
    "custody_hours_ever": 0.02,
    "child_in_need_now": 0.4,
    "exclusions_ever": 0.6,
    "missing_last_365_days": 0.2,
    "suspensions_per_term_last_365_days": 0.2,
    "school_terms_known_last_365_days": 0.0,
    "asb_reports_last_365_days": 0.2,
    "home_abuse_last_365_days": 0.35,
    "diversion_days_since_last": -0.0005,
}
"""What each feature of the toy model adds, per unit above the average; missing adds nothing."""

SOURCES = {
    "occurrence": "occ_role", "custody": "custody", "missing": "missing", "asb": "asb", "da_incident": "da_incident",
    "yj_disposal": "yj_case", "suspension": "school_suspension", "exclusion": "school_suspension",
    "attendance": "attendance", "unauthorised_absence": "attendance", "cin": "cin", "cp": "cin", "cla": "cla",
    "residence": "school_pupil", "outcome": "occ_outcome", "court_hearing": "court", "family_probation": "probation",
}  # fmt: skip


def event(
    person: int, kind: str, role: str, code: str, happened: date, *, known: date | None = None,
    withdrawn: date | None = None, ended: date | None = None, value: float | None = None, place: str | None = None,
) -> dict[str, object]:  # fmt: skip
    """One event; known a week after it happened unless said otherwise."""
    return {
        "person": person, "kind": kind, "role": role, "code": code, "happened_on": happened, "ended_on": ended,
        "available_on": known or happened + timedelta(days=7), "withdrawn_on": withdrawn, "value": value,
        "gravity": 3.0, "place": place, "source": SOURCES[kind], "record": f"{person}-{kind}-{happened}-{code}",
    }  # fmt: skip


def table_of(events: Sequence[dict[str, object]]) -> pa.Table:
    """Events as a table in EVENT_SCHEMA, sorted by person and date as the warehouse sorts them."""
    rows = pa.Table.from_pylist(list(events), schema=EVENT_SCHEMA)
    return rows.sort_by([("person", "ascending"), ("happened_on", "ascending"), ("record", "ascending")])


@dataclass(frozen=True)
class ToyTable:
    """Stands in for a FeatureTable."""

    table: pa.Table
    features: tuple[AnyFeature, ...]
    digest: str = "definitions"


@dataclass(frozen=True)
class ToyModel:
    """A linear model: contributions are plain arithmetic, so tests can check them by hand."""

    feature_names: tuple[str, ...]
    weights: np.ndarray
    middle: np.ndarray
    bands: tuple[Band, ...] = (
        Band("Offer first", "About 1 in 7 young people with a similar record had a first youth caution or court "
             "sentence within 12 months (between 1 in 10 and 1 in 5)", 0.14, 0.14, 0.10, 0.19, 600, 84),
        Band("Offer next", "About 1 in 15 young people with a similar record had a first youth caution or court "
             "sentence within 12 months (between 1 in 20 and 1 in 12)", 0.08, 0.065, 0.05, 0.085, 900, 60),
        Band("Offer if places remain", "About 1 in 35 young people with a similar record had a first youth caution or "
             "court sentence within 12 months (between 1 in 50 and 1 in 25)", 0.045, 0.028, 0.02, 0.04, 2000, 56),
    )  # fmt: skip

    def contributions(self, X: np.ndarray) -> np.ndarray:
        parts = np.nan_to_num((X - self.middle) * self.weights)
        return np.column_stack([parts, np.full(len(X), -3.0)])

    def raw_score(self, X: np.ndarray) -> np.ndarray:
        return self.contributions(X).sum(axis=1)

    def probability(self, X: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-self.raw_score(X)))


@dataclass(frozen=True)
class ToyStore:
    """Stands in for a Warehouse; remembers whose events were asked for."""

    table: pa.Table
    small_areas: pa.Table = field(default_factory=lambda: AREAS)
    asked: list[int] = field(default_factory=list)

    def events(self, persons: list[int], columns: tuple[str, ...]) -> pa.Table:
        self.asked.extend(persons)
        return self.table.filter(pa.compute.is_in(self.table["person"], pa.array(persons, pa.int64()))).select(columns)

    def areas(self) -> pa.Table:
        return self.small_areas


def model_features(names: Sequence[str] | None = None) -> tuple[AnyFeature, ...]:
    """Catalogue features of these names (the toy model's by default), in catalogue order."""
    wanted = set(names or WEIGHTS)
    found = tuple(feature for feature in CATALOGUE if feature.name in wanted)
    assert len(found) == len(wanted), wanted - {feature.name for feature in found}
    return found


def features_of(events: pa.Table, cohort: pa.Table, features: tuple[AnyFeature, ...]) -> ToyTable:
    """The features of everyone in the cohort, computed by the project's own kernel."""
    classes = [(kind.name, role, code) for kind in VOCABULARY for role in kind.roles for code in kind.codes]
    number = {one: place for place, one in enumerate(classes)}
    keys = zip(*(events[name].to_pylist() for name in ("kind", "role", "code")), strict=True)
    numbered = events.append_column("class_id", pa.array([number[key] for key in keys], pa.int16()))
    wanted = [feature for feature in features if isinstance(feature, Feature)]
    rows = cohort.sort_by([("person", "ascending")])
    made = aggregate(numbered, rows, make_plan(wanted, classes), threads=1)
    return ToyTable(complete(made, features), features)


def toy_model(features: ToyTable) -> ToyModel:
    """The linear model of WEIGHTS over these features."""
    names = tuple(feature.name for feature in features.features)
    X = np.column_stack([features.table[name].to_numpy() for name in names]).astype(np.float64)
    known = np.where(np.isnan(X), 0.0, X)
    return ToyModel(names, np.array([WEIGHTS[name] for name in names]), known.mean(axis=0))


def people(count: int, seed: int = 1, area: str | None = None) -> pa.Table:
    """A cohort: ``count`` people with identifiers that look like keyed digests, aged 10 to 17."""
    drawn = random.Random(seed)
    ids = drawn.sample(range(2**40, 2**62), count)
    areas = [area or drawn.choice((GATESHEAD, SUNDERLAND)) for _ in ids]
    return pa.table(
        {
            "person": pa.array(ids, pa.int64()),
            "as_of": pa.array([AS_OF] * count, pa.date32()),
            "area": pa.array(areas, pa.string()),
            "age_years": pa.array([drawn.choice((11, 13, 14, 15, 15, 16, 17)) for _ in ids], pa.int16()),
        }
    )


def lives(cohort: pa.Table, seed: int = 1) -> pa.Table:
    """Drawn events of everyone in a cohort: homes, school, police, care; some late, some withdrawn, some ahead."""
    drawn = random.Random(seed)
    found: list[dict[str, object]] = []
    for person, area in zip(cohort["person"].to_pylist(), cohort["area"].to_pylist(), strict=True):
        found += _life(drawn, person, area)
    return table_of(found)


def _life(drawn: random.Random, person: int, area: str) -> list[dict[str, object]]:
    def day(most: int = 700) -> date:
        return AS_OF - timedelta(days=drawn.randint(-40, most))

    def late(happened: date) -> date:
        return happened + timedelta(days=drawn.choice((7, 10, 30, 200)))

    found = [event(person, "residence", "resident", "home", date(2023, 10, 5), known=date(2023, 12, 5),
                   place=drawn.choice(HOMES[area]))]  # fmt: skip
    trouble = drawn.random()
    for _ in range(drawn.choice((1, 1, 2, 3, 5)) if trouble > 0.3 else 0):
        when = day()
        code = drawn.choice(("theft", "violence_without_injury", "criminal_damage_arson", "public_order"))
        gone = when + timedelta(days=90) if drawn.random() < 0.1 else None
        found.append(event(person, "occurrence", "suspect", code, when, known=late(when), withdrawn=gone))
    for _ in range(drawn.choice((0, 0, 1, 2))):
        when = day()
        found.append(event(person, "occurrence", "victim", "violence_with_injury", when, known=late(when)))
    if drawn.random() < 0.85:
        missed = min(max(drawn.gauss(0.05 + 0.2 * trouble, 0.08), 0), 0.9)
        for ended in (date(2025, 4, 4), date(2025, 7, 22), date(2025, 12, 19)):
            known = ended + timedelta(days=45)
            found.append(event(person, "attendance", "pupil", "term", ended, known=known, value=missed))
            found.append(event(person, "unauthorised_absence", "pupil", "term", ended, known=known, value=missed / 2))
    for _ in range(drawn.choice((0, 0, 0, 1, 2)) if trouble > 0.5 else 0):
        when = day(500)
        found.append(event(person, "suspension", "pupil", "PP", when, known=late(when), value=4.0))
    if trouble > 0.7:
        found.append(event(person, "custody", "subject", "no_further_action", day(), value=float(drawn.randint(2, 14))))
    if drawn.random() < 0.2:
        found.append(event(person, "missing", "subject", "missing", day(), value=9.0))
    if drawn.random() < 0.2:
        found.append(event(person, "da_incident", "child_present", "medium", day()))
    if drawn.random() < 0.25:
        when = day(600)
        ended = when + timedelta(days=120) if drawn.random() < 0.5 else None
        found.append(event(person, "cin", "child", "N1", when, known=when + timedelta(days=30), ended=ended))
    if drawn.random() < 0.2:
        found.append(event(person, "yj_disposal", "subject", drawn.choice(("CR", "O22")), day(), known=None))
    if drawn.random() < 0.05:
        found.append(event(person, "yj_disposal", "subject", "YC", day(60)))
    return found


def plan(**changes: object) -> Experiment:
    """The first-time-entry experiment, for two teams of five places."""
    whole = read_experiment(Path("experiments/first_time_entry.toml"))
    return whole.model_copy(update={"capacity": {GATESHEAD: 5, SUNDERLAND: 5}, **changes})


def inputs(
    root: Path, cohort: pa.Table, events: pa.Table, *, previous: Path | None = None,
    decisions: tuple[EarlierDecision, ...] = (), version: str = "2026-01-01-0a1b2c3d",
    names: Sequence[str] | None = None, experiment: Experiment | None = None,
) -> ListInputs:  # fmt: skip
    """Everything ``make_lists`` needs, for a cohort and its events."""
    features = features_of(events, cohort, model_features(names))
    return ListInputs(
        experiment=experiment or plan(), model=toy_model(features), model_version=version, trained_on="definitions",
        features=features, cohort=cohort, warehouse=ToyStore(events), workspace=Workspace(root), previous=previous,
        decisions=decisions,
    )  # fmt: skip
