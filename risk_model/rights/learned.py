"""Which published versions learned from rows of somebody: told before they are erased, since later nobody can."""

from __future__ import annotations

from pathlib import Path

from features.rights.subjects import Subjects
from features.warehouse import Warehouse
from features.workspace import Workspace, read_json
from risk_model.errors import Refusal
from risk_model.experiment import read_experiment
from risk_model.preparation import cohort_on, training_dates
from risk_model.publishing.versions import MANIFEST
from risk_model.rights.receipts import Version

YES, UNKNOWN = "yes", "cannot be told: the data have changed since"


def versions_that_learned(workspace: Workspace, subjects: Subjects) -> tuple[Version, ...]:
    """Every version in the workspace whose training cohort has them, or may have had."""
    if not workspace.warehouse.exists():
        return ()
    found = []
    with Warehouse(workspace.warehouse) as warehouse:
        for path in sorted((workspace.root / "models").glob(f"*/*/{MANIFEST}")):
            said = _learned(path, warehouse, subjects)
            found += [Version(path.parent.parent.name, path.parent.name, said)] if said else []
    return tuple(found)


def _learned(manifest: Path, warehouse: Warehouse, subjects: Subjects) -> str:
    experiment = read_experiment(manifest.parent / "experiment.toml")
    if experiment.cohort.rule == "screened":
        return ""
    if read_json(manifest)["provenance"]["warehouse_fingerprint"] != warehouse.fingerprint:
        return UNKNOWN
    try:
        persons = cohort_on(experiment, warehouse, training_dates(experiment)).table["person"].to_pylist()
    except Refusal:
        return UNKNOWN
    return YES if subjects.persons & set(persons) else ""
