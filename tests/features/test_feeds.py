"""How partners' rows become events: roles apart, the right dates, nothing known before it reached us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import features
from features.agreements import AGREEMENTS, permitted_columns
from features.events import BROWARD_RELEASE, KINDS, OFFENCE_GROUPS, OUTCOMES, VOCABULARY
from features.feeds import FEEDS, partner_of
from features.feeds.cla import PLACEMENTS
from features.feeds.occ_outcome import OUTCOME_CODES
from features.feeds.occurrence import SERIOUSNESS
from features.identities import open_sealed
from features.intake import take_in
from features.people import ETHNIC_GROUPS
from features.warehouse import Warehouse
from features.windows import sql_visible
from features.workspace import Workspace
from tests.features.delivery import deliver, with_rows

Event = dict[str, Any]

CHANGES = {
    **with_rows("occ_role", "O1 | P1 | suspect | 2021-05-20 10:00 | 2021-07-01 00:00"),
    **with_rows("cla", "K1 | | 2020-02-01 | K2 | 2020-03-01"),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("feeds")
    made = Workspace(root)
    take_in(made, deliver(root / "extracts", CHANGES), key_seed=1)
    return made


@pytest.fixture(scope="module")
def events(workspace: Workspace) -> list[Event]:
    with Warehouse(workspace.warehouse) as warehouse:
        return warehouse.events().to_pylist()


@pytest.fixture(scope="module")
def people(workspace: Workspace) -> dict[str, int]:
    """Person numbers by a partner's number."""
    number = open_sealed(workspace)["number"]
    return dict(zip(number["who"].to_pylist(), number["person"].to_pylist(), strict=True))


def _of(events: list[Event], kind: str, **wanted: object) -> Iterator[Event]:
    return (e for e in events if e["kind"] == kind and all(e[name] == value for name, value in wanted.items()))


def test_a_victim_is_never_a_suspect(events: list[Event], people: dict[str, int]) -> None:
    of_victim = [e for e in events if e["person"] == people["P3"] and "occurrence" in e["kind"]]
    assert {(e["kind"], e["role"]) for e in of_victim} == {("occurrence", "victim"), ("weapon_occurrence", "victim")}
    of_suspect = [e for e in events if e["person"] == people["P1"] and e["source"] == "occ_role"]
    assert {(e["code"], e["role"]) for e in of_suspect} == {("robbery", "suspect"), ("theft", "witness")}


def test_a_role_held_under_two_merged_records_is_one_event(events: list[Event], people: dict[str, int]) -> None:
    assert people["P1"] == people["P2"]
    assert len(list(_of(events, "occurrence", role="suspect"))) == 1


def test_flags_say_which_occurrences_were_domestic_or_armed(events: list[Event]) -> None:
    assert [(e["role"], e["code"]) for e in _of(events, "domestic_occurrence")] == [("witness", "theft")]
    assert sorted(e["role"] for e in _of(events, "weapon_occurrence")) == ["suspect", "victim"]
    assert {e["gravity"] for e in _of(events, "weapon_occurrence")} == {float(SERIOUSNESS["robbery"])}


