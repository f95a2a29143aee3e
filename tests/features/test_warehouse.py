"""The warehouse: sorted once, read only, and never written with anything the event contract does not allow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from features.errors import BadInput, MissingStep
from features.events import EVENT_SCHEMA, KINDS
from features.store import StoreError, event_classes
from features.warehouse import Warehouse, write_events
from features.workspace import Workspace
from tests.features.delivery import rows_of

DRAWN = """
    person | kind       | role    | code    | happened_on | available_on | withdrawn_on | record
    7      | asb        | subject | nuisance| 2021-03-01  | 2021-03-08   |              | r3
    7      | occurrence | suspect | theft   | 2021-01-01  | 2021-01-08   | 2021-06-01   | r2
    7      | occurrence | suspect | theft   | 2021-01-01  | 2021-01-08   |              | r1
    3      | occurrence | victim  | robbery | 2021-02-01  | 2021-02-08   |              | r4
    3      | occurrence | victim  | robbery | 2021-02-01  | 2021-02-08   |              | r4
    9      | custody    | subject | bail    | 2020-01-01  | 2020-01-08   |              | r5
"""

PERSONS = pa.table(
    {"person": pa.array([9, 3, 7], pa.int64()), "birth_month": [date(2008, 1, 1), None, date(2009, 2, 1)]}
)
PROTECTED = pa.table({"person": pa.array([3], pa.int64()), "characteristic": ["sex"], "value": ["female"]})
AREAS = pa.table({
    "lsoa_code": ["E1"], "lsoa_name": ["One"], "local_authority": ["Gateshead"], "local_authority_code": ["E08000037"],
    "rural_urban": ["urban"], "population_10_17": [100], "imd_decile": [1],
})  # fmt: skip
FEEDS = pa.table({
    "name": ["drawn"], "partner": ["Nobody"], "rows_loaded": [6], "rows_quarantined": [0], "content_digest": ["d1"],
})  # fmt: skip


def _events(drawn: str = DRAWN) -> pa.Table:
    rows = [{name: cell or None for name, cell in row.items()} | {"source": "drawn"} for row in rows_of(drawn)]
    for row in rows:
        row["person"] = int(str(row["person"]))
        for name in ("happened_on", "available_on", "withdrawn_on"):
            row[name] = date.fromisoformat(str(row[name])) if row[name] else None
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def _write(workspace: Workspace, **changes: pa.Table) -> None:
    given = {"persons": PERSONS, "protected": PROTECTED, "areas": AREAS, "events": _events(), "feeds": FEEDS}
    write_events(workspace, **{**given, **changes})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("warehouse"))
    _write(made)
    return made


def test_events_lie_by_person_and_time_and_equal_events_are_kept_once(workspace: Workspace) -> None:
    with Warehouse(workspace.warehouse) as warehouse:
        events = warehouse.events()
    assert events.column_names == [*EVENT_SCHEMA.names, "class_id"]
    assert events.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA).schema == EVENT_SCHEMA
    order = list(zip(events["person"].to_pylist(), events["record"].to_pylist(), strict=True))
    assert order == [(3, "r4"), (7, "r1"), (7, "r2"), (7, "r3"), (9, "r5")]


def test_some_people_can_be_read_by_range_or_by_list(workspace: Workspace) -> None:
    with Warehouse(workspace.warehouse) as warehouse:
        by_range = warehouse.events(range(3, 8), columns=("person", "record"))
        by_list = warehouse.events([7, 3], columns=("person", "record"))
        nobody = warehouse.events([])
    assert by_range.equals(by_list)
    assert by_range["person"].to_pylist() == [3, 7, 7, 7]
    assert nobody.num_rows == 0


def test_a_class_is_one_kind_role_and_code_of_the_vocabulary(workspace: Workspace) -> None:
    classes = event_classes()
    assert classes.num_rows == sum(len(kind.roles) * len(kind.codes) for kind in KINDS.values())
    named = dict(zip(classes["class_id"].to_pylist(), classes.to_pylist(), strict=True))
    with Warehouse(workspace.warehouse) as warehouse:
        for event in warehouse.events().to_pylist():
            assert all(named[event["class_id"]][name] == event[name] for name in ("kind", "role", "code"))


def test_the_other_tables_are_there_and_the_fingerprint_follows_the_content(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = Workspace(tmp_path)
    _write(other, feeds=FEEDS.set_column(4, "content_digest", pa.array(["d2"])))
    with Warehouse(workspace.warehouse) as one, Warehouse(other.warehouse) as two:
        assert one.protected().to_pylist() == PROTECTED.to_pylist()
        assert one.areas()["population_10_17"].to_pylist() == [100]
        assert one.feeds()["partner"].to_pylist() == ["Nobody"]
        assert len(one.fingerprint) == 16
        assert one.fingerprint != two.fingerprint
        people = one.sql("SELECT person FROM person WHERE person > $least ORDER BY person", {"least": 3})
        assert people["person"].to_pylist() == [7, 9]


def test_readers_cannot_write(workspace: Workspace) -> None:
    with Warehouse(workspace.warehouse) as warehouse, pytest.raises(StoreError):
        warehouse.sql("DELETE FROM event")


def test_a_reader_goes_on_with_the_old_content_while_a_load_replaces_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    _write(workspace)
    with Warehouse(workspace.warehouse) as reader:
        _write(workspace, events=_events().slice(0, 1))
        assert reader.events().num_rows == 5
    with Warehouse(workspace.warehouse) as reader:
        assert reader.events().num_rows == 1


def test_a_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingStep, match="load the partners' extracts first"):
        Warehouse(tmp_path / "warehouse.duckdb")
    (tmp_path / "warehouse.duckdb").write_text("not a warehouse")
    with pytest.raises(BadInput, match="not a warehouse"):
        Warehouse(tmp_path / "warehouse.duckdb")


def test_tables_that_break_the_contract_are_refused_with_every_fault(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    _write(workspace)
    before = workspace.warehouse.read_bytes()
    wrong = _events(
        DRAWN.replace("nuisance", "Zebedee ").replace("7      | occurrence | suspect", "8      | occurrence | Zebedee")
    )
    with pytest.raises(BadInput) as refused:
        _write(
            workspace,
            events=wrong.set_column(11, "source", pa.array([None] + ["elsewhere"] * 5, pa.string())),
            persons=pa.concat_tables([PERSONS, PERSONS.slice(0, 1)]),
            protected=PROTECTED.set_column(0, "person", pa.array([4], pa.int64())),
        )
    said = str(refused.value)
    for part in (
        "event, column source: 1 cell(s) are empty",
        "event: 3 row(s) have a kind, role or code that is not in the vocabulary",
        "event: 2 row(s) are about a person who is not in the person table",
        "protected: 1 row(s) are about a person who is not in the person table",
        "person: 1 row(s) repeat a person",
        "event: 6 row(s) come from a source that is not in the feed table",
    ):
        assert part in said
    assert "Zebedee" not in said
    assert workspace.warehouse.read_bytes() == before


def test_columns_that_are_missing_or_of_another_type_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        _write(
            Workspace(tmp_path),
            persons=PERSONS.drop_columns(["birth_month"]),
            events=_events().set_column(4, "happened_on", pa.array(["Zebedee"] * 6)),
        )
    said = str(refused.value)
    assert "person: its columns are not person, birth_month" in said
    assert "event: its columns are not person, kind" in said
    assert "Zebedee" not in said
    assert not (tmp_path / "northumbria" / "warehouse.duckdb").exists()
