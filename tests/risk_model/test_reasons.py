"""Reasons: what raised the score, said from records that were known on the date, with role, date and source."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import CATALOGUE
from features.definition import Age, AnyFeature, Feature, LookBack, Phrase, Strength, Summary, Where
from features.feeds import partner_of
from risk_model.errors import BadConfiguration
from risk_model.referrals.history import History, histories
from risk_model.referrals.openers import GENERAL, HARMED, HOME, opener_for
from risk_model.referrals.reasons import ABOUT_OTHERS, reasons_for
from risk_model.referrals.scoring import Explained, explain
from risk_model.referrals.wording import NEVER_SAID, PROTECTED_WORDS, check_wording, sentences_of
from tests.risk_model.drawn_lists import (
    AS_OF,
    event,
    features_of,
    lives,
    model_features,
    people,
    table_of,
    toy_model,
)

ME = 7


def days_before(days: int) -> date:
    return AS_OF - timedelta(days=days)


def known(*events: dict[str, object]) -> History:
    return histories(table_of(events), [ME], AS_OF)[ME]


def suspect(days: int, **more: object) -> dict[str, object]:
    return event(ME, "occurrence", "suspect", "theft", days_before(days), **more)  # type: ignore[arg-type]


def victim(days: int) -> dict[str, object]:
    return event(ME, "occurrence", "victim", "robbery", days_before(days))


def count(name: str, role: str, days: int | None = 365, family: str = "", **more: object) -> Feature:
    return Feature(
        name, f"How often as a {role}?", theme="police", events=Where("occurrence", role=role),
        window=LookBack(days), summary=Summary.COUNT, family=family,
        phrase=Phrase(none=f"Not recorded as a {role}", one=f"Recorded as a {role} once", many=f"A {role} {{n}} times"),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


SUSPECT, VICTIM = count("suspect_records", "suspect"), count("victim_records", "victim")
AGE = Age("age", "How old?", theme="about the person", phrase=Phrase("Aged {n}"), family="age")


def told(features: tuple[AnyFeature, ...], history: History, most: int = 4, **parts: tuple[float, float]) -> list:
    """Reasons where each feature's (value, contribution) is given by name."""
    person = Explained(
        {name: value for name, (value, _) in parts.items()}, {name: added for name, (_, added) in parts.items()}
    )
    return list(reasons_for(person, features, history, most))


def test_a_reason_says_what_when_from_whom_and_in_which_role():
    history = known(suspect(50, known=days_before(43)), suspect(200))
    [reason] = told((SUSPECT,), history, suspect_records=(2, 0.8))
    assert reason.sentence == "A suspect 2 times"
    assert reason.evidence.role == "suspect"
    assert reason.evidence.sentence == (
        "most recently 12 November 2025 (50 days before); Northumbria Police, received by 19 November"
    )


def test_a_victim_is_never_called_a_suspect():
    history = known(victim(20), suspect(300))
    reasons = told((SUSPECT, VICTIM), history, suspect_records=(1, 0.2), victim_records=(1, 0.9))
    assert [(one.sentence, one.evidence.role) for one in reasons] == [
        ("Recorded as a victim once", "victim"), ("Recorded as a suspect once", "suspect"),
    ]  # fmt: skip


def test_windows_of_one_story_are_one_reason_and_add_up():
    lately = count("lately", "suspect", 91, family="suspect")
    ever = count("ever", "suspect", None, family="suspect")
    history = known(suspect(50), suspect(400), victim(30))
    reasons = told((lately, ever, VICTIM), history, lately=(1, 0.4), ever=(2, 0.5), victim_records=(1, 0.7))
    assert [one.family for one in reasons] == ["suspect", "victim_records"]
    assert reasons[0].sentence == "A suspect 2 times"


def test_what_lowers_the_score_is_not_a_reason():
    assert told((SUSPECT, AGE), known(suspect(50)), suspect_records=(1, -0.5), age=(15, 0.1))[0].family == "age"


