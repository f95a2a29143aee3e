"""The catalogue: every definition can be computed, and every sentence can be read out."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import product

import pytest

from features import catalogue
from features.catalogue import CATALOGUE, CATALOGUES, THEMES, chosen
from features.catalogue.contact_as_suspect import RECORDS
from features.catalogue.story import Story
from features.definition import (
    Age,
    AnyFeature,
    Feature,
    Phrase,
    Strength,
    Summary,
    Where,
    check_definitions,
    depends_on_discretion,
    parts_of,
)  # fmt: skip
from features.errors import BadConfiguration
from features.events import BROWARD_RELEASE, FIRST_ENTRY_DISPOSALS, KINDS, VOCABULARY
from features.feeds import FEEDS
from features.switches import is_about_others, left_out_unless

EVERY = [feature for features in CATALOGUES.values() for feature in features]
WHOLE = (0.0, 1.0, 2.0, 3.0, 45.0, 1000.0)
FRACTIONS = (0.004, 0.5, 0.97, 1.4)
FALLS = (-2.0, -1.0, -0.01)
MEASURED = (Summary.TOTAL, Summary.MEAN, Summary.LARGEST, Summary.LAST_VALUE, Summary.TREND)
BANNED = r"\b(offenders?|risks?|risky|nominals?|perpetrators?|gang members?|criminals)\b"


def classes_of(feature: AnyFeature) -> set[tuple[str, str, str]]:
    """Every (kind, role, code) a feature reads, its parts' included."""
    by_name = {other.name: other for features in CATALOGUES.values() for other in features}
    if isinstance(feature, Feature):
        everything = ((k.name, role, code) for k in VOCABULARY for role, code in product(k.roles, k.codes))
        return {one for one in everything if feature.events.matches(*one)}
    return {one for part in parts_of(feature) for one in classes_of(by_name[part])}


def sentences_of(feature: AnyFeature) -> list[str]:
    """Its question, and everything it can say about a value it can take."""
    whole = isinstance(feature, Age) or (isinstance(feature, Feature) and feature.summary not in MEASURED)
    values = WHOLE + (() if whole else FRACTIONS) + (FALLS if feature.phrase.falling else ())
    said = [feature.phrase.say(value) for value in values]
    return [feature.question, *said, *([feature.strength.sentence] if feature.strength else [])]


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_definition_can_be_computed_and_no_name_is_used_twice(name: str) -> None:
    check_definitions(CATALOGUES[name])


def test_there_are_at_least_300_features_over_ten_themes_without_any_switch() -> None:
    features = chosen()
    assert len(features) >= 300
    assert len({feature.theme for feature in features}) >= 10


@pytest.mark.parametrize(
    ("switch", "themes"),
    [("others", {"family and friends"}), ("place", {"place"}), ("means", {"home and tenancy"})],
)
def test_what_is_about_others_places_or_means_comes_only_if_asked_for(switch: str, themes: set[str]) -> None:
    default, asked = chosen(), chosen(**{switch: True})  # type: ignore[arg-type]
    assert not [f.name for f in default if left_out_unless(f, CATALOGUE)]
    assert {f.theme for f in set(asked) - set(default)} == themes
    every = {f.name for f in CATALOGUE if left_out_unless(f, CATALOGUE) == {switch}}
    assert every == {f.name for f in set(asked) - set(default)}


def test_a_feature_made_of_one_that_is_left_out_is_left_out_too() -> None:
    parts = {f.name: f for f in CATALOGUE}
    assert left_out_unless(parts["rent_arrears_still"], CATALOGUE) == {"means"}
    assert left_out_unless(parts["area_violence_change_last_182_days"], CATALOGUE) == {"place"}
    assert left_out_unless(parts["area_drugs_last_365_days"], CATALOGUE) == {"discretion", "place"}


def test_no_feature_may_be_made_of_a_protected_characteristic() -> None:
    protected = {kind.name for kind in VOCABULARY if kind.protected}
    assert protected == {"send_support", "ehcp", "ehcp_request"}
    assert not protected & {kind for feature in EVERY for kind, _, _ in classes_of(feature)}
    (needs,) = Story("needs", "school", Where("ehcp"), "given a plan").counts(None)
    with pytest.raises(BadConfiguration, match="ehcp says something of a protected characteristic"):
        check_definitions([needs])


