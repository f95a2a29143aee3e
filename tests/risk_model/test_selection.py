"""The champion follows the rule fixed beforehand: best, or the simplest the data cannot tell from the best."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.plan import SelectionPlan
from risk_model.training.evaluation import Counts, Evaluation
from risk_model.training.intervals import Figure
from risk_model.training.selection import Selection, check_selection, select
from risk_model.training.showing import say_difference, shown_difference, verdict
from tests.risk_model.drawn import drawn_experiment

PLAN = SelectionPlan(metric="auc", simplest_first=("repeat_suspect", "logistic", "lightgbm"))


MANY = Counts(400, 400, 100, 100, 60.0, 20.0)
FEW = Counts(400, 400, 23, 23, 60.0, 4.0)


def evaluations(estimator: str, *values: float, spread: float = 0.02, metric: str = "auc") -> list[Evaluation]:
    """One evaluation a split; the draws lie around the value, independently of other estimators'."""
    noise = np.random.default_rng(list(estimator.encode())).normal(0, spread, 300)
    return [
        Evaluation(estimator, f"test {at}", MANY, (Figure(metric, value, 0.0, 1.0),), (), (),
                   {metric: value + noise})
        for at, value in enumerate(values)
    ]  # fmt: skip


def chosen(plan: SelectionPlan, *each: list[Evaluation]) -> Selection:
    return select(plan, {own[0].estimator: own for own in each})


def test_the_best_mean_over_the_splits_is_chosen_when_it_stands_clear() -> None:
    found = chosen(PLAN, evaluations("logistic", 0.60, 0.60), evaluations("lightgbm", 0.70, 0.80))
    assert found.chosen == "lightgbm"
    assert found.table[0].mean == pytest.approx(0.75)
    assert "Gradient-boosted trees has the best value by" in found.reason
    assert found.against_rule == ()


def test_a_simpler_one_the_data_cannot_tell_from_the_best_is_preferred() -> None:
    each = (evaluations("repeat_suspect", 0.5), evaluations("logistic", 0.74), evaluations("lightgbm", 0.75))
    found = chosen(PLAN, *each)
    assert found.chosen == "logistic"
    assert "cannot be told apart from the best" in found.reason
    assert "is simpler" in found.reason
    assert chosen(PLAN.model_copy(update={"tie_within_interval": False}), *each).chosen == "lightgbm"
    assert chosen(PLAN.model_copy(update={"simplest_first": ()}), *each).chosen == "lightgbm"


def test_a_comparator_is_ranked_and_never_chosen_even_when_it_is_best() -> None:
    found = chosen(PLAN, evaluations("contact_points", 0.9), evaluations("lightgbm", 0.7))
    assert found.chosen == "lightgbm"
    assert [(each.estimator, each.may_be_chosen) for each in found.table] == [
        ("contact_points", False), ("lightgbm", True),
    ]  # fmt: skip
    (against,) = found.against_rule
    assert (against.estimator, against.against) == ("lightgbm", "contact_points")
    assert verdict(against) == "worse"


def test_where_less_is_better_the_smallest_is_chosen() -> None:
    plan = PLAN.model_copy(update={"metric": "brier"})
    each = [evaluations(name, value, metric="brier", spread=0.001)
            for name, value in (("logistic", 0.09), ("lightgbm", 0.05), ("repeat_suspect", 0.2))]  # fmt: skip
    found = chosen(plan, *each)
    assert found.chosen == "lightgbm"
    assert verdict(found.against_rule[0]) == "better", "its Brier score is smaller than the rule's"


def test_a_difference_inside_its_interval_is_called_a_tie() -> None:
    found = chosen(PLAN, evaluations("repeat_suspect", 0.70), evaluations("lightgbm", 0.71))
    assert verdict(found.against_rule[0]) == "a tie"
    assert ": a tie, +0.01 (95% interval" in say_difference(found.against_rule[0], 5)


