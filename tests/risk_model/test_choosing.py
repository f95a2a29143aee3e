"""What the choice of an estimator asks about groups is what the audit would find of it, and reaches the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_model.audits import groups
from risk_model.audits.choosing import groups_to_ask
from risk_model.audits.finding import Verdict
from risk_model.errors import BadConfiguration
from risk_model.experiment import Experiment
from risk_model.training.measured import measure_all
from risk_model.training.predictions import Predictions
from risk_model.training.splits import temporal_splits
from tests.risk_model.drawn import drawn_experiment, drawn_world
from tests.risk_model.drawn_audit import DrawnWarehouse, audit_inputs, drawn_predictions, drawn_warehouse, sexes

EQUAL, UNEQUAL = (0.6, 0.6), (0.8, 0.3)
ONLY_SEX = {"characteristics": ["sex"], "least_ratio": 0.8}


def asking(**changes: float) -> Experiment:
    return drawn_experiment(selection={"metric": "auc", "least_group_ratio": 0.8} | changes, audit=ONLY_SEX)


def two(
    logistic: Sequence[float], trees: Sequence[float], seed: int = 3
) -> tuple[tuple[Predictions, ...], DrawnWarehouse]:
    """The same people and outcomes, listed by two estimators that find groups unequally in their own ways."""
    one, group = drawn_predictions(logistic)
    other, _ = drawn_predictions(trees)
    return (*one, *(replace(part, estimator="lightgbm") for part in other)), drawn_warehouse(sex=sexes(group))


def test_only_the_estimator_with_a_group_certainly_found_less_often_is_named() -> None:
    predictions, warehouse = two(logistic=EQUAL, trees=UNEQUAL)
    ask = groups_to_ask(asking(), warehouse)
    assert ask is not None
    assert ask(predictions) == {"logistic": (), "lightgbm": ("Sex",)}
    lenient = groups_to_ask(asking(least_group_ratio=0.2), warehouse)
    assert lenient is not None
    assert lenient(predictions) == {"logistic": (), "lightgbm": ()}, "the selection's own limit is the one that counts"
    assert groups_to_ask(asking(least_group_ratio=0.0), warehouse) is None


def test_areas_and_groups_too_small_to_tell_are_held_against_nobody() -> None:
    predictions, warehouse = two(logistic=EQUAL, trees=UNEQUAL)
    few = drawn_experiment(selection={"least_group_ratio": 0.8}, audit=ONLY_SEX | {"least_positives": 5_000})
    ask = groups_to_ask(few, warehouse)
    assert ask is not None
    assert set(ask(predictions).values()) == {()}
    places = drawn_experiment(selection={"least_group_ratio": 1.0}, audit=ONLY_SEX | {"characteristics": ["area"]})
    ask = groups_to_ask(places, warehouse)
    assert ask is not None
    skewed = tuple(replace(each, listed=each.listed * (each.area == each.area[0])) for each in predictions)
    assert set(ask(skewed).values()) == {()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.tuples(*[st.sampled_from([0.2, 0.4, 0.5, 0.6, 0.8])] * 2), seed=st.integers(0, 99))
def test_with_the_audits_limit_whoever_is_named_would_fail_the_audit(
    tmp_path: Path, found: tuple[float, float], seed: int
) -> None:
    predictions, group = drawn_predictions(found, people=1500, seed=seed)
    warehouse = drawn_warehouse(sex=sexes(group))
    ask = groups_to_ask(asking(), warehouse)
    assert ask is not None
    audited = groups.audit(audit_inputs(tmp_path, predictions, warehouse, asking()))
    assert bool(ask(predictions)["logistic"]) == (audited.verdict is Verdict.FAILS)


def test_the_choice_passes_over_whoever_is_named_and_refuses_to_choose_unasked() -> None:
    predictions, warehouse = two(logistic=EQUAL, trees=UNEQUAL)
    known, plan = drawn_world().inputs.labelled(), asking()
    splits = temporal_splits(plan, known.rows.as_of)
    dates = {part.split: at for at, part in enumerate(predictions[:3])}
    better = tuple(
        replace(part, split=splits[dates[part.split]].name, raw_score=knows, probability=knows)
        for part in predictions
        for knows in [part.outcome * (part.estimator == "lightgbm")]
        if dates[part.split] < len(splits)
    )
    chosen = measure_all(plan, known, splits, better, (), groups_to_ask(plan, warehouse)).selection
    assert (chosen.table[0].estimator, chosen.chosen) == ("lightgbm", "logistic")
    with pytest.raises(BadConfiguration, match="least_group_ratio looks at groups"):
        measure_all(plan, known, splits, better, (), None)