@pytest.mark.parametrize(
    ("kind", "happened_on", "available_on", "why"),
    [
        ("occurrence", "2021-05-01", "2021-05-27", "named a suspect on 20 May, 7 days' delivery"),
        ("outcome", "2021-08-01", "2021-08-15", "recorded on its own date, 14 days"),
        ("stop_search", "2022-01-01", "2022-01-08", "7 days"),
        ("custody", "2021-05-02", "2021-05-10", "released on 3 May, 7 days"),
        ("missing", "2021-09-01", "2021-09-10", "not known to have ended before 3 September, 7 days"),
        ("return_interview", "2021-09-03", "2021-09-10", "after the return"),
        ("asb", "2021-01-01", "2021-01-09", "recorded the next day, 7 days"),
        ("da_incident", "2021-01-01", "2021-01-09", "recorded the next day, 7 days"),
        ("yj_disposal", "2022-03-01", "2022-03-24", "recorded on 10 March, 14 days"),
        ("suspension", "2021-03-01", "2021-04-04", "recorded on 5 March, 30 days"),
        ("exclusion", "2021-04-01", "2021-05-02", "recorded the next day, 30 days"),
        ("attendance", "2020-12-18", "2021-02-01", "the term's end, 45 days"),
        ("unauthorised_absence", "2020-12-18", "2021-02-01", "the term's end, 45 days"),
        ("cin", "2021-01-01", "2021-02-02", "recorded on 3 January, 30 days"),
        ("cin_factor", "2021-01-01", "2021-02-02", "recorded on 3 January, 30 days"),
        ("cla", "2021-08-01", "2021-08-31", "30 days"),
        ("ppn", "2021-09-01", "2021-09-11", "recorded on 4 September, 7 days"),
        ("encompass_notice", "2021-02-01", "2021-02-23", "told on 9 February, 14 days"),
        ("send_support", "2020-09-01", "2020-11-09", "recorded on 10 September, 60 days"),
        ("ehcp", "2019-09-01", "2019-11-09", "recorded on 10 September, 60 days"),
        ("ehcp_request", "2019-03-01", "2019-11-09", "known with the plan"),
        ("court_hearing", "2022-03-01", "2022-03-17", "recorded on 3 March, 14 days"),
        ("court_plea", "2022-03-01", "2022-03-17", "recorded on 3 March, 14 days"),
        ("family_probation", "2021-01-01", "2021-02-10", "recorded on 11 January, 30 days"),
        ("fire_referral", "2021-06-01", "2021-06-25", "referred on 11 June, 14 days"),
        ("fire_programme", "2021-09-01", "2021-09-15", "finished, 14 days"),
        ("tenancy", "2019-01-01", "2019-01-31", "30 days"),
        ("rent_arrears", "2021-01-01", "2021-01-31", "30 days"),
        ("residence", "2021-01-16", "2021-03-17", "the census, 60 days"),
    ],
)
def test_an_event_is_known_only_once_it_has_been_recorded_and_delivered(
    events: list[Event], kind: str, happened_on: str, available_on: str, why: str
) -> None:
    day = date.fromisoformat(happened_on)
    found = {e["available_on"] for e in _of(events, kind, happened_on=day) if e["role"] not in ("victim", "witness")}
    assert min(found) == date.fromisoformat(available_on), why


def test_a_suspect_later_eliminated_is_taken_back_when_that_reaches_us(events: list[Event]) -> None:
    assert [e["withdrawn_on"] for e in _of(events, "occurrence", role="suspect")] == [date(2021, 7, 8)]
    assert [e["withdrawn_on"] for e in _of(events, "occurrence", role="victim")] == [None]


def test_values_are_in_their_units(events: list[Event]) -> None:
    assert [e["value"] for e in _of(events, "custody")] == [5.5]
    assert [e["value"] for e in _of(events, "missing")] == [36.0]
    assert [e["value"] for e in _of(events, "attendance")] == [pytest.approx(14 / 140)]
    assert [e["value"] for e in _of(events, "unauthorised_absence")] == [pytest.approx(4 / 140)]
    assert [e["gravity"] for e in _of(events, "yj_disposal")] == [3.0]
    assert [e["gravity"] for e in _of(events, "da_incident")] == [3.0]


def test_a_suspension_shares_its_sessions_between_its_different_reasons(events: list[Event]) -> None:
    assert sorted((e["code"], e["value"]) for e in _of(events, "suspension")) == [("DB", 2.0), ("PP", 2.0)]
    assert [(e["code"], e["value"]) for e in _of(events, "exclusion")] == [("PERM", None)]


def test_an_incident_at_home_counts_only_when_the_child_was_there(events: list[Event]) -> None:
    assert [e["code"] for e in _of(events, "da_incident")] == ["high"]


def test_an_interview_offered_and_not_taken_up_was_declined(events: list[Event]) -> None:
    assert [e["code"] for e in _of(events, "return_interview")] == ["declined"]


def test_a_protection_notice_under_two_merged_records_is_one_event(events: list[Event]) -> None:
    assert [(e["code"], e["gravity"]) for e in _of(events, "ppn")] == [("exploitation", 2.0)]


def test_a_notice_to_school_says_whether_it_came_in_time_and_nothing_of_what_happened(events: list[Event]) -> None:
    notices = {(e["record"], e["code"]) for e in _of(events, "encompass_notice")}  # one pupil is found to be K1 later
    assert sorted(code for _, code in notices) == ["in_time", "late"]
    assert {e["gravity"] for e in _of(events, "encompass_notice")} == {None}


def test_a_hearing_that_did_not_end_in_a_sentence_is_told_from_one_that_did(events: list[Event]) -> None:
    assert sorted(e["code"] for e in _of(events, "court_hearing")) == ["adjourned", "not_proven"]
    assert [e["code"] for e in _of(events, "court_plea")] == ["not_guilty"], "no plea is no event"


