"""Every estimator: the same bytes for the same seed, contributions that add up, and nothing but text on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk_model.errors import BadConfiguration, BadInput, NotPublishable, Untrainable
from risk_model.training.calibration import fit_calibrator
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS, check_estimators
from risk_model.training.estimators.base import Fitted, Protected, Scale
from risk_model.training.estimators.contact_points import FittedPoints
from risk_model.training.estimators.logistic import FittedLogistic
from risk_model.training.scorer import ScoringModel
from tests.risk_model.drawn import NAMES, World, drawn_world

SMALL: dict[str, dict[str, Any]] = {
    name: {"rounds": 12, "min_data_in_leaf": 20} for name in ("lightgbm", "positive_unlabelled", "untreated_risk")
} | {
    "boosting_machine": {"rounds": 40, "bags": 1, "interactions": 2, "max_bins": 16},
    "random_forest": {"trees": 7, "min_rows_in_leaf": 20},
}
PUBLISHABLE = [name for name, estimator in ESTIMATORS.items() if estimator.publishable]


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(people=200)


@pytest.fixture(scope="module")
def fitted(world: World) -> dict[str, Fitted]:
    return {name: fit(name, world) for name in ESTIMATORS}


def fit(name: str, world: World, seed: int = 5) -> Fitted:
    return ESTIMATORS[name].fit(world.rows, SMALL.get(name, {}), seed, protected(world))


def protected(world: World) -> Protected:
    return world.inputs.protected(("age_years", "is_male"))


def saved(fitted: Fitted, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    fitted.save(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_same_rows_settings_and_seed_give_the_same_bytes(name: str, world: World, tmp_path: Path) -> None:
    assert saved(fit(name, world), tmp_path / "a") == saved(fit(name, world), tmp_path / "b")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_is_saved_is_text_and_scores_the_same_when_loaded(
    name: str, world: World, fitted: dict[str, Fitted], tmp_path: Path
) -> None:
    files = saved(fitted[name], tmp_path / name)
    assert {Path(file).suffix for file in files} <= {".json", ".txt"}
    for content in files.values():
        content.decode("utf-8")
    again = ESTIMATORS[name].load(tmp_path / name)
    X = world.rows.X
    assert (again.raw_score(X, protected(world)) == fitted[name].raw_score(X, protected(world))).all()
    with pytest.raises(BadInput, match="does not hold"):
        ESTIMATORS[name].load(tmp_path)


@pytest.mark.parametrize("name", PUBLISHABLE)
def test_nobodys_score_hangs_on_who_else_is_scored_with_them(name: str) -> None:
    wide = drawn_world(people=300, extra_features=150)
    fitted, X = fit(name, wide), wide.rows.X
    for parts in (3, 61, len(X)):
        assert np.array_equal(np.concatenate([fitted.raw_score(own) for own in np.array_split(X, parts)]),
                              fitted.raw_score(X))  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHABLE)
def test_contributions_add_up_to_the_raw_score(name: str, world: World, fitted: dict[str, Fitted]) -> None:
    X = world.rows.X
    parts = fitted[name].contributions(X)
    assert parts.shape == (len(X), len(NAMES) + 1)
    assert parts.sum(axis=1) == pytest.approx(fitted[name].raw_score(X), abs=1e-9)
    assert fitted[name].contributions(X[:0]).shape == (0, len(NAMES) + 1)
    assert fitted[name].raw_score(X[:0]).shape == (0,)


def test_tree_contributions_are_exact_shapley_values(world: World) -> None:
    """By the definition, over all subsets, for a two-feature model (path-dependent expectations)."""
    rows = world.rows.only(NAMES[:2])
    trees = ESTIMATORS["lightgbm"].fit(rows, {"rounds": 1, "num_leaves": 4, "min_data_in_leaf": 20}, 1)
    tree = trees.booster.dump_model()["tree_info"][0]["tree_structure"]  # type: ignore[attr-defined]
    for row in rows.X[:25]:
        value = {known: _expected(tree, row, known) for known in ((), (0,), (1,), (0, 1))}
        one = (value[0,] - value[()] + value[0, 1] - value[1,]) / 2
        two = (value[1,] - value[()] + value[0, 1] - value[0,]) / 2
        assert trees.contributions(row[None])[0] == pytest.approx([one, two, value[()]], abs=1e-9)


def _expected(node: dict[str, Any], row: np.ndarray, known: tuple[int, ...]) -> float:
    if "leaf_value" in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        goes_left = row[node["split_feature"]] <= node["threshold"]
        return _expected(left if goes_left else right, row, known)
    weights = [side.get("internal_count", side.get("leaf_count")) for side in (left, right)]
    parts = [_expected(side, row, known) for side in (left, right)]
    return float(np.average(parts, weights=weights))


def test_logistic_contributions_are_against_an_average_row_and_flags_go_to_their_feature(
    world: World, fitted: dict[str, Fitted]
) -> None:
    model = fitted["logistic"]
    assert isinstance(model, FittedLogistic)
    assert model.contributions(world.rows.X)[:, :-1].mean(axis=0) == pytest.approx(np.zeros(len(NAMES)), abs=1e-9)
    absence = NAMES.index("absence_latest_term_last_365_days")
    assert model.prepare.flagged.tolist() == [absence]
    row = world.rows.X[:1].copy()
    row[0, absence] = np.nan
    missing = model.contributions(row)[0]
    row[0, absence] = np.float32(model.prepare.median[absence])
    assert missing[absence] != model.contributions(row)[0][absence]
    assert np.delete(missing, absence) == pytest.approx(np.delete(model.contributions(row)[0], absence))


def test_logistic_prepares_from_training_rows_only_and_keeps_rare_yeses() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.r_[np.ones(2), np.zeros(998)], rng.poisson(1, 1000), np.full(1000, np.nan)])
    X[5, 1] = 5000
    outcome = (rng.random(1000) < 0.2).astype(float)
    rows = replace(drawn_rows(1000), X=X.astype(np.float32), outcome=outcome, feature_names=("rare", "many", "never"))
    model = ESTIMATORS["logistic"].fit(rows, {}, 0)
    assert isinstance(model, FittedLogistic)
    assert model.prepare.high[0] == 1, "two in a thousand are not winsorised away"
    assert model.prepare.high[1] < 20, "one odd row does not set the scale"
    assert np.isfinite(model.raw_score(rows.X)).all()
    assert model.coefficient[2] == 0, "a feature that is never there adds nothing"


def test_a_regression_that_does_not_settle_is_refused_with_what_to_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk_model.training.estimators.logistic.STEPS", 1)
    with pytest.raises(Untrainable, match="penalty_strength smaller"):
        ESTIMATORS["logistic"].fit(world.rows, {}, 0)


def drawn_rows(rows: int) -> Dataset:
    return drawn_world(people=200).rows.rows(np.arange(rows) % 1500)


def test_the_rule_counts_suspect_records_and_takes_missing_as_none(fitted: dict[str, Fitted]) -> None:
    X = np.full((4, len(NAMES)), np.nan, np.float32)
    X[1:, 0] = 0, 1, 3
    rule = fitted["repeat_suspect"]
    assert rule.raw_score(X).tolist() == [0, 0, 1, 3]
    assert rule.contributions(X)[:, 0].tolist() == [0, 0, 1, 3]


def test_the_rule_says_so_when_the_catalogue_lacks_its_feature(world: World) -> None:
    with pytest.raises(BadConfiguration, match=r"repeat_suspect: needs the feature 'suspect_records_last_365_days'"):
        ESTIMATORS["repeat_suspect"].fit(world.rows.only(NAMES[1:]), {}, 0)


def test_only_the_comparator_is_given_age_and_sex_and_it_can_never_be_published(
    world: World, fitted: dict[str, Fitted], tmp_path: Path
) -> None:
    assert [name for name, each in ESTIMATORS.items() if each.needs_protected] == ["contact_points", "age_and_sex"]
    assert not {"contact_points", "age_and_sex", "drawing_lots"} & set(PUBLISHABLE)
    points = fitted["contact_points"]
    assert isinstance(points, FittedPoints)
    contacts = world.rows.X[:, :3].sum(axis=1)  # suspect, victim and missing: the contacts the drawn world has
    years, male = world.rows.age_years - 10, world.inputs.is_male
    by_hand = points.per_year * years + points.for_male * male + points.per_doubling * np.log2(1 + contacts)
    assert points.raw_score(world.rows.X, protected(world)) == pytest.approx(by_hand)
    with pytest.raises(BadConfiguration, match="needs is_male for every row"):
        points.raw_score(world.rows.X, {"age_years": world.rows.age_years.astype(float)})
    with pytest.raises(NotPublishable, match="no reasons"):
        points.contributions(world.rows.X)
    calibrator = fit_calibrator(world.rows.X[:, 3].astype(float), world.rows.outcome, Scale.POINTS)
    with pytest.raises(NotPublishable, match="only to be compared with"):
        ScoringModel("contact_points", NAMES, points, calibrator, ()).save(tmp_path / "model")


def test_unknown_settings_are_all_named_before_anything_is_fitted() -> None:
    wanted = {"lightgbm": {"num_leafs": 3, "rounds": 2.5}, "logistic": {"penalty_strength": 0}, "copse": {}}
    with pytest.raises(BadConfiguration) as refused:
        check_estimators(wanted)
    for fault in ("num_leafs: unknown setting; lightgbm takes num_leaves", "2.5 is not a whole number",
                  "penalty_strength: 0 is outside", "copse: no such estimator"):  # fmt: skip
        assert fault in str(refused.value)
    with pytest.raises(BadConfiguration, match="none named"):
        check_estimators({})


@pytest.mark.parametrize("name", PUBLISHABLE)
def test_rows_of_another_shape_or_with_infinite_values_are_refused(name: str, fitted: dict[str, Fitted]) -> None:
    with pytest.raises(BadInput, match=r"have \(3,\) features, the model takes 9"):
        fitted[name].raw_score(np.zeros((2, 3), np.float32))
    with pytest.raises(BadInput, match=r"infinite values in feature column\(s\) \[1\]"):
        fitted[name].raw_score(np.array([[0, np.inf, 0, 0, 0, 0, 0, 0, 0]], np.float32))


def test_rows_with_an_unknown_outcome_are_refused(world: World) -> None:
    outcome = world.rows.outcome.copy()
    outcome[3] = np.nan
    with pytest.raises(BadInput, match="unknown outcome"):
        ESTIMATORS["logistic"].fit(replace(world.rows, outcome=outcome), {}, 0)


def test_trees_with_nothing_to_split_on_still_score(world: World) -> None:
    few = world.rows.rows(np.arange(30))
    few = replace(few, outcome=np.tile([0.0, 1.0, 0.0], 10))
    trees = ESTIMATORS["lightgbm"].fit(few, {}, 0)
    assert np.ptp(trees.raw_score(few.X)) == 0
    assert trees.contributions(few.X).sum(axis=1) == pytest.approx(trees.raw_score(few.X))


@pytest.mark.parametrize("name", PUBLISHABLE)
def test_a_scoring_model_comes_back_as_it_was_and_a_folder_of_something_else_is_refused(
    name: str, world: World, fitted: dict[str, Fitted], tmp_path: Path
) -> None:
    raw = fitted[name].raw_score(world.rows.X)
    calibrator = fit_calibrator(raw, world.rows.outcome, ESTIMATORS[name].scale)
    model = ScoringModel(name, NAMES, fitted[name], calibrator, ())
    model.save(tmp_path / "model")
    again = ScoringModel.load(tmp_path / "model")
    assert (again.probability(world.rows.X) == model.probability(world.rows.X)).all()
    assert (again.estimator, again.feature_names, again.bands) == (name, NAMES, ())
    assert (np.argsort(raw, kind="stable") == np.argsort(model.probability(world.rows.X), kind="stable")).all()
    with pytest.raises(BadInput, match=r"no model\.json"):
        ScoringModel.load(tmp_path)
    written = (tmp_path / "model" / "model.json").read_text()
    (tmp_path / "model" / "model.json").write_text(written.replace(f'"{name}"', '"contact_points"'))
    with pytest.raises(BadInput, match="not an estimator that may score"):
        ScoringModel.load(tmp_path / "model")