def test_what_is_absent_is_not_a_reason_though_it_raises_the_score():
    history = known(victim(20))
    reasons = told((SUSPECT, VICTIM), history, suspect_records=(0, 0.9), victim_records=(1, 0.2))
    assert [one.family for one in reasons] == ["victim_records"]


def test_a_feature_that_lowers_the_score_does_not_speak_for_a_family_that_raises_it():
    lately = count("lately", "suspect", 91, family="suspect")
    ever = count("ever", "suspect", None, family="suspect")
    assert told((lately, ever), known(suspect(400)), lately=(0, 0.6), ever=(1, -0.1)) == []


def test_a_falling_trend_is_not_a_reason_though_records_are_behind_it():
    trend = Feature(
        "absence_trend", "?", theme="school", events=Where("attendance"), window=LookBack(), summary=Summary.TREND,
        phrase=Phrase("Absence grew by {n}", falling="Absence fell by {n}"), when_missing=None,
    )  # fmt: skip
    terms = [event(ME, "attendance", "pupil", "term", days_before(ago), value=ago / 1000) for ago in (300, 200, 100)]
    assert told((trend,), known(*terms), absence_trend=(-2.0, 0.5)) == []
    assert [one.sentence for one in told((trend,), known(*terms), absence_trend=(2.0, 0.5))] == ["Absence grew by 2"]


def test_a_family_speaks_through_its_strongest_feature_with_a_record_behind_it():
    lately = count("lately", "suspect", 91, family="suspect")
    ever = count("ever", "suspect", None, family="suspect")
    [reason] = told((lately, ever), known(suspect(400)), lately=(0, 0.6), ever=(1, 0.1))
    assert reason.feature == "ever"


def test_what_is_on_record_about_somebody_else_is_never_said_only_that_it_counts():
    of_others = {f.name: f for f in CATALOGUE if f.theme == "family and friends"}
    probation, friends = of_others["family_probation_now"], of_others["co_suspects_suspect_records_last_365_days"]
    history = known(suspect(50), event(ME, "family_probation", "relative", "parent", days_before(90)))
    given = {probation.name: (1.0, 0.9), friends.name: (4.0, 0.7), "suspect_records": (1.0, 0.5)}
    reasons = told((probation, friends, SUSPECT), history, **given)
    assert [one.sentence for one in reasons] == [ABOUT_OTHERS, "Recorded as a suspect once"]
    [hidden, _] = reasons
    assert hidden.evidence is None, "no date, partner or role that would tell"
    assert hidden.sensitive
    assert not re.search("probation|sibling|brother|sister|parent|custody|address", ABOUT_OTHERS)


def test_how_much_is_on_record_is_never_a_reason():
    held = next(f for f in CATALOGUE if f.name == "school_record_ever")
    history = known(event(ME, "attendance", "pupil", "term", days_before(90)))
    assert told((held,), history, school_record_ever=(3.0, 0.9)) == []


def test_age_is_a_reason_without_a_date():
    [reason] = told((AGE,), known(), age=(15, 0.4))
    assert reason.sentence.startswith("Aged 15:")
    assert reason.evidence is None


def test_next_to_nothing_is_not_padded_into_a_reason():
    reasons = told((SUSPECT, VICTIM), known(suspect(9), victim(9)), suspect_records=(1, 1.0), victim_records=(1, 0.01))
    assert [one.family for one in reasons] == ["suspect_records"]


def test_a_value_that_is_a_strength_is_not_also_a_reason():
    few = count("few", "suspect", strength=Strength("Only once", at_most=1))
    assert told((few,), known(suspect(9)), few=(1, 1.0)) == []


