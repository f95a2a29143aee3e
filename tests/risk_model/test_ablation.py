"""What each partner's data add: a part that matters is found, one that does not is a tie, and figures are paired."""

from __future__ import annotations

import json

import pytest

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.training.ablation import (
    Ablated,
    ablate,
    ablation_plot,
    as_json,
    conclusions,
    refuse_one_part,
    render_text,
    variants,
    which_estimator,
)
from risk_model.training.showing import verdict
from tests.risk_model.drawn import NAMES, World, drawn_experiment, drawn_world

PARTS = {
    name: frozenset({"age_years": [], "absence_latest_term_last_365_days": ["Schools"],
                     "suspensions_last_365_days": ["Schools"], "noise_one": ["Nobody"],
                     "noise_two": ["Nobody"]}.get(name, ["Police"]))
    for name in NAMES
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(people=900, selection={"metric": "auc"}, estimators={"logistic": {"penalty_strength": 0.01}})


@pytest.fixture(scope="module")
def found(world: World) -> tuple[Ablated, ...]:
    return ablate(world.experiment, "logistic", world.inputs, PARTS)


def test_every_part_is_left_out_once_and_alone_once() -> None:
    made = variants(NAMES, PARTS)
    assert [each.plain for each in made] == [
        "With everything", "Without Nobody", "Only Nobody", "Without Police", "Only Police", "Without Schools",
        "Only Schools",
    ]  # fmt: skip
    for part in ("Nobody", "Police", "Schools"):
        without, only = (next(v for v in made if (v.kind, v.part) == (kind, part)) for kind in ("without", "only"))
        assert set(without.features) | set(only.features) == set(NAMES)
        assert set(without.features) & set(only.features) == {"age_years"}, "age everybody has"


def test_a_feature_of_two_partners_goes_with_either_and_is_alone_with_neither() -> None:
    parts = {"a": frozenset("A"), "b": frozenset("B"), "both": frozenset("AB")}
    assert {each.plain: each.features for each in variants(list(parts), parts)} == {
        "With everything": ("a", "b", "both"), "Without A": ("b",), "Only A": ("a",), "Without B": ("a",),
        "Only B": ("b",),
    }  # fmt: skip


def test_the_part_that_drives_the_outcome_is_missed_and_noise_is_not(found: tuple[Ablated, ...]) -> None:
    by_name = {each.variant.plain: each for each in found}
    police, nobody = by_name["Without Police"].from_all, by_name["Without Nobody"].from_all
    assert police is not None
    assert nobody is not None
    assert verdict(police) == "worse"
    assert verdict(nobody) == "a tie"
    assert "Police: adds something nothing else gives." in conclusions(found)
    assert "Nobody: adds nothing that can be measured here beside the rest." in conclusions(found)
    assert by_name["Only Nobody"].figure.value < by_name["Only Police"].figure.value < 1


def test_the_table_the_plot_and_the_json_say_the_same(world: World, found: tuple[Ablated, ...]) -> None:
    made = as_json(world.experiment, "logistic", found)
    assert [row["features"] for row in made["rows"]] == [len(each.variant.features) for each in found]
    assert made["rows"][0]["figure"]["value"] == pytest.approx(found[0].figure.value, abs=0.0006)
    text, plot = render_text(world.experiment, "logistic", found), ablation_plot(world.experiment, found)
    assert text.count(" features  ") == len(found)
    assert plot == ablation_plot(world.experiment, found)
    assert "Without Police" in plot.alt
    assert "NaN" not in json.dumps(made)


def test_nothing_is_shown_that_rests_on_few(world: World, found: tuple[Ablated, ...]) -> None:
    few = world.experiment.model_copy(
        update={"audit": world.experiment.audit.model_copy(update={"suppress_under": 10_000})}
    )
    assert all(row["figure"] is None and row["difference"] is None for row in as_json(few, "logistic", found)["rows"])
    assert "too few to say" in render_text(few, "logistic", found)


def test_everything_is_the_training_s_own_figure(world: World, found: tuple[Ablated, ...]) -> None:
    same = ablate(world.experiment, "logistic", world.inputs, {name: frozenset() for name in NAMES})
    assert [each.variant.plain for each in same] == ["With everything"]
    assert same[0].figure == found[0].figure


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(Untrainable, match="all features come from Police"):
        refuse_one_part({"a": frozenset({"Police"}), "age": frozenset()})
    page = drawn_experiment()
    assert which_estimator(page, None) == "lightgbm"
    with pytest.raises(BadConfiguration, match="has lightgbm, logistic"):
        which_estimator(page, "repeat_suspect")
