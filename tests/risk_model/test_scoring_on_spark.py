"""A published bundle scores inside Spark's partitions what it scores here, to the last bit, however rows are parted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from risk_model.publishing.publish import publish
from risk_model.referrals import on_spark
from risk_model.referrals.on_spark import SparkScorer
from risk_model.referrals.scoring import score
from risk_model.training.calibration import fit_calibrator
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.scorer import ScoringModel
from tests.benchmarks.scoring_world import DrawnTable
from tests.risk_model.drawn import drawn_world
from tests.risk_model.drawn_card import publish_inputs
from tests.spark_here import needs_spark

pytestmark = needs_spark


def cohort_and_features(names: tuple[str, ...]) -> tuple[pa.Table, DrawnTable]:
    """The latest date's rows of a drawn world, as scoring takes them."""
    rows = drawn_world(people=900, seed=5).rows
    rows = rows.rows(np.flatnonzero(rows.as_of == rows.as_of.max())).only(names)
    as_of = pa.array(rows.as_of, pa.date32())
    cohort = pa.table({"person": rows.person, "as_of": as_of, "area": rows.area, "age_years": rows.age_years})
    columns = {name: rows.X[:, place] for place, name in enumerate(names)}
    return cohort, DrawnTable(pa.table({"person": rows.person, "as_of": as_of} | columns))


def test_a_published_version_gives_the_same_scores_ranks_and_bands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish(publish_inputs(tmp_path / "models"))
    model = version.load()
    monkeypatch.setattr(on_spark, "CELLS_A_PART", 97 * len(model.feature_names))  # parts of fewer than 97 rows
    there = SparkScorer(model, version.model_folder, ScoringModel.load, tmp_path / "shared")
    cohort, features = cohort_and_features(model.feature_names)
    scores = score(model, features, cohort, features.digest)
    assert score(there, features, cohort, features.digest).equals(scores)
    assert len(scores) > 300
    assert len(scores["raw_score"].unique()) > 200


def test_trees_too_and_it_is_the_saved_model_that_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, estimator = drawn_world(people=300).rows, ESTIMATORS["lightgbm"]
    fitted = estimator.fit(rows, {"rounds": 20, "min_data_in_leaf": 20, "num_leaves": 7}, 3)
    calibrator = fit_calibrator(fitted.raw_score(rows.X), rows.outcome, estimator.scale)
    model = ScoringModel("lightgbm", rows.feature_names, fitted, calibrator, ())
    model.save(tmp_path / "model")
    monkeypatch.setattr(on_spark, "CELLS_A_PART", len(rows.X) * len(rows.feature_names) // 3)
    there = SparkScorer(replace(model, fitted=None), tmp_path / "model", ScoringModel.load, tmp_path / "shared")
    assert np.array_equal(there.raw_score(rows.X), model.raw_score(rows.X))
    assert there.raw_score(rows.X[:0]).shape == (0,)