def test_at_most_so_many_reasons():
    features = tuple(count(f"f{n}", "suspect", days) for n, days in enumerate((100, 200, 300, 400, 500)))
    features = tuple(
        Feature(**{**vars(one), "family": one.name, "phrase": Phrase(f"{one.name} {{n}}")}) for one in features
    )
    assert len(told(features, known(suspect(9)), most=3, **{f"f{n}": (1, 1.0 - n / 10) for n in range(5)})) == 3


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ("not yet delivered", suspect(9, known=AS_OF)),
        ("delivered later", suspect(9, known=AS_OF + timedelta(days=30))),
        ("on the day itself", suspect(0, known=days_before(1))),
        ("in the future", suspect(-5, known=days_before(1))),
        ("withdrawn before", suspect(100, withdrawn=days_before(1))),
        ("outside the window", suspect(366)),
    ],
)
def test_a_record_we_could_not_have_known_or_that_lies_outside_is_never_cited(said, one):
    assert told((SUSPECT,), known(one), suspect_records=(1, 1.0)) == [], said


def test_a_record_withdrawn_on_the_date_or_later_still_stood():
    assert told((SUSPECT,), known(suspect(100, withdrawn=AS_OF)), suspect_records=(1, 1.0))


def test_an_open_spell_is_said_with_since():
    now = Feature(
        "cin_now", "A child in need now?", theme="care", events=Where("cin"), window=LookBack(), family="child in need",
        summary=Summary.ONGOING, phrase=Phrase("A child in need now"),
    )  # fmt: skip
    still = event(ME, "cin", "child", "N1", date(2025, 3, 3))
    over = event(ME, "cin", "child", "N1", date(2025, 3, 3), ended=date(2025, 6, 1))
    [reason] = told((now,), known(still), cin_now=(1, 1.0))
    assert reason.evidence.sentence.startswith("since 3 March 2025")
    assert told((now,), known(over), cin_now=(1, 1.0)) == []


def test_time_since_the_first_cites_the_first():
    first = Feature(
        "days_since_first", "How long ago?", theme="police", events=Where("occurrence", role="suspect"),
        window=LookBack(), summary=Summary.DAYS_SINCE_FIRST, when_missing=None, phrase=Phrase("First {n} ago"),
    )  # fmt: skip
    [reason] = told((first,), known(suspect(20), suspect(300)), days_since_first=(300, 1.0))
    assert reason.evidence.happened_on == days_before(300)
    assert reason.evidence.when == "first on"


def test_the_worst_term_cites_the_worst_term():
    worst = Feature(
        "worst_term", "?", theme="school", events=Where("attendance"), window=LookBack(730), when_missing=None,
        summary=Summary.LARGEST, phrase=Phrase("Missed {n}% of school in the worst term", as_percent=True),
    )  # fmt: skip
    terms = [event(ME, "attendance", "pupil", "term", days_before(ago), value=missed)
             for ago, missed in ((300, 0.1), (200, 0.4), (100, 0.2))]  # fmt: skip
    [reason] = told((worst,), known(*terms), worst_term=(0.4, 1.0))
    assert reason.evidence.happened_on == days_before(200)
    assert reason.evidence.sentence.startswith("in the term that ended on 15 June 2025")


def test_how_often_speaks_before_how_long_ago_which_the_date_says_anyway():
    since = Feature(
        "days_since_last", "?", theme="police", events=Where("occurrence", role="suspect"), window=LookBack(),
        summary=Summary.DAYS_SINCE_LAST, when_missing=None, family="suspect", phrase=Phrase("{n} days ago"),
    )  # fmt: skip
    often = count("often", "suspect", family="suspect")
    history = known(suspect(20), suspect(300))
    [reason] = told((since, often), history, days_since_last=(20, 0.9), often=(2, 0.1))
    assert reason.sentence == "A suspect 2 times"
    [reason] = told((since, often), history, days_since_last=(20, 0.9), often=(2, -0.1))
    assert reason.sentence == "20 days ago"