def test_other_services_know_children_by_numbers_of_their_own_and_are_linked(
    events: list[Event], people: dict[str, int]
) -> None:
    assert people["D1"] == people["P3"]
    assert people["PC1"] == people["U2"]
    assert people["F1"] == people["HM1"] == people["U1"]
    assert {e["person"] for e in _of(events, "fire_programme")} == {people["U1"]}


def test_probation_is_about_a_relative_and_names_only_the_child(events: list[Event]) -> None:
    assert {(e["role"], e["code"]) for e in _of(events, "family_probation")} == {("relative", "parent")}
    assert KINDS["family_probation"].of_others
    sent = permitted_columns(next(feed for feed in FEEDS if feed.name == "probation"))
    assert not [column for column in sent if "adult" in column or "relative_" in column]


def test_an_injury_seen_in_hospital_is_about_nobody(events: list[Event]) -> None:
    istv = next(feed for feed in FEEDS if feed.name == "istv")
    assert (istv.numbering, istv.people, istv.events) == (None, "", "")
    assert not [e for e in events if e["source"] == "istv"], "only its area is known, and only outside the home"


def test_a_factor_we_have_no_name_for_is_other(events: list[Event]) -> None:
    assert sorted(e["code"] for e in _of(events, "cin_factor")) == ["3", "other"]


def test_home_is_one_event_a_move_and_the_old_home_ends_when_the_move_is_known(events: list[Event]) -> None:
    lived = sorted(
        (e["place"], e["happened_on"], e["ended_on"] or date.max, e["withdrawn_on"] or date.max)
        for e in _of(events, "residence")
        if e["place"] == "E1" or e["happened_on"].year == 2021
    )
    moved, told = date(2021, 1, 16), date(2021, 3, 17)
    assert lived == [
        ("E1", date(2020, 1, 16), moved, date.max),
        ("E1", date(2020, 1, 16), date.max, told),
        ("E2", moved, date.max, date.max),
    ]


@pytest.mark.parametrize("kind", ["cin", "cla", "residence", "send_support", "family_probation", "rent_arrears"])
def test_one_version_of_a_spell_is_visible_on_any_date_and_its_end_only_once_told(
    workspace: Workspace, kind: str
) -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(0, 900)]
    with Warehouse(workspace.warehouse) as warehouse:
        seen = warehouse.sql(
            f"""SELECT d.as_of, record, count(*) AS versions, min(ended_on) AS ended_on
                FROM (SELECT unnest($days::DATE[]) AS as_of) d JOIN event e ON {sql_visible("d.as_of")}
                WHERE kind = $kind GROUP BY ALL""",
            {"days": days, "kind": kind},
        )
    assert set(seen["versions"].to_pylist()) == {1}
    ended = [row for row in seen.to_pylist() if row["ended_on"]]
    assert ended
    assert all(row["as_of"] > row["ended_on"] for row in ended)


def test_every_code_a_partner_may_send_has_a_meaning() -> None:
    assert set(SERIOUSNESS) == set(OFFENCE_GROUPS)
    assert all(1 <= seriousness <= 8 for seriousness in SERIOUSNESS.values())
    assert set(OUTCOME_CODES) == {str(code) for code in range(1, 23)}
    assert set(OUTCOME_CODES.values()) == set(OUTCOMES)
    assert set(PLACEMENTS.values()) == set(KINDS["cla"].codes)


def test_every_kind_of_event_the_partners_hold_is_made(events: list[Event]) -> None:
    held = {kind.name for kind in VOCABULARY if kind.partner != BROWARD_RELEASE and not kind.of_area}
    assert {e["kind"] for e in events} == held - {"cp"}
    assert all(partner_of(e["source"]) == KINDS[e["kind"]].partner for e in events)


def test_no_feed_reads_a_column_its_agreement_does_not_list() -> None:
    for feed in FEEDS:
        assert {column.name for column in feed.columns} <= set(permitted_columns(feed)), feed.name
        assert AGREEMENTS[feed.agreement].purpose


def test_a_feed_that_others_refer_to_comes_before_them() -> None:
    names = [feed.name for feed in FEEDS]
    for feed in FEEDS:
        for reference in feed.references:
            assert names.index(reference.feed) <= names.index(feed.name)


def test_protected_characteristics_are_plain_words_and_self_defined(
    workspace: Workspace, people: dict[str, int]
) -> None:
    with Warehouse(workspace.warehouse) as warehouse:
        table: pa.Table = warehouse.protected()
    words = {(row["person"], row["characteristic"]): row["value"] for row in table.to_pylist()}
    assert [words[people["U1"], name] for name in ("sex", "ethnic_group", "send")] == ["female", "White", "support"]
    assert [words[people["P3"], name] for name in ("sex", "ethnic_group", "send")] == ["male", "Black", "not known"]
    for (_, name), value in words.items():
        if name == "ethnic_detail":
            assert value.split(": ")[0] in {*ETHNIC_GROUPS.values(), "Not known"}
    for person in {person for person, _ in words}:
        assert words[person, "ethnic_detail"].split(": ")[0] == words[person, "ethnic_group"]


