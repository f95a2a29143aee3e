"""After a corrected delivery, earlier dates still show what was known then, and later ones the correction."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.deliveries import SYNTHETIC
from features.errors import BadInput
from features.events import AREA_EVENT_SCHEMA, EVENT_SCHEMA, RELATION_SCHEMA
from features.intake import take_in
from features.report import IntakeReport
from features.store import connect
from features.versions import keep_versions
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.features.delivery import DRAWN, deliver, with_rows

CUT = date(2020, 1, 20)
FIRST = date(2020, 1, 1)
CLASS = pa.field("class_id", pa.int16())
SCHEMAS = {"event": EVENT_SCHEMA.append(CLASS), "relation": RELATION_SCHEMA,
           "area_event": AREA_EVENT_SCHEMA.append(CLASS)}  # fmt: skip

some_day = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
some_row = st.tuples(st.integers(1, 2), st.sampled_from(["a", "b"]), some_day, st.one_of(st.none(), some_day))
some_rows = st.lists(some_row, max_size=5)
Row = tuple[int, str, date, date | None]


def _event(row: Row) -> dict[str, Any]:
    person, record, available, withdrawn = row
    named = {"person": person, "kind": "asb", "role": "subject", "code": "nuisance", "happened_on": FIRST}
    dated = {"available_on": available, "withdrawn_on": withdrawn, "record": record, "source": "drawn", "class_id": 1}
    return dict.fromkeys(SCHEMAS["event"].names) | named | dated


def _visible(rows: list[Row], as_of: date) -> list[tuple[int, str]]:
    """What was known on a date, by the rule itself: available before it, not withdrawn before it."""
    return sorted((p, r) for p, r, available, gone in rows if available < as_of and (gone is None or as_of <= gone))


def _after_correction(before: list[Row], new: list[Row], held: tuple[str, ...] = ()) -> list[Row]:
    with TemporaryDirectory() as folder:
        earlier = connect(Path(folder) / "earlier.duckdb")
        load = connect(Path(folder) / "load.duckdb")
        for store, prefix, rows in ((earlier, "", before), (load, "new_", new)):
            for table, schema in SCHEMAS.items():
                given_rows = [_event(row) for row in rows] if table == "event" else []
                store.register("given", pa.Table.from_pylist(given_rows, schema))
                store.execute(f"CREATE TABLE {prefix}{table} AS SELECT * FROM given")
            people = sorted({row[0] for row in rows})
            store.execute(f"CREATE TABLE {prefix}person AS SELECT unnest(?::BIGINT[]) AS person, "
                          "DATE '2008-01-01' AS birth_month", [people])  # fmt: skip
            store.execute(f"CREATE TABLE {prefix}protected (person BIGINT, characteristic VARCHAR, value VARCHAR)")
        earlier.close()
        keep_versions(load, Path(folder) / "earlier.duckdb", CUT, held)
        kept = load.execute("SELECT person, record, available_on, withdrawn_on FROM new_event").fetchall()
        strangers = load.execute("SELECT count(*) FROM new_event ANTI JOIN new_person USING (person)").fetchall()
        load.close()
    assert strangers == [(0,)]
    return kept


@settings(max_examples=25, deadline=None)
@given(some_rows, some_rows)
def test_history_is_cut_at_the_day_the_correction_came(before: list[Row], new: list[Row]) -> None:
    held = _after_correction(before, new)
    for number in range(1, 40):
        as_of = FIRST + timedelta(days=number)
        assert _visible(held, as_of) == _visible(before if as_of <= CUT else new, as_of), as_of


@settings(max_examples=25, deadline=None)
@given(some_rows)
def test_a_feed_that_is_held_back_takes_nothing_back_on_any_date(before: list[Row]) -> None:
    stands, of_others = _after_correction(before, [], ("drawn",)), _after_correction(before, [], ("another",))
    for number in range(1, 40):
        as_of = FIRST + timedelta(days=number)
        assert _visible(stands, as_of) == _visible(before, as_of), as_of
        assert _visible(of_others, as_of) == _visible(before if as_of <= CUT else [], as_of), as_of


def test_the_same_rows_again_are_the_same_rows() -> None:
    rows: list[Row] = [(1, "a", FIRST, None), (1, "a", FIRST, None), (2, "b", date(2020, 1, 5), date(2020, 1, 9))]
    assert sorted(_after_correction(rows, rows), key=str) == sorted(rows, key=str)


def _load(workspace: Workspace, day: date, changes: dict[str, str] | None = None) -> IntakeReport:
    return take_in(workspace, deliver(workspace.extracts, changes), key_seed=1, received_on=day)


def _seen(workspace: Workspace, as_of: date) -> list[tuple[Any, ...]]:
    with Warehouse(workspace.warehouse) as warehouse:
        events = warehouse.events().to_pylist()
    seen = [e for e in events if e["available_on"] < as_of and (not e["withdrawn_on"] or as_of <= e["withdrawn_on"])]
    kept = [name for name in EVENT_SCHEMA.names if name not in ("available_on", "withdrawn_on")]
    return sorted(tuple(str(e[name]) for name in kept) for e in seen)


def test_a_corrected_delivery_supersedes_and_the_old_version_stays_for_its_dates(tmp_path: Path) -> None:
    corrected = {
        "asb": DRAWN["asb"].replace("nuisance", "personal"),
        "stop_search": DRAWN["stop_search"].replace("S1 ", "S7 "),
        **with_rows("custody", "C2 | P3 | 2021-06-02 23:00 | 2021-06-02 23:30 | 2021-06-03 05:00 | nfa"),
    }
    first, second = date(2023, 1, 5), date(2023, 2, 5)
    old, alone, both = (Workspace(tmp_path / name) for name in ("old", "alone", "both"))
    before = _load(old, first)
    _load(alone, second, corrected)
    _load(both, first)
    report = _load(both, second, corrected)
    assert [each.received_on for each in report.deliveries] == [f"{first}", f"{second}"]
    assert report.fingerprint != before.fingerprint
    for day in (date(2022, 1, 1), first, second):
        assert _seen(both, day) == _seen(old, day)
    assert _seen(both, second + timedelta(1)) == _seen(alone, second + timedelta(1)) != _seen(old, second)
    assert _load(both, second, corrected).already_loaded
    again = _load(both, date(2023, 3, 5))
    assert [len(each.feeds) > 0 for each in again.deliveries] == [True] * 3
    assert _seen(both, date(2023, 3, 1)) == _seen(alone, date(2023, 3, 1))
    assert _seen(both, date(2023, 3, 6)) == _seen(old, date(2023, 3, 6))


def test_the_only_delivery_sent_again_under_its_date_replaces_it(tmp_path: Path) -> None:
    workspace, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    day, corrected = date(2023, 1, 5), {"asb": DRAWN["asb"].replace("nuisance", "personal")}
    _load(workspace, day)
    assert _load(workspace, day, corrected) == _load(other, day, corrected)


def test_a_delivery_older_than_the_last_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    _load(workspace, date(2023, 2, 5))
    before = workspace.warehouse.read_bytes()
    with pytest.raises(BadInput, match="load deliveries in the order they came"):
        _load(workspace, date(2023, 1, 5), {"asb": DRAWN["asb"].replace("nuisance", "personal")})
    assert workspace.warehouse.read_bytes() == before


def test_a_delivery_of_another_world_remembers_nobody_of_the_one_before(tmp_path: Path) -> None:
    both, alone = Workspace(tmp_path / "both"), Workspace(tmp_path / "alone")
    stranger = {"fire": DRAWN["fire"].replace("Leewood", "Zebedee").replace("2008-03-04", "2010-07-09")}
    for workspace, worlds in ((both, (1, 2)), (alone, (2,))):
        for world in worlds:
            delivery = deliver(workspace.extracts, stranger if world == 1 else None)
            (delivery / SYNTHETIC).write_text(f'{{"seed": {world}, "children": 3}}')
            report = take_in(workspace, delivery, key_seed=1)
            assert len(report.deliveries) == 1
    assert both.warehouse.exists()
    assert take_in(both, both.extracts) == take_in(alone, alone.extracts)
    assert _seen(both, date(2023, 1, 1)) == _seen(alone, date(2023, 1, 1))