offsets = st.integers(-60, 500)
drawn_events = st.lists(
    st.tuples(
        st.sampled_from(["suspect", "victim"]),
        offsets,
        st.integers(0, 400),
        st.one_of(st.none(), st.integers(-60, 400)),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(drawn=drawn_events)
def test_a_reason_never_cites_a_record_that_was_not_known_on_the_date(drawn):
    events = [
        event(
            ME, "occurrence", role, "theft", days_before(ago), known=days_before(ago) + timedelta(days=delay),
            withdrawn=None if gone is None else days_before(gone),
        )
        for role, ago, delay, gone in drawn
    ]  # fmt: skip
    could_know = {
        (one["role"], one["happened_on"], one["available_on"])
        for one in events
        if one["happened_on"] < AS_OF
        and one["happened_on"] >= AS_OF - timedelta(days=365)
        and one["available_on"] < AS_OF
        and (one["withdrawn_on"] is None or one["withdrawn_on"] >= AS_OF)
    }
    reasons = told((SUSPECT, VICTIM), known(*events), suspect_records=(3, 1.0), victim_records=(2, 0.5))
    cited = {(one.evidence.role, one.evidence.happened_on, one.evidence.received_by) for one in reasons}
    assert cited <= could_know
    assert {one.evidence.role for one in reasons} == {role for role, _, _ in could_know}
    for role, happened, _ in cited:
        assert happened == max(day for who, day, _ in could_know if who == role)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_in_a_drawn_world_every_cited_record_was_the_persons_own_and_known(seed):
    cohort = people(8, seed)
    events = lives(cohort, seed)
    features = features_of(events, cohort, model_features())
    own = {}
    for one in events.to_pylist():
        if one["available_on"] < AS_OF and one["happened_on"] < AS_OF:
            key = (one["happened_on"], one["available_on"], partner_of(one["source"]))
            own.setdefault(one["person"], set()).add(key)
    ids = cohort["person"].to_pylist()
    seen = histories(events, ids, AS_OF)
    for person, explained in explain(toy_model(features), features, cohort).items():
        for reason in reasons_for(explained, features.features, seen[person], 5):
            if reason.evidence is not None:
                proof = reason.evidence
                assert (proof.happened_on, proof.received_by, proof.partner) in own[person]


def test_the_order_of_events_changes_nothing():
    events = lives(people(5))
    ids = sorted(set(events["person"].to_pylist()))
    backwards = events.take(list(range(events.num_rows))[::-1])
    assert histories(events, ids, AS_OF) == histories(backwards, ids, AS_OF)


def test_every_sentence_of_the_catalogue_may_be_shown():
    check_wording(CATALOGUE)
    for feature in CATALOGUE:
        for text in sentences_of(feature):
            assert not NEVER_SAID.search(text), text
            assert not PROTECTED_WORDS.search(text), text


def test_phrases_that_label_or_name_a_protected_characteristic_are_refused_together():
    bad = count("one", "suspect"), count("two", "suspect", strength=Strength("Has an EHCP"))
    bad = (Feature(**{**vars(bad[0]), "phrase": Phrase("A prolific offender {n} times")}), bad[1])
    with pytest.raises(BadConfiguration) as refused:
        check_wording(bad)
    assert "'offender'" in str(refused.value)
    assert "'EHCP'" in str(refused.value)


def test_the_opener_follows_the_strongest_reason_with_a_record_and_says_nothing_of_it():
    harmed = told((VICTIM, SUSPECT), known(victim(9), suspect(9)), victim_records=(1, 0.9), suspect_records=(1, 0.5))
    assert opener_for(harmed) is HARMED
    assert opener_for(told((AGE,), known(), age=(15, 1.0))) is GENERAL
    home = Feature(
        "home_abuse", "?", theme="harm at home", events=Where("da_incident"), window=LookBack(), sensitive=True,
        summary=Summary.COUNT, phrase=Phrase("Domestic abuse at home {n} times"),
    )  # fmt: skip
    incident = event(ME, "da_incident", "child_present", "high", days_before(30))
    [reason] = told((home,), known(incident), home_abuse=(1, 1.0))
    assert reason.sensitive
    assert opener_for([reason]) is HOME
    assert "abuse" not in HOME.say
