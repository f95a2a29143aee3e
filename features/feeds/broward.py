"""Broward County screenings: a public release of adults' justice screenings, as dated events. A check on real data.

One row is one person and one screening, whose date is that person's as-of date. What the screener had in hand (counts
of earlier charges, the current charge) does not say when it was learnt, so it is known from the eve of the screening.
Nothing that came after (``is_recid``, ``r_*``, ``vr_*``) reaches an event known by the screening. The published score
is kept apart, as a reference only. ``id`` is the release's own number, so it stays as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.errors import BadInput
from features.events import BROWARD_RELEASE, EVENT_SCHEMA
from features.feeds.broward_columns import COLUMNS, check_rows, day, number
from features.windows import days_back, days_since_epoch
from features.workspace import digest_file

SOURCE = "broward"
AREA = "broward"
PRIORS = {
    "juv_fel_count": "juvenile_felony",
    "juv_misd_count": "juvenile_misdemeanour",
    "juv_other_count": "juvenile_other",
    "priors_count": "adult_prior",
}
DEGREES = {"F": "felony", "M": "misdemeanour", "O": "other"}
NO_CASE = -1
NOT_SCORED = -1

Row = Mapping[str, str]


@dataclass(frozen=True)
class BrowardRows:
    """The release as the warehouse wants it; the tables are sorted by person.

    ``persons`` (person, birth_month), ``protected`` (person, characteristic, value), ``areas`` (one row), ``events``
    (EVENT_SCHEMA), ``feeds`` (one row), ``references`` (person, compas_decile int16, null where not scored: for the
    report, never a feature) and ``notes``: what a reader should know about the rows, in plain words.
    """

    persons: pa.Table
    protected: pa.Table
    areas: pa.Table
    events: pa.Table
    feeds: pa.Table
    references: pa.Table
    notes: tuple[str, ...]


def read_broward(path: Path) -> BrowardRows:
    """The release in ``path``. No row is dropped: the cohort drops those with a known defect, and says so.

    :raises BadInput: not there, not readable, a column is missing, or cells break the contract; all faults together.
    """
    rows = sorted(_read(path), key=lambda row: number(row["id"]))
    people = pa.array([number(row["id"]) for row in rows], pa.int64())
    born = pa.array([day(row["birth_month"]) for row in rows], pa.date32())
    deciles = [number(row["decile_score"]) for row in rows]
    return BrowardRows(
        persons=pa.table({"person": people, "birth_month": born}),
        protected=_protected(rows),
        areas=_areas(),
        events=pa.Table.from_pylist([event for row in rows for event in _events(row)], schema=EVENT_SCHEMA),
        feeds=pa.table({
            "name": [SOURCE], "partner": [BROWARD_RELEASE], "rows_loaded": [len(rows)], "rows_quarantined": [0],
            "content_digest": [digest_file(path)],
        }),
        references=pa.table({
            "person": people,
            "compas_decile": pa.array([None if d == NOT_SCORED else d for d in deciles], pa.int16()),
        }),
        notes=_notes(rows),
    )  # fmt: skip


def _read(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise BadInput(f"{path.name}: no column {', '.join(missing)}; use the release described in its README")
            rows: list[Row] = list(reader)
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"no file {path}: the Broward release is broward_screenings.csv") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(f"{path.name} is not a CSV file in UTF-8; use the release described in its README") from None
    check_rows(path.name, rows)
    return rows


def _protected(rows: list[Row]) -> pa.Table:
    """Sex and race as recorded: for audits only."""
    values = [
        (number(row["id"]), name, row[name].lower() if name == "sex" else row[name])
        for row in rows for name in ("race", "sex")
    ]  # fmt: skip
    person, characteristic, value = zip(*values, strict=True)
    return pa.table({"person": pa.array(person, pa.int64()), "characteristic": characteristic, "value": value})


def _areas() -> pa.Table:
    """The county as one area; the release says no more about where people live."""
    unknown = pa.array([None], pa.int32())
    return pa.table({
        "lsoa_code": [AREA], "lsoa_name": ["Broward County, Florida"], "local_authority": ["Broward County"],
        "local_authority_code": [AREA], "rural_urban": ["not known"], "population_10_17": unknown,
        "imd_decile": unknown,
    })  # fmt: skip


def _events(row: Row) -> Iterator[dict[str, Any]]:
    """Every event of one row. A date is that of the day; times of day are not used."""
    screened = _needed(row, "compas_screening_date")
    case = "no_case_found" if number(row["is_recid"]) == NO_CASE else "screened"
    yield _event(row, "screening", case, screened, screened)
    eve = screened - timedelta(days=1)
    for column, code in PRIORS.items():
        if number(row[column]) > 0:
            yield _event(row, "prior_record", code, eve, eve, value=float(number(row[column])))
    yield from _charge(row, screened, eve)
    yield from _jail(row)
    returned = day(row["r_offense_date"])
    if returned is not None:
        yield _event(row, "return", DEGREES[row["r_charge_degree"]], returned, returned)


def _charge(row: Row, screened: date, eve: date) -> Iterator[dict[str, Any]]:
    """The current charge, on the day of the offence (of arrest where that is not given).

    The screener had it by the eve of the screening at the latest; one dated later was not known at screening.
    """
    happened = day(row["c_offense_date"]) or day(row["c_arrest_date"])
    if happened is None:
        return
    earlier = days_back(days_since_epoch(happened), days_since_epoch(screened)) > 0
    yield _event(row, "charge", DEGREES[row["c_charge_degree"]], happened, eve if earlier else happened)


def _jail(row: Row) -> Iterator[dict[str, Any]]:
    """The spell in jail: open from the day it began; closed only from the day it ended, when the open one is withdrawn.

    So a screening in between sees a spell with no end, and never how long it was going to last.
    """
    began, ended = day(row["c_jail_in"]), day(row["c_jail_out"])
    if began is None:
        return
    yield _event(row, "jail", "jail", began, began, withdrawn_on=ended)
    if ended is not None:
        yield _event(row, "jail", "jail", began, ended, ended_on=ended)


def _event(row: Row, kind: str, code: str, happened_on: date, available_on: date, **more: object) -> dict[str, Any]:
    return {"person": number(row["id"]), "kind": kind, "role": "subject", "code": code, "happened_on": happened_on,
            "available_on": available_on, "source": SOURCE, "record": f"{SOURCE}-{row['id']}", **more}  # fmt: skip


def _needed(row: Row, column: str) -> date:
    """A date that the contract says is always there."""
    found = day(row[column])
    assert found is not None
    return found


def _notes(rows: list[Row]) -> tuple[str, ...]:
    no_case = sum(number(row["is_recid"]) == NO_CASE for row in rows)
    undated = sum(not (row["c_offense_date"] or row["c_arrest_date"]) for row in rows)
    not_scored = sum(number(row["decile_score"]) == NOT_SCORED for row in rows)
    last = max((row["r_offense_date"] for row in rows), default="")
    return (
        f"{no_case} of {len(rows)} people have no court case found, so whether they returned is not known; their "
        "screening has the code no_case_found",
        f"{undated} people have no dated current charge",
        f"{not_scored} people have no published score",
        f"the latest new charge in the release is of {last or 'no date'}: later ones are not seen",
    )