def test_an_estimator_without_a_value_is_never_chosen() -> None:
    each = (evaluations("logistic", 0.6), evaluations("lightgbm", float("nan")))
    assert chosen(PLAN, *each).chosen == "logistic"
    with pytest.raises(Untrainable, match="no estimator that may be chosen has a value"):
        chosen(PLAN, evaluations("lightgbm", float("nan")))


def test_a_rule_that_could_never_be_followed_is_refused_before_training() -> None:
    check_selection(drawn_experiment())
    wrong = drawn_experiment(
        selection={"metric": "calibration_slope", "simplest_first": ["forest"]}, estimators={"contact_points": {}}
    )
    with pytest.raises(BadConfiguration) as refused:
        check_selection(wrong)
    for fault in ("'calibration_slope': choose one of recall_at_capacity", "names 'forest'", "may be published"):
        assert fault in str(refused.value)


def test_the_verdict_says_whether_a_model_is_needed_at_all() -> None:
    rule = evaluations("repeat_suspect", 0.70)
    needless = chosen(PLAN, rule, evaluations("lightgbm", 0.71), evaluations("logistic", 0.72))
    assert needless.verdict.startswith("A model is not needed on this evidence: none that learns beats the best rule")
    assert "Publish the rule" in needless.verdict
    assert needless.chosen == "repeat_suspect"
    needed = chosen(PLAN, rule, evaluations("lightgbm", 0.90), evaluations("logistic", 0.72))
    assert needed.verdict.startswith("A model adds something: Gradient-boosted trees beat the best rule")
    assert chosen(PLAN, evaluations("lightgbm", 0.9), evaluations("contact_points", 0.95)).verdict == "", (
        "a comparator cannot be recommended"
    )


def test_the_best_of_several_rules_is_the_one_a_model_has_to_beat_and_each_is_compared() -> None:
    found = chosen(PLAN, evaluations("repeat_suspect", 0.6), evaluations("registration_points", 0.80),
                   evaluations("drawing_lots", 0.5), evaluations("lightgbm", 0.79))  # fmt: skip
    assert "the best rule (Rule: points for police registrations)" in found.verdict
    assert [each.against for each in found.against_rule] == ["registration_points", "repeat_suspect", "drawing_lots"]


def test_least_regret_prefers_who_is_never_far_from_the_best() -> None:
    steady, uneven = evaluations("logistic", 0.70, 0.70), evaluations("lightgbm", 0.90, 0.55)
    plan = PLAN.model_copy(update={"tie_within_interval": False})
    assert chosen(plan, steady, uneven).chosen == "lightgbm"
    regret = chosen(plan.model_copy(update={"rule": "least_regret"}), steady, evaluations("lightgbm", 0.84, 0.45))
    assert regret.chosen == "logistic"
    assert "the least regret on any split" in regret.reason


def test_least_regret_is_kept_where_nobody_is_simpler() -> None:
    each = evaluations("lightgbm", 0.40, 0.40, 0.25, spread=0.2), evaluations("logistic", 0.30, 0.30, 0.40, spread=0.2)
    plan = PLAN.model_copy(update={"rule": "least_regret", "simplest_first": ()})
    for ties in (True, False):
        found = chosen(plan.model_copy(update={"tie_within_interval": ties}), *each)
        assert found.chosen == "logistic"
        assert "is simpler" not in found.reason


def test_the_verdict_and_the_choice_do_not_contradict_each_other_in_silence() -> None:
    rule = evaluations("repeat_suspect", 0.70, spread=0.1)
    close, clear = evaluations("lightgbm", 0.73, spread=0.1), evaluations("logistic", 0.72, spread=0.0001)
    unnamed = chosen(PLAN.model_copy(update={"simplest_first": ()}), rule, close)
    assert unnamed.verdict.startswith("A model is not needed")
    assert unnamed.chosen == "repeat_suspect", "a rule is simpler than what learns, named or not"
    preferred = chosen(PLAN.model_copy(update={"simplest_first": ("lightgbm", "repeat_suspect")}), rule, close)
    assert preferred.chosen == "lightgbm"
    assert "The plan prefers a model all the same" in preferred.verdict
    narrow = evaluations("repeat_suspect", 0.70, spread=0.0001)
    ruled = chosen(PLAN, narrow, close, clear)
    assert ruled.chosen == "repeat_suspect"
    assert ruled.verdict.endswith(
        "The rule is chosen all the same: by the plan it is preferred to Gradient-boosted trees."
    )


