"""A seeded world of 50,000 people, 2 million events and 6 as-of dates, as a warehouse; the features and plan for it.

Drawn as the events of the side-by-side comparisons with other tools are: six years, each person with a propensity that
moves how many events they have, how many are offences, and how severe; recorded 0 to 90 days late. Severities are whole
quarters, so that sums are exact in whatever order they are added.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.cohort import CuspRule
from features.definition import Feature, Measure, Phrase, Summary, Where
from features.events import EVENT_SCHEMA
from features.outcomes import OutcomeRule
from features.windows import LookAhead, LookBack, days_since_epoch
from features.workspace import Workspace
from risk_model.experiment import Experiment

CLASSES = (
    ("occurrence", "suspect", "theft"), ("missing", "subject", "missing"), ("stop_search", "subject", "drugs"),
    ("occurrence", "victim", "theft"), ("occurrence", "witness", "theft"), ("da_incident", "child_present", "medium"),
    ("asb", "subject", "nuisance"), ("exclusion", "pupil", "PERM"), ("cin_factor", "child", "other"),
    ("return_interview", "subject", "accepted"), ("cin_factor", "child", "7A"), ("custody", "subject", "bail"),
)  # fmt: skip
"""What the twelve kinds of event are here; the first is the outcome."""
SHARES = np.array([0.08, 0.09, 0.12, 0.10, 0.12, 0.11, 0.07, 0.08, 0.07, 0.06, 0.05])
WINDOWS = (91, 182, 365, 730, None)
AS_OF = [date(2021, 1, 1), date(2021, 7, 1), date(2022, 1, 1), date(2022, 7, 1), date(2023, 1, 1), date(2023, 7, 1)]
FIRST_DAY, DAYS = days_since_epoch(date(2019, 1, 1)), 6 * 365 + 1
UNTIL = date(2025, 4, 1)
AREA = "E08000021"
SEED = 1
THREADS = 2
SAME_KIND = Where(tuple(dict.fromkeys(kind for kind, _, _ in CLASSES)))
OFFENCE = Where(*CLASSES[0])
RULE = CuspRule(0, 30, (AREA,), (SAME_KIND,), LookBack(), Where("yj_disposal"))
OUTCOME = OutcomeRule(OFFENCE, LookAhead(365, 90), UNTIL, first_ever=False)


def write(folder: Path, quick: bool) -> str:
    """The warehouse under ``folder``; its size in words."""
    from features.warehouse import write_events

    people, events = (2_500, 100_000) if quick else (50_000, 2_000_000)
    rng = np.random.default_rng(SEED)
    persons = np.arange(1, people + 1, dtype=np.int64)
    born = pa.array((np.datetime64("2005-01") + rng.integers(0, 108, people)).astype("datetime64[D]"))
    text, whole, day = pa.string(), pa.int32(), pa.date32()
    write_events(
        Workspace(folder),
        persons=pa.table({"person": persons, "birth_month": born.cast(day)}),
        protected=pa.table({"person": pa.array([], pa.int64()), "characteristic": pa.array([], text),
                            "value": pa.array([], text)}),
        areas=pa.table({"lsoa_code": ["L1"], "lsoa_name": ["L1"], "local_authority": ["Newcastle upon Tyne"],
                        "local_authority_code": [AREA], "rural_urban": [""],
                        "population_10_17": pa.array([people], whole), "imd_decile": pa.array([5], whole)}),
        events=pa.concat_tables([_homes(persons), _events(rng, people, events)]),
        feeds=pa.table({"name": ["drawn"], "partner": ["drawn"], "rows_loaded": [events], "rows_quarantined": [0],
                        "content_digest": [f"{SEED}"]}),
    )  # fmt: skip
    return f"{people:,} people, {events:,} events, {len(AS_OF)} dates, {len(features())} features"


def _events(rng: np.random.Generator, people: int, events: int) -> pa.Table:
    propensity = rng.gamma(0.8, 1.0, people)
    weight = 0.15 + propensity
    who = rng.choice(people, size=events, p=weight / weight.sum())
    happened = FIRST_DAY + rng.integers(0, DAYS, events)
    own = propensity[who]
    offence = rng.random(events) < np.clip(0.01 + 0.02 * own, 0, 0.35)
    kind = np.where(offence, 0, rng.choice(np.arange(1, 12), size=events, p=SHARES / SHARES.sum()))
    late = np.minimum(rng.exponential(12, events).astype(np.int64), 90)
    severity = np.clip(rng.normal(3 + 0.8 * np.minimum(own, 4), 1.5, events), 0, 10)
    named = [pa.DictionaryArray.from_arrays(kind.astype(np.int8), [each[at] for each in CLASSES]) for at in range(3)]
    return _table(who + 1, [each.cast(pa.string()) for each in named], happened, happened + late,
                  np.round(severity * 4) / 4, None, "e")  # fmt: skip


def _homes(persons: np.ndarray) -> pa.Table:
    known = np.full(len(persons), FIRST_DAY - 365)
    named = [pa.array([name] * len(persons)) for name in ("residence", "resident", "home")]
    return _table(persons, named, known, known + 1, None, "L1", "h")


def _table(
    person: np.ndarray, named: list[pa.Array], happened: np.ndarray, available: np.ndarray, gravity: np.ndarray | None,
    place: str | None, record: str,
) -> pa.Table:  # fmt: skip
    rows = len(person)
    columns = dict(zip(("kind", "role", "code"), named, strict=True))
    columns |= {"person": pa.array(person.astype(np.int64)), "happened_on": _days(happened),
                "available_on": _days(available), "place": pa.array([place] * rows, pa.string()),
                "gravity": pa.nulls(rows, pa.float64()) if gravity is None else pa.array(gravity),
                "source": pa.array(["drawn"] * rows),
                "record": pa.array([f"{record}{at}" for at in range(rows)])}  # fmt: skip
    columns |= {name: pa.nulls(rows, pa.date32()) for name in ("ended_on", "withdrawn_on")}
    columns |= {"value": pa.nulls(rows, pa.float64())}
    return pa.table({field.name: columns[field.name] for field in EVENT_SCHEMA}, schema=EVENT_SCHEMA)


def _days(days: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32)).view(pa.date32())


@cache
def features() -> tuple[Feature, ...]:
    """Counts of the twelve kinds, and severity's sum, mean and largest, each over five windows: 75 features."""
    made = []
    for window in WINDOWS:
        for kind in CLASSES:
            made.append(_feature(f"n_{kind[0]}_{kind[1]}_{kind[2]}_{window}", Summary.COUNT, window, Where(*kind)))
        for summary in (Summary.TOTAL, Summary.MEAN, Summary.LARGEST):
            made.append(_feature(f"severity_{summary.name.lower()}_{window}", summary, window, SAME_KIND))
    return tuple(made)


