"""A workspace to do things to: a very small world, listed by the model of the small run."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from features.synthetic import make_partners
from features.synthetic.truth import truth_folder
from features.workspace import Workspace
from risk_model.pipeline import Pipeline
from risk_model.referrals.changes import SCORES
from tests.conftest import HOUSE

PAGE = HOUSE / "experiments" / "first_time_entry.toml"
LISTS = date(2026, 1, 1)
CHILDREN = 900


@pytest.fixture(scope="session")
def _listed_once(small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Extracts, warehouse, feature tables, lists; and, as training leaves them, scores of earlier tests and fits."""
    place = Workspace(tmp_path_factory.mktemp("listed") / "workspace")
    for name in ("models", "keys", "mlflow"):
        shutil.copytree(small_run / name, place.root / name)
    for key in ("identity.key", "pseudonym.key", "access_log.key"):
        (place.keys / key).unlink(missing_ok=True)
    make_partners(place.extracts, 7, CHILDREN, truth=truth_folder(place))
    steps = Pipeline.at(PAGE, place.root)
    steps.intake(LISTS)
    steps.score(LISTS)
    for name in ("predictions.parquet", "fits/lightgbm-0.parquet", "oracle/0-0.parquet"):
        target = place.experiment("first_time_entry") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place.lists(f"{LISTS}") / SCORES, target)
    return place.root


@pytest.fixture
def workspace(_listed_once: Path, tmp_path: Path) -> Workspace:
    """A copy of it for one test."""
    return Workspace(shutil.copytree(_listed_once, tmp_path / "workspace"))