def test_care_and_the_deprivation_of_home_are_held_for_audits_only(
    workspace: Workspace, people: dict[str, int]
) -> None:
    with Warehouse(workspace.warehouse) as warehouse:
        table: pa.Table = warehouse.protected()
        in_care = set(warehouse.sql("SELECT DISTINCT person FROM event WHERE kind = 'cla'")["person"].to_pylist())
        decile = dict(zip(*(warehouse.areas()[name].to_pylist() for name in ("lsoa_code", "imd_decile")), strict=True))
    held = [row for row in table.to_pylist() if row["characteristic"] == "care_experience"]
    assert {row["person"] for row in held if row["value"] == "in care now or before"} == in_care
    fifths = {row["value"] for row in table.to_pylist() if row["characteristic"] == "deprivation"}
    assert fifths <= {f"fifth {(each + 1) // 2}" for each in decile.values() if each is not None}


def test_the_warehouse_keeps_the_month_of_birth_and_not_the_day(workspace: Workspace, people: dict[str, int]) -> None:
    with Warehouse(workspace.warehouse) as warehouse:
        born = dict(zip(*warehouse.sql("SELECT person, birth_month FROM person").to_pydict().values(), strict=True))
    assert born[people["U1"]] == date(2008, 3, 1)


def test_feed_files_are_where_messages_say() -> None:
    top = Path(features.__file__).parent.parent
    assert all((top / feed.module).is_file() for feed in FEEDS)


def test_who_is_related_to_whom_is_read_from_shared_incidents_and_addresses(tmp_path: Path) -> None:
    changes = with_rows("police_nominal", "P4 | Cara | Raynott | 2011-05-05 | F | B1 | 2 low-row | 2021-03-05 10:00 |")
    changes |= with_rows("occ_role", "O2 | P3 | suspect | 2021-06-02 10:00 | 2021-09-01 10:00",
                         "O2 | P4 | suspect | 2021-06-12 10:00 |")  # fmt: skip
    workspace = Workspace(tmp_path / "w")
    take_in(workspace, deliver(tmp_path / "d", changes), key_seed=1)
    with Warehouse(workspace.warehouse) as warehouse:
        told = warehouse.sql("SELECT kind, happened_on, available_on, withdrawn_on FROM relation ORDER BY ALL")
        one_way = warehouse.sql("SELECT count(*) AS n FROM relation a ANTI JOIN relation b "
                                "ON a.person = b.other AND a.other = b.person AND a.kind = b.kind")  # fmt: skip
        area = warehouse.sql("SELECT place, code, happened_on, available_on FROM area_event ORDER BY ALL")
    assert one_way["n"].to_pylist() == [0]
    met, moved_in = date(2021, 6, 2), date(2021, 3, 5)
    assert [tuple(row.values()) for row in told.to_pylist()[::2]] == [
        ("co_suspect", met, date(2021, 6, 19), date(2021, 9, 8)),
        ("household", moved_in, date(2021, 3, 12), None),
        ("sibling", moved_in, date(2021, 3, 12), None),
    ]
    assert [tuple(row.values()) for row in area.to_pylist()] == [
        ("E1", "robbery", date(2021, 5, 1), date(2021, 5, 10)), ("E1", "sharp", date(2021, 7, 1), date(2021, 8, 1)),
        ("E2", "theft", met, date(2021, 6, 10)),
    ]  # fmt: skip


def test_what_happened_before_birth_is_left_out_counted_and_told(tmp_path: Path) -> None:
    changes = with_rows("custody", "C9 | P3 | 2008-05-02 23:00 | 2008-05-02 23:30 | 2008-05-03 05:00 | rui")
    workspace, told = Workspace(tmp_path / "w"), []
    report = take_in(workspace, deliver(tmp_path / "d", changes), told.append, key_seed=1)
    custody = next(feed for feed in report.feeds if feed.name == "custody")
    assert (custody.rows_loaded, custody.events, custody.before_birth) == (2, 1, 1)
    assert any("custody.csv: 1 event(s) happened before the person's month of birth" in line for line in told)
    with Warehouse(workspace.warehouse) as warehouse:
        assert warehouse.sql("SELECT count(*) AS n FROM event WHERE kind = 'custody'")["n"][0].as_py() == 1
