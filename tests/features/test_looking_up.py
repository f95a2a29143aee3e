"""What the dictionary shows of one person: every record with its verdict, and a value that both ways agree on."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import looking_up
from features.catalogue import chosen
from features.definition import ByCode, Feature, Phrase, Ratio, Summary, Where
from features.errors import BadConfiguration, BadInput
from features.looking_up import look_up
from features.pseudonyms import show
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event
from tests.features.small_warehouse import make_warehouse
from tests.features.test_spark import drawn_events
from tests.pages import quoted, table

AS_OF = date(2024, 1, 1)
SAY = Phrase("{n}")
THEFT = ("occurrence", "suspect", "theft")
COUNT = Feature("thefts", "How many thefts?", theme="t", phrase=Phrase("{n} thefts"), events=Where(*THEFT),
                window=LookBack(365), summary=Summary.COUNT)  # fmt: skip


def event(happened: tuple[int, int, int], available: tuple[int, int, int], **more: object) -> Event:
    return Event(1, *THEFT, date(*happened), date(*available), **more)  # type: ignore[arg-type]


VERDICTS = {
    event((2023, 1, 1), (2023, 1, 2)): "counts",
    event((2022, 12, 31), (2023, 1, 2)): "outside the window: it happened before 2023-01-01",
    event((2023, 12, 31), (2023, 12, 31)): "counts",
    event((2023, 12, 30), (2024, 1, 1)): "not known: it reached us on 2024-01-01, not before the date",
    event((2024, 1, 1), (2023, 12, 1)): "outside the window: it happened on the date or after",
    event((2023, 5, 1), (2023, 5, 2), withdrawn_on=date(2023, 12, 31)): (
        "not known: it was taken back on 2023-12-31, before the date"
    ),
    event((2023, 6, 1), (2023, 6, 2), withdrawn_on=AS_OF): "counts",
}


def test_every_record_of_the_kind_is_listed_with_why_it_counts_or_not(tmp_path: Path) -> None:
    others = [Event(1, "occurrence", "victim", "theft", date(2023, 3, 1), date(2023, 3, 2)),
              Event(2, *THEFT, date(2023, 3, 1), date(2023, 3, 2))]  # fmt: skip
    workspace = make_warehouse(tmp_path, [*VERDICTS, *others], dict.fromkeys((1, 2), date(2009, 1, 1)), {})
    with Warehouse(workspace.warehouse) as warehouse:
        found = look_up(warehouse, [COUNT], show(1), AS_OF)
    records = found.traces["thefts"].records
    assert records is not None
    assert {(each.happened_on, each.available_on): each.verdict for each in records} == {
        (each.happened_on, each.available_on): verdict for each, verdict in VERDICTS.items()
    }
    assert (found.values["thefts"], found.traces["thefts"].added_up, found.differing) == (3, 3, [])
    said = "2023-05-01: occurrence, suspect, theft; drawn, known from 2023-05-02: not known: it was taken back"
    assert said in found.text()
    assert "Added up from these alone: 3" in found.text()
    assert found.as_json()["features"][0]["records"][0]["happened_on"] == "2022-12-31"


@pytest.mark.parametrize("seed", range(3))
def test_the_plain_way_and_the_kernel_agree_on_the_whole_catalogue(seed: int, tmp_path: Path) -> None:
    born = dict.fromkeys(range(41), date(2009, 3, 1))
    drawn = [replace(each, person=each.person % 3) for each in drawn_events(seed)]
    workspace = make_warehouse(tmp_path, drawn, born, {1: "L1"})
    features = chosen(discretion=True)
    with Warehouse(workspace.warehouse) as warehouse:
        for person in (0, 1, 2, 40):
            found = look_up(warehouse, features, show(person), AS_OF)
            assert found.differing == []
            shown = [each for each in found.traces.values() if each.records is not None]
            assert len(shown) > 100
            counted = [each for each in shown if any(record.counts for record in each.records or ())]
            assert (len(counted) > 50) == (person != 40)


days = st.integers(0, 60).map(lambda n: date.fromordinal(AS_OF.toordinal() - 50 + n))
EVERY = [
    Feature(f"{summary.name}_{window.days}_{window.since_age}", "?", theme="t", phrase=SAY, window=window,
            summary=summary, when_missing=0 if summary is Summary.ANY else None,
            span_days=5 if summary in (Summary.MOST_WITHIN, Summary.STREAK) else None,
            events=Where("cla") if summary in (Summary.OVERLAP_DAYS, Summary.ONGOING) else Where("custody"))
    for summary in Summary
    for window in (LookBack(20), LookBack(), LookBack(since_age=14))
]  # fmt: skip
SCALE = Feature("scale", "?", theme="t", phrase=SAY, window=LookBack(), summary=Summary.LAST_VALUE, when_missing=None,
                events=Where("custody"), measure=ByCode({"bail": 2}, otherwise=None))  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), days, days, st.none() | days, st.none() | days, st.none() | st.integers(0, 9),
                          st.sampled_from(("bail", "charged"))), max_size=8))  # fmt: skip
def test_every_summary_over_every_kind_of_window_agrees(tmp_path_factory: pytest.TempPathFactory, drawn) -> None:
    events = [
        Event(1, *(("cla", "child", "foster") if spell else ("custody", "subject", code)), happened, told,
              ended_on=max(happened, ended) if spell and ended else None, withdrawn_on=back, value=value)
        for spell, happened, told, ended, back, value, code in drawn
    ]  # fmt: skip
    workspace = make_warehouse(tmp_path_factory.mktemp("w"), events, {1: date(2009, 12, 1)}, {})
    with Warehouse(workspace.warehouse) as warehouse:
        assert look_up(warehouse, [*EVERY, SCALE], show(1), AS_OF).differing == []


def test_a_difference_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_warehouse(tmp_path, list(VERDICTS), {1: date(2009, 1, 1)}, {})
    real = looking_up.trace
    monkeypatch.setattr(looking_up, "trace", lambda *given: [replace(each, added_up=4.0) for each in real(*given)])
    with Warehouse(workspace.warehouse) as warehouse:
        found = look_up(warehouse, [COUNT], show(1), AS_OF, "thefts")
    assert found.differing == ["thefts"]
    assert found.text().endswith("DIFFERS, please report it: thefts")


def test_a_derived_feature_shows_the_records_of_its_parts(tmp_path: Path) -> None:
    workspace = make_warehouse(tmp_path, list(VERDICTS), {1: date(2009, 1, 1)}, {})
    ever = replace(COUNT, name="ever", family="ever", window=LookBack())
    share = Ratio("share", "Which share?", theme="t", phrase=SAY, over="thefts", under="ever", when_missing=None)
    with Warehouse(workspace.warehouse) as warehouse:
        found = look_up(warehouse, [COUNT, ever, share], show(1), AS_OF, "share")
    assert found.values["share"] == pytest.approx(3 / 4)
    assert found.text().count("Added up from these alone") == 2
    assert found.as_json()["features"][0]["records"] is None


def test_nobody_no_such_feature_and_no_number_are_refused(tmp_path: Path) -> None:
    workspace = make_warehouse(tmp_path, [], {1: date(2009, 1, 1)}, {})
    with Warehouse(workspace.warehouse) as warehouse:
        with pytest.raises(BadInput, match="nobody in this warehouse has the number NB-0000-0000-00002"):
            look_up(warehouse, [COUNT], show(2), AS_OF)
        with pytest.raises(BadInput, match="as lists show it"):
            look_up(warehouse, [COUNT], "somebody", AS_OF)
        with pytest.raises(BadConfiguration, match="no feature 'theft' in this catalogue; did you mean thefts"):
            look_up(warehouse, [COUNT], show(1), AS_OF, "theft")
        empty = look_up(warehouse, [COUNT], show(1), AS_OF)
    assert empty.values == {"thefts": 0}
    assert not math.isnan(empty.traces["thefts"].added_up)


def test_its_json_is_what_the_page_says(tmp_path: Path) -> None:
    workspace = make_warehouse(tmp_path, list(VERDICTS), {1: date(2009, 1, 1)}, {})
    with Warehouse(workspace.warehouse) as warehouse:
        written = look_up(warehouse, [COUNT], show(1), AS_OF).as_json()
    told = {key for row in table("docs/json.md", "dictionary of one person") for key in quoted(row[0] + row[1])}
    first = written["features"][0]
    inside = {*(f"features[].{key}" for key in first if key != "records"), "features[].records[]"}
    of_records = {f"features[].records[].{key}" for key in first["records"][0]}
    assert {key for key in told if key.startswith("features[].") and ".records[]." not in key} == inside
    assert {key for key in told if ".records[]." in key} <= of_records
    assert {key.removeprefix("features[].records[].") for key in of_records} <= {key.split(".")[-1] for key in told}
    assert {"person", "as_of", "differing[]"} <= told