def _feature(name: str, summary: Summary, window: int | None, events: Where) -> Feature:
    return Feature(name, "How many, or how severe?", theme="school", phrase=Phrase("{n}"), summary=summary,
                   events=events, window=LookBack(window), measure=Measure.GRAVITY)  # fmt: skip


def experiment(estimators: dict[str, dict[str, float]]) -> Experiment:
    """The plan: four dates to learn from, one to calibrate on, the last to test on; 500 places."""
    return Experiment.model_validate({
        "name": "event_world", "question": "Who has an offence within 12 months?", "seed": SEED,
        "cohort": {"rule": "cusp"},
        "outcome": {"name": "offence", "question": "An offence within 12 months", "kind": OFFENCE.kind,
                    "role": [OFFENCE.role], "codes": [OFFENCE.code], "horizon_days": 365, "maturity_days": 90,
                    "first_ever": False},
        "dates": {"first_as_of": AS_OF[0], "every_months": 6, "data_until": UNTIL},
        "splits": {"kind": "rolling", "test_as_of": [AS_OF[-1]], "calibration_dates": 1, "label_gap": "none",
                   "label_gap_reason": "a comparison of speed, on six dates half a year apart"},
        "features": {}, "estimators": estimators, "capacity": {AREA: 500}, "bootstrap_resamples": 500,
        "selection": {"metric": "auc"},
        "card": {"title": "Event world", "organisation": "nobody", "senior_responsible_owner": "nobody",
                 "contact": "nobody", "data_description": "drawn"},
    })  # fmt: skip
