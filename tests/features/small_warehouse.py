"""A warehouse of a few drawn people and events, for tests of what is computed from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from features.events import AREA_EVENT_SCHEMA, EVENT_SCHEMA, RELATION_SCHEMA
from features.warehouse import write_events
from features.workspace import Workspace
from tests.features.checker import Event, Relation

AREAS = {"L1": "E1", "L2": "E2"}


def make_warehouse(
    folder: Path, events: list[Event], born: dict[int, date], live_in: dict[int, str],
    relations: Sequence[Relation] = (), in_areas: Sequence[tuple[str, Event]] = (),
    places: Mapping[int, str] | None = None,
) -> Workspace:  # fmt: skip
    """A workspace with these people, their events and relations, a home known from birth on in the areas named, and
    events of areas (whose person does not matter). ``places`` are the places of some events, by number."""
    workspace = Workspace(folder)
    rows = [_row(event, number) | {"place": (places or {}).get(number)} for number, event in enumerate(events)]
    rows += [_home(person, place, born[person]) for person, place in live_in.items()]
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
        relations=pa.Table.from_pylist([asdict(tie) | {"source": "drawn"} for tie in relations], RELATION_SCHEMA),
        area_events=pa.Table.from_pylist(
            [_row(one, number) | {"place": place} for number, (place, one) in enumerate(in_areas)], AREA_EVENT_SCHEMA),
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


def _home(person: int, place: str, born: date) -> dict[str, object]:
    known = {"happened_on": born, "available_on": born + timedelta(days=1)}
    named = {"person": person, "kind": "residence", "role": "resident", "code": "home", "place": place}
    return {**dict.fromkeys(EVENT_SCHEMA.names), **named, **known, "source": "drawn", "record": f"home{person}"}