LEARNERS = ("lightgbm", "logistic", "random_forest", "boosting_machine", "points_score", "time_to_event")


def test_of_many_models_no_better_than_the_rule_one_is_rarely_said_to_add_something() -> None:
    """Each drawn again around the truth, with intervals that are right for each on its own."""
    said = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        each = {}
        for name in ("repeat_suspect", *LEARNERS):
            found, noise = 0.7 + rng.normal(0, 0.02), rng.normal(0, 0.02, 300)
            figure = Figure("auc", found, 0.0, 1.0)
            each[name] = [Evaluation(name, "test", MANY, (figure,), (), (), {"auc": found + noise})]
        said += select(PLAN, each).verdict.startswith("A model adds")
    assert said / 300 < 0.05


def test_a_difference_to_a_figure_that_is_hidden_is_hidden_too() -> None:
    plan = PLAN.model_copy(update={"metric": "recall_at_capacity"})
    rule = evaluations("repeat_suspect", 0.355, metric="recall_at_capacity")
    model = evaluations("lightgbm", 0.360, metric="recall_at_capacity")
    few = [replace(each, counts=FEW) for each in model]
    for own, told in ((model, True), (few, False)):
        found = chosen(plan, rule, own)
        (against,) = found.against_rule
        assert (shown_difference(against, 5) is not None) == told
        for text in (say_difference(against, 5), found.reason):
            assert bool(re.search(r"[+-]0\.\d", text)) == told, text


def test_lists_that_change_too_much_are_passed_over_unless_all_do() -> None:
    each = {"logistic": evaluations("logistic", 0.6), "lightgbm": evaluations("lightgbm", 0.9)}
    plan = PLAN.model_copy(update={"least_stability": 0.5})
    passed = select(plan, each, {"logistic": 0.7, "lightgbm": 0.3})
    assert passed.chosen == "logistic"
    assert "Passed over for lists that change too much: Gradient-boosted trees." in passed.reason
    none = select(plan, each, {"logistic": 0.2, "lightgbm": 0.3})
    assert none.chosen == "lightgbm"
    assert "No estimator keeps 50% of its list" in none.reason
    assert select(plan, each, {"logistic": 0.7, "lightgbm": float("nan")}).chosen == "lightgbm", "not known, not held"


def test_groups_found_unequally_are_passed_over_unless_all_are_and_only_where_the_plan_asks() -> None:
    each = {"logistic": evaluations("logistic", 0.6), "lightgbm": evaluations("lightgbm", 0.9)}
    plan = PLAN.model_copy(update={"least_group_ratio": 0.8})
    passed = select(plan, each, unequal={"logistic": (), "lightgbm": ("Sex", "Age")})
    assert passed.chosen == "logistic"
    assert "Passed over, as the audited figure of a protected group is certainly below 0.8 times" in passed.reason
    assert "Gradient-boosted trees (sex, age)" in passed.reason
    assert passed.unequal["lightgbm"] == ("Sex", "Age")
    every = select(plan, each, unequal={"logistic": ("Age",), "lightgbm": ("Sex",)})
    assert every.chosen == "lightgbm"
    assert "For each of them the audited figure" in every.reason
    none = select(plan, each, unequal={"logistic": (), "lightgbm": ()})
    assert none.chosen == "lightgbm"
    assert "For none is the audited figure" in none.reason
    unasked = select(PLAN, each, unequal={"lightgbm": ("Sex",)})
    assert unasked.chosen == "lightgbm"
    assert "audited figure" not in unasked.reason


def test_a_rule_about_groups_needs_characteristics() -> None:
    plan = drawn_experiment(selection={"least_group_ratio": 0.8}, audit={"characteristics": []})
    with pytest.raises(BadConfiguration, match=r"least_group_ratio looks at groups; name their characteristics"):
        check_selection(plan)
