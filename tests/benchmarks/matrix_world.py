"""The person-dates of ``event_world`` as training reads them, made once and kept as arrays both sides begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks import event_world

if TYPE_CHECKING:
    from risk_model.training.inputs import Inputs

THREADS = 2
PARTS = ("person", "as_of", "age_years", "outcome", "X")


def prepare(folder: Path, quick: bool) -> str:
    """Make the world, its cohort, outcomes and features, and keep them; the size in words."""
    from features.build import build_feature_table
    from features.cohort import cusp_cohort
    from features.outcomes import label
    from features.warehouse import Warehouse
    from features.workspace import Workspace
    from risk_model.preparation import Prepared

    size = event_world.write(folder, quick)
    with Warehouse(Workspace(folder).warehouse) as warehouse:
        cohort = cusp_cohort(warehouse, event_world.RULE, event_world.AS_OF)
        outcome = label(warehouse, cohort, event_world.OUTCOME)
        features = build_feature_table(warehouse, cohort.table, event_world.features(), folder / "features")
    rows = Prepared(cohort, outcome, features).inputs().rows
    np.savez(folder / "rows.npz", **{name: getattr(rows, name) for name in PARTS})
    return size


def read(folder: Path) -> Inputs:
    """The rows, in memory."""
    from risk_model.training.dataset import Dataset
    from risk_model.training.inputs import Inputs

    with np.load(folder / "rows.npz") as saved:
        held = {name: saved[name] for name in PARTS}
    names = tuple(feature.name for feature in event_world.features())
    area = np.full(len(held["person"]), event_world.AREA)
    return Inputs(Dataset(area=area, feature_names=names, **held))


def slices(inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows the plan's one split learns from, calibrates on and tests on, as a person would write it."""
    day = inputs.rows.as_of
    last, before = np.datetime64(event_world.AS_OF[-1]), np.datetime64(event_world.AS_OF[-2])
    return day < before, day == before, day == last
