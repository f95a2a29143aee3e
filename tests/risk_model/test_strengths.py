"""Strengths beside needs, said only where the record can bear it; and what is missing, in plain words."""

from __future__ import annotations

from datetime import date, timedelta

from features.definition import Feature, LookBack, Phrase, Strength, Summary, Where
from risk_model.referrals.gaps import ATTENDANCE, SCHOOL, gaps_for
from risk_model.referrals.history import History, histories
from risk_model.referrals.scoring import Explained
from risk_model.referrals.strengths import strengths_for
from tests.risk_model.drawn_lists import AS_OF, event, table_of

ME = 7


def strong(name: str, kind: str, sentence: str, family: str = "", sensitive: bool = False) -> Feature:
    return Feature(
        name, "?", theme="x", events=Where(kind), window=LookBack(365), summary=Summary.COUNT, family=family,
        phrase=Phrase("{n}"), strength=Strength(sentence, at_most=0), sensitive=sensitive,
    )  # fmt: skip


NO_SUSPENSIONS = strong("suspensions", "suspension", "No suspensions in the past year", "school")
NO_EXCLUSION = strong("exclusions", "exclusion", "Never excluded", "school")
NOT_MISSING = strong("missing", "missing", "No missing episodes")
NO_CUSTODY = strong("custody", "custody", "Never held")
NO_ASB = strong("asb", "asb", "No reports")
FEATURES = (NO_SUSPENSIONS, NO_EXCLUSION, NOT_MISSING, NO_CUSTODY, NO_ASB)


def person(**parts: tuple[float, float]) -> Explained:
    base = {feature.name: (1.0, 0.0) for feature in FEATURES} | parts
    return Explained({n: value for n, (value, _) in base.items()}, {n: added for n, (_, added) in base.items()})


def known(*events: dict[str, object]) -> History:
    return histories(table_of(events), [ME], AS_OF)[ME]


def term(ended: date, delay: int = 45) -> dict[str, object]:
    return event(ME, "attendance", "pupil", "term", ended, known=ended + timedelta(days=delay), value=0.1)


def test_strengths_come_from_different_families_what_helps_most_first():
    who = person(suspensions=(0, -0.2), exclusions=(0, -0.9), missing=(0, -0.5))
    assert strengths_for(who, FEATURES) == ("Never excluded", "No missing episodes")


def test_at_most_three_strengths():
    who = person(suspensions=(0, -0.1), missing=(0, -0.2), custody=(0, -0.3), asb=(0, -0.4))
    assert strengths_for(who, FEATURES) == ("No reports", "Never held", "No missing episodes")


def test_a_value_that_is_not_a_strength_or_not_known_says_nothing():
    assert strengths_for(person(missing=(float("nan"), -1.0)), FEATURES) == ()


def test_no_suspensions_is_no_strength_where_no_school_record_is_linked():
    who = person(suspensions=(0, -0.2), missing=(0, -0.1))
    assert strengths_for(who, FEATURES, unseen_kinds=SCHOOL) == ("No missing episodes",)


def test_a_feature_already_given_as_a_reason_is_not_a_strength():
    assert strengths_for(person(missing=(0, -0.1)), FEATURES, used=["missing"]) == ()


def test_a_sensitive_strength_is_not_said():
    home = strong("home", "da_incident", "No domestic abuse at home recorded", sensitive=True)
    assert strengths_for(person(home=(0, -0.3)), (*FEATURES, home)) == ()


def test_a_child_without_a_school_record_is_told_as_such():
    [gap, *_] = gaps_for(known(), 0.0)
    assert gap.sentence.startswith("No school record is linked")
    assert gap.kinds == frozenset(SCHOOL)


def test_attendance_that_stopped_two_terms_ago_is_missing_and_dated():
    [gap, *_] = gaps_for(known(term(date(2024, 12, 20))), 0.0)
    assert gap.sentence == "No attendance figures for the last two terms; the latest are from 20 December 2024."


def test_attendance_of_the_latest_delivered_terms_is_not_missing():
    assert not any("attendance" in gap.sentence for gap in gaps_for(known(term(date(2025, 7, 22))), 0.0))


def test_a_term_not_yet_delivered_counts_as_missing():
    [gap, *_] = gaps_for(known(term(date(2025, 12, 19))), 0.0)
    assert "No school record" in gap.sentence


def test_a_pupil_with_suspensions_but_no_attendance_figures():
    [gap, *_] = gaps_for(known(event(ME, "suspension", "pupil", "PP", date(2025, 6, 1))), 0.0)
    assert gap.kinds == frozenset(ATTENDANCE)


def test_partners_who_hold_nothing_are_named_in_one_sentence():
    sentence = gaps_for(known(term(date(2025, 7, 22))), 0.0)[0].sentence
    assert sentence == (
        "Nothing linked from police, children's social care or the youth justice service: no contact, or records that "
        "did not match."
    )


def test_many_unknown_figures_are_said():
    assert gaps_for(known(), 0.4)[-1].sentence.startswith("40% of the figures the model uses are not known")