def test_what_is_about_somebody_else_is_never_read_out_and_never_a_strength() -> None:
    by_name = {f.name: f for f in CATALOGUE}
    others = [f for f in CATALOGUE if is_about_others(f, by_name)]
    assert len(others) >= 30
    assert [f.name for f in others if not f.sensitive or f.strength] == []
    of_others = {kind.name for kind in VOCABULARY if kind.of_others}
    for feature in CATALOGUE:
        assert feature in others or not of_others & {kind for kind, _, _ in classes_of(feature)}, feature.name


def test_the_broward_catalogue_has_fifteen_to_twenty_five_features() -> None:
    assert 15 <= len(chosen("broward")) <= 25


def test_every_theme_is_described_and_used() -> None:
    assert {feature.theme for features in CATALOGUES.values() for feature in features} == set(THEMES)


@pytest.mark.parametrize("wrong", [r"[{}_]", r"\bnan\b", r"\s\s", r"^\s*$", BANNED, r"\b1 (times|days|hours|terms)\b"])
def test_every_sentence_is_whole_and_plain(wrong: str) -> None:
    said = [sentence for feature in EVERY for sentence in (*sentences_of(feature), feature.phrase.say(math.nan))]
    assert [sentence for sentence in said if re.search(wrong, sentence, re.I)] == []


def test_every_question_is_a_question_asked_once() -> None:
    questions = [feature.question for feature in CATALOGUE]
    assert [question for question in questions if not question.endswith("?") or questions.count(question) > 1] == []


def test_a_feature_over_a_window_says_which() -> None:
    dated = [feature for feature in EVERY if isinstance(feature, Feature) and feature.window.days is not None]
    for feature in dated:
        said = [feature.phrase.say(value) for value in (0.0, 1.0, 3.0)]
        assert all(feature.window.plain.removeprefix("in ") in sentence for sentence in said), said


def test_a_feature_that_can_be_missing_says_what_that_means() -> None:
    unsaid = Phrase("").unknown
    assert [f.name for f in EVERY if f.when_missing is None and f.phrase.unknown == unsaid] == []


def test_every_feature_belongs_to_a_family_in_plain_words() -> None:
    assert [feature.name for feature in EVERY if "_" in feature.family] == []


def test_records_as_a_victim_and_as_a_suspect_are_never_read_together() -> None:
    for feature in EVERY:
        roles = {role for _, role, _ in classes_of(feature)}
        assert not ({"victim", "witness"} & roles and {"suspect", "subject"} & roles), feature.name


def test_the_role_is_clear_from_the_words() -> None:
    for feature in CATALOGUE:
        roles = {role for kind, role, _ in classes_of(feature) if "occurrence" in kind}
        for role in roles & {"victim", "suspect", "witness"}:
            assert [sentence for sentence in sentences_of(feature) if role not in sentence] == []


def test_no_feature_reads_the_outcome_itself() -> None:
    entry = {("yj_disposal", "subject", code) for code in FIRST_ENTRY_DISPOSALS}
    charged = {("outcome", "suspect", code) for code in ("charge", "youth_caution", "taken_into_consideration")}
    after = {one for feature in CATALOGUES["broward"] for one in classes_of(feature)}
    assert not {one for feature in CATALOGUE for one in classes_of(feature)} & (entry | charged)
    assert not {kind for kind, _, _ in after} & {"return", "screening"}


def test_what_depends_on_police_discretion_is_left_out_unless_asked_for() -> None:
    default, ablation = chosen(), chosen(discretion=True)
    assert not [f.name for f in default if depends_on_discretion(f, CATALOGUE)]
    assert not {"stop_search"} & {kind for f in default for kind, _, _ in classes_of(f)}
    assert {f.theme for f in set(ablation) - set(default)} == {"stop and search"}


