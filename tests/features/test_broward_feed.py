"""The Broward adapter: dated events, and nothing from after the screening known by it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import BadInput
from features.events import EVENT_SCHEMA, KINDS
from features.feeds.broward import BrowardRows, read_broward
from features.windows import NEVER, days_since_epoch, is_visible

RELEASE = Path("/work/shared/data/broward_screenings.csv")
SCREENED = date(2013, 3, 10)
PERSON = {
    "id": "7", "compas_screening_date": "2013-03-10", "sex": "Male", "race": "Other", "birth_month": "1990-05-01",
    "juv_fel_count": "0", "juv_misd_count": "2", "juv_other_count": "0", "priors_count": "3", "decile_score": "4",
    "c_jail_in": "2013-03-08 06:00:00", "c_jail_out": "2013-03-09 09:30:00", "c_offense_date": "2013-03-07",
    "c_arrest_date": "", "c_charge_degree": "F", "is_recid": "0", "r_charge_degree": "O", "r_offense_date": "",
    "r_jail_in": "", "vr_offense_date": "", "score_text": "Low", "is_violent_recid": "0",
}  # fmt: skip
RETURNED = {"is_recid": "1", "r_offense_date": "2014-06-01", "r_charge_degree": "M"}


def read(folder: Path, *people: dict[str, str]) -> BrowardRows:
    """What the adapter makes of these people, each told by how they differ from PERSON."""
    path = folder / "broward_screenings.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, PERSON)
        writer.writeheader()
        writer.writerows(PERSON | person for person in people)
    return read_broward(path)


def told(events: Any, kind: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(event[name] for name in columns) for event in events.to_pylist() if event["kind"] == kind]


def seen(rows: BrowardRows, as_of: date = SCREENED) -> list[tuple[Any, ...]]:
    """What features could read of the events known on a date (not when they will be withdrawn)."""
    day = days_since_epoch(as_of)
    return [
        tuple(event[name] for name in ("kind", "role", "code", "happened_on", "ended_on", "value", "gravity"))
        for event in rows.events.to_pylist()
        if is_visible(
            days_since_epoch(event["available_on"]),
            days_since_epoch(event["withdrawn_on"]) if event["withdrawn_on"] else NEVER,
            day,
        )
    ]


def test_earlier_charges_are_known_from_the_eve_of_the_screening(tmp_path: Path) -> None:
    eve = date(2013, 3, 9)
    assert told(read(tmp_path, {}).events, "prior_record", "code", "value", "happened_on", "available_on") == [
        ("juvenile_misdemeanour", 2.0, eve, eve),
        ("adult_prior", 3.0, eve, eve),
    ]


CHARGES = [
    ("2013-03-07", "",           date(2013, 3, 7),  True),   # the offence dates the charge
    ("2013-03-07", "2013-03-08", date(2013, 3, 7),  True),
    ("",           "2013-03-08", date(2013, 3, 8),  True),   # else the arrest
    ("2013-03-10", "",           date(2013, 3, 10), False),  # not yet known on the day of screening itself
    ("",           "2013-05-01", date(2013, 5, 1),  False),  # arrested after the screening
]  # fmt: skip


@pytest.mark.parametrize(("offence", "arrest", "happened_on", "known"), CHARGES)
def test_the_current_charge_is_dated_by_offence_or_arrest(
    tmp_path: Path, offence: str, arrest: str, happened_on: date, known: bool
) -> None:
    rows = read(tmp_path, {"c_offense_date": offence, "c_arrest_date": arrest})
    assert told(rows.events, "charge", "code", "happened_on") == [("felony", happened_on)]
    assert ("charge" in [event[0] for event in seen(rows)]) is known


def test_an_undated_charge_makes_no_event(tmp_path: Path) -> None:
    assert told(read(tmp_path, {"c_offense_date": ""}).events, "charge", "code") == []


SPELLS = [
    ("2013-03-01 06:00:00", "2013-03-05 08:00:00", [(date(2013, 3, 1), date(2013, 3, 5))]),
    ("2013-03-01 06:00:00", "2013-03-10 08:00:00", [(date(2013, 3, 1), None)]),  # still in, as far as was known
    ("2013-03-01 06:00:00", "2020-01-01 00:00:00", [(date(2013, 3, 1), None)]),
    ("2013-03-10 06:00:00", "2013-03-11 08:00:00", []),
    ("",                    "",                    []),
]  # fmt: skip


@pytest.mark.parametrize(("began", "ended", "known"), SPELLS)
def test_a_spell_in_jail_has_an_end_only_once_it_is_known(
    tmp_path: Path, began: str, ended: str, known: list[tuple[date, date | None]]
) -> None:
    events = seen(read(tmp_path, {"c_jail_in": began, "c_jail_out": ended}))
    assert [(event[3], event[4]) for event in events if event[0] == "jail"] == known


def test_exactly_one_telling_of_a_spell_is_known_on_every_day_after_it_began(tmp_path: Path) -> None:
    rows = read(tmp_path, {"c_jail_in": "2013-03-01 06:00:00", "c_jail_out": "2013-03-05 08:00:00"})
    days = [date(2013, 3, day) for day in range(1, 9)]
    assert [[e[4] for e in seen(rows, day) if e[0] == "jail"] for day in days] == [
        [], [None], [None], [None], [None], [date(2013, 3, 5)], [date(2013, 3, 5)], [date(2013, 3, 5)],
    ]  # fmt: skip


def test_a_return_is_known_on_its_own_date_and_never_at_screening(tmp_path: Path) -> None:
    rows = read(tmp_path, RETURNED)
    when = date(2014, 6, 1)
    assert told(rows.events, "return", "code", "happened_on", "available_on") == [("misdemeanour", when, when)]
    assert "return" not in [event[0] for event in seen(rows)]


later = st.dates(date(2013, 3, 10), date(2020, 1, 1)).map(str)
after = st.one_of(
    st.just({"is_recid": "0", "r_offense_date": ""}),
    st.just({"is_recid": "-1", "r_offense_date": ""}),
    later.map(lambda day: {"is_recid": "1", "r_offense_date": day}),
)
rest = st.fixed_dictionaries({
    "r_charge_degree": st.sampled_from(["F", "M", "O"]), "decile_score": st.integers(1, 10).map(str),
    "score_text": st.sampled_from(["Low", "High"]), "r_jail_in": later, "vr_offense_date": later,
    "is_violent_recid": st.sampled_from("01"), "c_jail_out": later,
})  # fmt: skip


@given(after, rest)
def test_nothing_from_after_the_screening_changes_what_is_known_at_it(one: dict[str, str], two: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        still_in = {"c_jail_out": "2013-04-01 00:00:00"}
        assert seen(read(Path(folder), one | two)) == seen(read(Path(folder), still_in))


def test_a_person_with_no_court_case_found_is_told_apart_not_dropped(tmp_path: Path) -> None:
    rows = read(tmp_path, {}, {"id": "8", "is_recid": "-1"})
    assert told(rows.events, "screening", "person", "code") == [(7, "screened"), (8, "no_case_found")]
    assert rows.notes[0].startswith("1 of 2 people have no court case found")


def test_people_are_kept_even_when_screened_after_the_label_defect_began(tmp_path: Path) -> None:
    assert len(read(tmp_path, {}, {"id": "8", "compas_screening_date": "2014-11-01"}).persons) == 2


def test_the_score_and_protected_characteristics_stay_out_of_events(tmp_path: Path) -> None:
    rows = read(tmp_path, {"id": "9"}, {"id": "3", "decile_score": "-1", "sex": "Female"})
    assert rows.references.to_pylist() == [{"person": 3, "compas_decile": None}, {"person": 9, "compas_decile": 4}]
    assert rows.protected.to_pylist() == [
        {"person": 3, "characteristic": "race", "value": "Other"},
        {"person": 3, "characteristic": "sex", "value": "female"},
        {"person": 9, "characteristic": "race", "value": "Other"},
        {"person": 9, "characteristic": "sex", "value": "male"},
    ]
    assert {event["kind"] for event in rows.events.to_pylist()} == {"screening", "prior_record", "charge", "jail"}


def test_every_event_fits_the_vocabulary_and_the_schema(tmp_path: Path) -> None:
    rows = read(tmp_path, RETURNED)
    assert rows.events.schema == EVENT_SCHEMA
    for event in rows.events.to_pylist():
        assert event["role"] in KINDS[event["kind"]].roles
        assert event["code"] in KINDS[event["kind"]].codes
    assert not rows.events.to_pandas().duplicated().any()


def test_the_same_file_gives_the_same_rows_whatever_its_order(tmp_path: Path) -> None:
    people: Sequence[dict[str, str]] = [{"id": "5"}, {"id": "12"} | RETURNED]
    first, second = read(tmp_path, *people), read(tmp_path, *reversed(people))
    assert (first.events, first.persons, first.protected) == (second.events, second.persons, second.protected)


def test_all_faults_of_a_file_are_told_together_without_values(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, {"sex": "M", "priors_count": "many"}, {"c_jail_in": "soon", "race": ""})
    message = str(refused.value)
    assert message.splitlines()[0] == "broward_screenings.csv, 4 fault(s); use the release described in its README:"
    assert 'column "priors_count": 1 row(s) are not a count' in message
    assert "many" not in message
    assert "soon" not in message


CONTRADICTIONS = [
    ({"id": "7"},                                       "ids are not unique: 1 row(s)"),
    ({"id": "8", "c_jail_in": ""},                      "c_jail_out without c_jail_in: 1 row(s)"),
    ({"id": "8", "c_jail_out": "2013-01-01"},           "c_jail_out on an earlier day than c_jail_in: 1 row(s)"),
    ({"id": "8", "is_recid": "1"},                      "is_recid and r_offense_date disagree: 1 row(s)"),
    ({"id": "8"} | RETURNED | {"r_offense_date": "2013-01-01"}, "r_offense_date on an earlier day than the screening"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "fault"), CONTRADICTIONS)
def test_cells_that_contradict_each_other_are_refused(tmp_path: Path, changed: dict[str, str], fault: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, {}, changed)
    assert fault in str(refused.value)


def test_a_file_that_is_not_the_release_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        read_broward(tmp_path / "nothing.csv")
    (tmp_path / "other.csv").write_text("id,sex\n1,Male\n")
    with pytest.raises(BadInput, match="no column compas_screening_date, race"):
        read_broward(tmp_path / "other.csv")
    (tmp_path / "picture.csv").write_bytes(b"\xff\xfe\x00\x89PNG")
    with pytest.raises(BadInput, match="not a CSV file"):
        read_broward(tmp_path / "picture.csv")
    with pytest.raises(BadInput, match="no rows"):
        read(tmp_path)


@pytest.mark.skipif(not RELEASE.exists(), reason=f"the public release is not at {RELEASE}")
def test_the_release_itself_is_read_whole() -> None:
    rows = read_broward(RELEASE)
    assert len(rows.persons) == len(rows.references) == 11757
    kinds = rows.events["kind"].to_pylist()
    assert (kinds.count("screening"), kinds.count("return")) == (11757, 3703)
    assert len(rows.protected) == 2 * 11757
