"""Every score a person was given for a list, with what it was made from, worked out again as known on that date."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.build import build_feature_table
from features.rights.place import Told
from features.rights.subjects import Subjects
from features.warehouse import Warehouse
from features.workspace import Workspace, read_json
from risk_model.errors import Refusal
from risk_model.experiment import read_experiment
from risk_model.preparation import chosen_features
from risk_model.publishing.versions import ModelVersion, open_version
from risk_model.referrals.changes import INDEX, LISTED, SCORES
from risk_model.referrals.history import COLUMNS, histories
from risk_model.referrals.reasons import reasons_for
from risk_model.referrals.rows import band_in_words
from risk_model.referrals.scoring import check_features, explain

MOST_REASONS = 10
"""More than a list shows: a person may see all that raised their score, the strongest first."""
ABOUT = (
    "A score puts young people in order for an offer of voluntary support. It says what became of people with a "
    "similar record, and nothing that is decided about you: a person decides every offer, and you may say no."
)


def tell_scores(workspace: Workspace, subjects: Subjects) -> list[Told]:
    """One table a score; the person's own only."""
    found = []
    for index in sorted(workspace.lists("").glob(f"*/{INDEX}")):
        scores = pq.read_table(index.parent / SCORES).to_pylist()
        listed = set(pq.read_table(index.parent / LISTED, columns=["person"])["person"].to_pylist())
        for row in (row for row in scores if row["person"] in subjects.persons):
            found.append(_tell(workspace, index, row, row["person"] in listed))
    return found


def _tell(workspace: Workspace, index: Path, row: dict[str, object], was_listed: bool) -> Told:
    said = read_json(index)
    experiment, name = said["experiment"], said["model_version"]
    about: dict[str, object] = {
        "date": f"{row['as_of']}", "model": f"{experiment} {name}", "band": row["band"],
        "on the list": "yes" if was_listed else "no", "how likely, by the model": f"{row['probability']:.1%}",
        "order in the area": row["rank"], "share of details missing": f"{row['missing_share']:.0%}",
    }  # fmt: skip
    rows = [{"what": what, "value": value} for what, value in about.items()]
    try:
        version = open_version(workspace.models(experiment) / name)
        rows += _reasons(workspace, version, row)
    except Refusal as refusal:
        rows.append({"what": "what raised it", "value": f"cannot be worked out again: {refusal}"})
    return Told(f"Your score of {row['as_of']}", ABOUT, tuple(rows))


def _reasons(workspace: Workspace, version: ModelVersion, row: dict[str, object]) -> list[dict[str, object]]:
    experiment, model = read_experiment(version.folder / "experiment.toml"), version.load()
    person = pa.table({
        "person": pa.array([row["person"]], pa.int64()), "as_of": pa.array([row["as_of"]], pa.date32()),
        "age_years": pa.array([row["age_years"]], pa.int16()),
    })  # fmt: skip
    with Warehouse(workspace.warehouse) as warehouse, tempfile.TemporaryDirectory(prefix="telling-") as scratch:
        table = build_feature_table(warehouse, person, chosen_features(experiment), Path(scratch))
        check_features(model, table, version.manifest.provenance.feature_digest)
        explained = explain(model, table, person)
        numbers = person["person"].to_pylist()
        known = histories(warehouse.events(numbers, COLUMNS), numbers, person["as_of"][0].as_py())
    found = [{"what": "what the band means", "value": band_in_words(f"{row['band']}", model.bands)}]
    for reason in reasons_for(explained[numbers[0]], table.features, known[numbers[0]], MOST_REASONS):
        proof = f"; {reason.evidence.sentence}" if reason.evidence else ""
        found.append({"what": "what raised it", "value": f"{reason.sentence}{proof}"})
    return [dict(each) for each in found]
