"""The checks on each row, made again from what was known on the date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from features.events import FIRST_ENTRY_DISPOSALS
from risk_model.referrals.eligibility import (
    Candidate,
    Check,
    EarlierDecision,
    Team,
    checks_for,
    kept_off,
    lead_professional,
    stopped,
)
from risk_model.referrals.history import histories
from risk_model.referrals.situation import home_area, school_status
from tests.risk_model.drawn_lists import AS_OF, GATESHEAD, SUNDERLAND, event, table_of

ME = 7
TEAM = Team("Gateshead youth justice team", "Gateshead", GATESHEAD, 10, 17,
            {"E01000001": (GATESHEAD, "Gateshead"), "E01000003": (SUNDERLAND, "Sunderland")})  # fmt: skip
HOME = event(ME, "residence", "resident", "home", date(2024, 1, 1), place="E01000001")


def candidate(*events: dict[str, object], age: int = 15, decisions: tuple[EarlierDecision, ...] = ()) -> Candidate:
    return Candidate(ME, AS_OF, age, GATESHEAD, histories(table_of(events), [ME], AS_OF)[ME], decisions)


def checks(*events: dict[str, object], **more: object) -> dict[str, Check]:
    return {check.name: check for check in checks_for(candidate(*events, **more), TEAM)}  # type: ignore[arg-type]


def test_nothing_against_listing_somebody_of_the_right_age_and_area():
    found = checks(HOME)
    assert not stopped(tuple(found.values()))
    assert found["Age 10 to 17"].answer == "Aged 15"
    assert found["Lives in the team's area"].answer == "Gateshead"
    assert not any(check.notice for check in found.values())


@pytest.mark.parametrize("age", [9, 18])
def test_an_age_outside_the_service_stops(age):
    assert checks(HOME, age=age)["Age 10 to 17"].stops


@pytest.mark.parametrize("code", FIRST_ENTRY_DISPOSALS)
def test_a_first_entry_known_by_the_date_stops(code):
    entry = event(ME, "yj_disposal", "subject", code, date(2025, 11, 3))
    assert checks(HOME, entry)["No caution or court sentence"].answer == "Already had one on 3 November 2025"
    assert checks(HOME, entry)["No caution or court sentence"].stops


def test_a_first_entry_we_were_not_told_of_does_not_stop():
    entry = event(ME, "yj_disposal", "subject", "YC", date(2025, 12, 20), known=AS_OF)
    assert not stopped(tuple(checks(HOME, entry).values()))


def test_a_community_resolution_is_earlier_help_not_entry():
    found = checks(HOME, event(ME, "yj_disposal", "subject", "CR", date(2025, 5, 4)))
    assert not found["No caution or court sentence"].stops
    assert found["Help in the past year"].answer == "Already had diversion on 4 May 2025: community resolution"


def test_help_more_than_a_year_ago_is_not_noted():
    found = checks(HOME, event(ME, "yj_disposal", "subject", "O22", AS_OF - timedelta(days=366)))
    assert found["Help in the past year"] == Check("Help in the past year", "None known")


MATTER = "Open police or court matter"
OPEN = [("outcome", "suspect", "charge", "Charged", "Charged, no result known"),
        ("custody", "subject", "charged", "Charged", "Charged, no result known"),
        ("court_hearing", "defendant", "adjourned", "In court", "In court, no result known"),
        ("custody", "subject", "released_under_investigation", "Released under investigation", "Under investigation"),
        ("custody", "subject", "bail", "Released on bail", "On bail")]  # fmt: skip
ENDS = [("outcome", "suspect", "no_further_action"), ("custody", "subject", "no_further_action"),
        ("court_hearing", "defendant", "not_proven"), ("yj_disposal", "subject", "CR")]  # fmt: skip


@pytest.mark.parametrize(("kind", "role", "code", "words", "notice"), OPEN)
def test_a_matter_that_has_not_ended_is_noted_and_does_not_stop(kind, role, code, words, notice):
    found = checks(HOME, event(ME, kind, role, code, date(2025, 11, 3)))[MATTER]
    asked = "ask how it stands before any contact"
    assert found.answer == f"{words} on 3 November 2025; its end is not on record: {asked}"
    assert (found.stops, found.notice) == (False, notice)


@pytest.mark.parametrize(("kind", "role", "code"), ENDS)
@pytest.mark.parametrize(("opened", "side", "by", "_words", "notice"), OPEN)
def test_a_later_end_closes_a_matter_and_an_earlier_one_does_not(opened, side, by, _words, notice, kind, role, code):
    begun = event(ME, opened, side, by, date(2025, 11, 3))
    assert checks(HOME, begun, event(ME, kind, role, code, date(2025, 12, 1)))[MATTER] == Check(MATTER, "None known")
    assert checks(HOME, begun, event(ME, kind, role, code, date(2025, 10, 1)))[MATTER].notice == notice
    unknown = event(ME, kind, role, code, date(2025, 12, 1), known=AS_OF)
    assert checks(HOME, begun, unknown)[MATTER].notice == notice, "an end we were not told of is not on record"


def test_on_one_day_the_word_that_leaves_it_open_counts():
    day = date(2025, 11, 3)
    both = [event(ME, "custody", "subject", "bail", day), event(ME, "outcome", "suspect", "no_further_action", day)]
    assert checks(HOME, *both)[MATTER].notice == "On bail"


def test_a_matter_of_more_than_a_year_ago_is_not_called_open():
    for days, notice in ((365, "On bail"), (366, "")):
        begun = event(ME, "custody", "subject", "bail", AS_OF - timedelta(days=days))
        assert checks(HOME, begun)[MATTER].notice == notice


def test_somebody_who_moved_to_another_teams_area_is_stopped():
    moved = event(ME, "residence", "resident", "home", date(2025, 6, 1), place="E01000003")
    assert checks(HOME, moved)["Lives in the team's area"].stops


def test_a_home_not_on_record_is_for_a_person_to_check():
    found = checks()["Lives in the team's area"]
    assert (found.stops, found.notice) == (False, "Home not on record")


@pytest.mark.parametrize(("kind", "code"), [("cin", "N1"), ("cp", "N1"), ("cla", "foster")])
def test_an_open_social_worker_is_noted_and_leads(kind, code):
    who = candidate(HOME, event(ME, kind, "child", code, date(2025, 3, 3)))
    found = {check.name: check for check in checks_for(who, TEAM)}["Social worker"]
    assert found.answer == "Has an open social worker: speak to them first (since 3 March 2025)"
    assert (found.stops, found.notice) == (False, "Open social worker")
    assert lead_professional(who.history).startswith("Children's social care")


def test_a_spell_that_ended_is_not_an_open_social_worker():
    over = event(ME, "cin", "child", "N1", date(2025, 3, 3), ended=AS_OF)
    assert checks(HOME, over)["Social worker"].answer == "None known"


def test_what_was_announced_but_has_not_begun_is_not_there_yet():
    ahead = event(ME, "cla", "child", "foster", AS_OF + timedelta(days=5), known=AS_OF - timedelta(days=5))
    assert checks(HOME, ahead)["Social worker"].answer == "None known"


@pytest.mark.parametrize(
    ("decided", "days_ago", "off"),
    [
        ("objected", 3000, True), ("wrong person", 3000, True), ("declined", 365, True), ("declined", 366, False),
        ("already supported", 10, True), ("declined", -20, True), ("objected", -20, True),
    ],
)  # fmt: skip
def test_how_long_an_earlier_decision_keeps_somebody_off(decided, days_ago, off):
    decision = EarlierDecision(ME, decided, AS_OF - timedelta(days=days_ago))
    assert kept_off([decision], AS_OF) == (frozenset({ME}) if off else frozenset())
    assert checks(HOME, decisions=(decision,))["Earlier offers"].stops is off


def test_an_older_no_is_still_shown():
    decision = EarlierDecision(ME, "declined", date(2024, 2, 1))
    assert checks(HOME, decisions=(decision,))["Earlier offers"].answer == "Declined on 1 February 2024"


def history(*events: dict[str, object]):
    return histories(table_of(events), [ME], AS_OF)[ME]


def attended(ended: date, missed: float) -> dict[str, object]:
    return event(ME, "attendance", "pupil", "term", ended, value=missed)


def test_school_status_is_the_latest_term_and_suspension():
    told = school_status(history(
        attended(date(2025, 4, 4), 0.5), attended(date(2025, 7, 22), 0.18),
        event(ME, "suspension", "pupil", "PP", date(2025, 11, 3)),
    ))  # fmt: skip
    assert told == (
        "In school, attended about 82% in the latest term we hold (to 22 July 2025); last suspended on 3 November 2025"
    )


def test_an_exclusion_after_the_latest_term_comes_first():
    excluded = event(ME, "exclusion", "pupil", "PERM", date(2025, 10, 1))
    assert school_status(history(attended(date(2025, 7, 22), 0.1), excluded)).startswith(
        "Permanently excluded on 1 October 2025"
    )
    assert school_status(history(excluded, attended(date(2025, 12, 19), 0.1))).startswith("In school")


def test_school_is_not_known_without_recent_attendance():
    assert school_status(history(attended(date(2024, 7, 22), 0.1))) == "School not known"


def test_the_home_area_is_a_name_of_a_small_area():
    assert home_area(history(HOME), {"E01000001": "Gateshead 001A"}, "Gateshead") == "Gateshead 001A"
    assert home_area(history(), {"E01000001": "Gateshead 001A"}, "Gateshead") == "Gateshead"
