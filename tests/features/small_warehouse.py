"""A warehouse of a few drawn people and events, for tests of what is computed from one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa

from features.events import EVENT_SCHEMA
from features.warehouse import write_events
from features.workspace import Workspace
from tests.features.checker import Event

AREAS = {"L1": "E1", "L2": "E2"}


def make_warehouse(folder: Path, events: list[Event], born: dict[int, date], live_in: dict[int, str]) -> Workspace:
    """A workspace with these people, their events, and a home known from 2000 on in the areas named."""
    workspace = Workspace(folder)
    rows = [_row(event, number) for number, event in enumerate(events)]
    rows += [_home(person, place) for person, place in live_in.items()]
    write_events(
        workspace,
        persons=pa.table({"person": pa.array(born, pa.int64()), "birth_month": pa.array(born.values(), pa.date32())}),
        protected=pa.table({name: pa.array([], kind) for name, kind in
                            (("person", pa.int64()), ("characteristic", pa.string()), ("value", pa.string()))}),
        areas=pa.table({
            "lsoa_code": list(AREAS), "lsoa_name": list(AREAS), "local_authority": list(AREAS.values()),
            "local_authority_code": list(AREAS.values()), "rural_urban": ["", ""],
            "population_10_17": pa.array([100, 100], pa.int32()), "imd_decile": pa.array([5, 5], pa.int32())}),
        events=pa.Table.from_pylist(rows, EVENT_SCHEMA),
        feeds=pa.table({"name": ["drawn"], "partner": ["drawn"], "rows_loaded": [len(rows)], "rows_quarantined": [0],
                        "content_digest": [str(hash_of(rows))]}),
    )  # fmt: skip
    return workspace


def hash_of(rows: list[dict[str, object]]) -> int:
    return sum(hash(str(sorted(row.items(), key=str))) for row in rows)


def _row(event: Event, number: int) -> dict[str, object]:
    return {
        **{name: getattr(event, name, None) for name in EVENT_SCHEMA.names},
        "source": "drawn",
        "record": f"{number}",
    }


def _home(person: int, place: str) -> dict[str, object]:
    known = {"happened_on": date(2000, 1, 1), "available_on": date(2000, 1, 2)}
    named = {"person": person, "kind": "residence", "role": "resident", "code": "home", "place": place}
    return {**dict.fromkeys(EVENT_SCHEMA.names), **named, **known, "source": "drawn", "record": f"home{person}"}