def test_a_derived_feature_comes_only_with_all_its_parts() -> None:
    alone = {feature.name for feature in chosen(themes=("police response",))}
    both = {feature.name for feature in chosen(themes=("police response", "contact as suspect"))}
    assert "suspect_records_last_182_days_per_diversion" not in alone
    assert "suspect_records_last_182_days_per_diversion" in both


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"catalogue": "elsewhere"}, "no catalogue 'elsewhere'; there are northumbria, broward"),
        ({"themes": ("schools", "cares")}, "themes, 2 not in the northumbria catalogue"),
        ({"themes": ("stop and search",)}, "discretion = true"),
    ],
)
def test_an_impossible_choice_is_refused_with_what_to_do(choice: dict[str, object], said: str) -> None:
    with pytest.raises(BadConfiguration, match=said):
        chosen(**choice)  # type: ignore[arg-type]


def test_every_kind_of_event_names_the_partner_its_feed_names() -> None:
    partners = {feed.partner for feed in FEEDS} | {BROWARD_RELEASE}
    assert {kind.name for kind in KINDS.values() if kind.partner not in partners} == set()


def test_a_strength_is_never_claimed_from_a_missing_value() -> None:
    strengths = [feature.strength for feature in CATALOGUE if feature.strength]
    assert len(strengths) >= 15
    assert not any(strength.applies(math.nan) for strength in strengths)


def test_no_suspensions_is_a_strength_only_where_school_is_known() -> None:
    told = {feature.name: feature.strength for feature in CATALOGUE}
    assert told["suspensions_last_365_days"] is None
    assert told["suspensions_per_term_last_365_days"].applies(0)  # type: ignore[union-attr]


def test_what_could_put_somebody_in_danger_is_marked_for_the_worker() -> None:
    dangerous = ("da_incident", "domestic_occurrence")
    for feature in CATALOGUE:
        kinds = {kind for kind, _, _ in classes_of(feature)}
        sexual = {code for _, _, code in classes_of(feature)} == {"sexual"}
        assert feature.sensitive or not (sexual or kinds & set(dangerous)), feature.name


def test_a_story_gives_its_strength_to_the_past_year() -> None:
    strength = Strength("None in the past year", at_most=0)
    given = [feature.strength for feature in RECORDS.counts(182, 365, None, strength=strength)]
    assert given == [None, strength, None]


def test_gaps_bursts_and_streaks_read_well() -> None:
    (gap,), (burst,), (streak,), (since,) = (
        RECORDS.gaps(730), RECORDS.busiest(30, 365), RECORDS.streak(91), RECORDS.counts_since(10)
    )  # fmt: skip
    assert gap.phrase.say(45) == "Recorded as a suspect on several days in the past 2 years, about 45 days apart"
    assert burst.phrase.say(3) == "Recorded as a suspect 3 times within 30 days in the past year"
    assert burst.phrase.say(1) == "Recorded as a suspect in the past year, but never twice within 30 days"
    assert streak.phrase.say(2) == "Recorded as a suspect in each of the past 2 spans of 3 months"
    assert since.phrase.say(1) == "Recorded as a suspect once since the age of 10"
    siblings = next(f for f in CATALOGUE if f.name == "siblings_suspect_records_last_365_days")
    assert siblings.question == "How many times was a brother or sister recorded as a suspect in the past year?"
    assert siblings.phrase.say(0) == "No brother or sister recorded as a suspect in the past year"


def test_another_subject_reads_well() -> None:
    story = Story("home_abuse", "harm at home", Where("da_incident"), "recorded", about="domestic abuse at home")
    (count,), (last,) = story.counts(365), story.since_last()
    assert count.question == "How many times was domestic abuse at home recorded in the past year?"
    assert count.phrase.say(0) == "No domestic abuse at home recorded in the past year"
    assert last.phrase.say(90) == "Domestic abuse at home last recorded about 3 months ago"


def test_a_repeated_or_broken_definition_is_refused_with_every_fault() -> None:
    first, second = RECORDS.counts(182, 365)
    broken = replace(second, name="broken", events=Where("occurrence", role="bystander"))
    with pytest.raises(BadConfiguration, match=r"2 fault\(s\)"):
        check_definitions([first, first, broken])


def test_age_is_the_only_thing_known_of_the_person_themselves() -> None:
    assert [type(feature) for feature in catalogue.about_the_person.FEATURES] == [Age]
    assert "residence" not in {kind for feature in CATALOGUE for kind, _, _ in classes_of(feature)}
