"""The whole story on a small world: from partners' extracts to lists on which people decide.

Read it top to bottom. Every test looks at one thing that one run left behind (``small_run``), as its reader would.
"""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from features.warehouse import Warehouse
from features.workspace import Workspace
from risk_model.audits import AUDITS, AuditReport
from risk_model.audits.characteristics import TITLES
from risk_model.errors import NotPermitted, Tampered
from risk_model.pipeline import Pipeline
from risk_model.publishing.versions import champion, open_version
from risk_model.tracking import Tracker
from tests.conftest import HOUSE

PAGE = HOUSE / "experiments" / "first_time_entry.toml"
BROWARD = HOUSE.parent / "shared" / "data" / "broward_screenings.csv"
AS_OF = "2026-01-01"
COUNCILS = ("gateshead", "newcastle-upon-tyne", "north-tyneside", "northumberland", "south-tyneside", "sunderland")


@pytest.fixture
def workspace(small_run: Path) -> Workspace:
    return Workspace(small_run)


def test_partners_send_files_and_the_warehouse_holds_no_names(workspace: Workspace) -> None:
    sent = {path.stem for path in workspace.extracts.glob("*.csv")}
    assert {"police_nominal", "occurrence", "custody", "missing", "school_suspension", "cla", "area"} <= sent
    with (workspace.extracts / "school_pupil.csv").open(encoding="utf-8") as stream:
        pupil = next(csv.DictReader(stream))
    stored = workspace.warehouse.read_bytes()
    assert pupil["upn"].encode() not in stored
    with Warehouse(workspace.warehouse) as warehouse:
        columns = warehouse.sql("SELECT column_name FROM information_schema.columns")["column_name"].to_pylist()
    assert not {"forename", "surname", "dob", "upn", "nominal_id"} & set(columns)


def test_every_date_says_who_is_not_in_the_cohort_and_why(workspace: Workspace) -> None:
    steps = json.loads((workspace.experiment("first_time_entry") / "attrition.json").read_text())
    dates = {step["as_of"] for step in steps}
    assert len(dates) == 16
    for day in dates:
        own = [step for step in steps if step["as_of"] == day]
        assert [step["step"] for step in own] == [
            "on_record",
            "aged",
            "not_objected",
            "in_area",
            "contact",
            "not_entrant",
        ]
        assert all(before["remaining"] - after["removed"] == after["remaining"]
                   for before, after in pairwise(own))  # fmt: skip


def test_no_test_date_was_learned_from(workspace: Workspace) -> None:
    splits = json.loads((workspace.experiment("first_time_entry") / "leaderboard.json").read_text())["splits"]
    assert [split["test"] for split in splits] == ["2024-04-01", "2024-07-01", "2024-10-01"]
    for split in splits:
        last_learned, first_calibrated = split["train"].split(" to ")[-1], split["calibrate"].split(" to ")[0]
        assert (date.fromisoformat(first_calibrated) - date.fromisoformat(last_learned)).days >= 365 + 60
        last_calibrated = split["calibrate"].split(" to ")[-1]
        assert (date.fromisoformat(split["test"]) - date.fromisoformat(last_calibrated)).days >= 365 + 60


def test_two_models_are_set_beside_two_rules_with_intervals(workspace: Workspace) -> None:
    found = json.loads((workspace.experiment("first_time_entry") / "leaderboard.json").read_text())
    pooled = {each["estimator"]: each["figures"] for each in found["evaluations"] if each["split"] == "all splits"}
    assert set(pooled) == {"lightgbm", "logistic", "repeat_suspect", "contact_points"}
    for figures in pooled.values():
        assert {"auc", "average_precision", "brier", "calibration_error", "recall_at_capacity"} <= set(figures)
        assert figures["auc"]["low"] <= figures["auc"]["value"] <= figures["auc"]["high"]
    assert found["chosen"] != "contact_points", "a comparator is never chosen"


def test_every_run_is_in_mlflow_and_the_champion_loads_from_there_without_a_pickle(workspace: Workspace) -> None:
    tracker = Tracker.of(workspace)
    version = champion(workspace.models("first_time_entry"))
    assert tracker.resolve("first_time_entry", "champion") == version.version
    model = tracker.load("first_time_entry", "champion")
    assert [column.name for column in model.metadata.signature.inputs] == list(version.manifest.feature_names)
    assert not [path for path in workspace.mlflow.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]


def test_the_audit_answers_every_question_it_was_asked(workspace: Workspace) -> None:
    report = json.loads((workspace.experiment("first_time_entry") / "audit.json").read_text())
    assert [finding["audit"] for finding in report["findings"]] == list(AUDITS)
    assert len(report["rights"]["rows"]) > 20
    assert all(finding["reasons"] for finding in report["findings"])


def test_the_card_has_every_section_and_names_the_version(workspace: Workspace) -> None:
    version = champion(workspace.models("first_time_entry"))
    card = (version.folder / "card.md").read_text(encoding="utf-8")
    for section in ("Model details", "Intended use and prohibited use", "Factors", "Metrics", "Evaluation data",
                    "Training data", "Quantitative analyses", "Ethical considerations",
                    "Caveats and recommendations"):  # fmt: skip
        assert f"## {section}" in card
    assert version.version in card
    assert "Demonstration: not for use with any person" in card


def test_one_changed_byte_in_a_published_version_is_found(workspace: Workspace, tmp_path: Path) -> None:
    version = champion(workspace.models("first_time_entry"))
    copy = tmp_path / version.version
    shutil.copytree(version.folder, copy)
    card = copy / "card.md"
    card.chmod(0o644)
    card.write_bytes(card.read_bytes()[:-1] + b" ")
    with pytest.raises(Tampered, match=r"card\.md: changed"):
        open_version(copy)


def test_six_teams_get_a_list_with_its_purpose_and_its_end(workspace: Workspace) -> None:
    folder = workspace.lists(AS_OF)
    version = champion(workspace.models("first_time_entry")).version
    for council in COUNCILS:
        page = (folder / f"{council}.html").read_text(encoding="utf-8")
        assert "To offer voluntary, early support" in page
        assert "Never for stop and search" in page
        assert version in page
        with (folder / f"{council}.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows
        assert {row["expires_on"] for row in rows} == {"2026-04-01"}


def test_everyone_listed_was_in_the_cohort_once_and_within_the_places(workspace: Workspace) -> None:
    listed = pq.read_table(workspace.lists(AS_OF) / "listed.parquet").to_pandas()
    scored = pq.read_table(workspace.lists(AS_OF) / "scores.parquet").to_pandas()
    assert listed["person"].is_unique
    assert set(listed["person"]) <= set(scored["person"])
    experiment = Pipeline.at(PAGE, workspace.root).experiment
    for area, count in listed.groupby("area").size().items():
        assert count <= experiment.capacity[str(area)] + experiment.lists.random_places


def test_a_second_run_does_nothing_again_and_changes_no_byte(workspace: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(workspace.root, copy)
    (copy / "mlflow" / "mlflow.db").touch()
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and "mlflow" not in path.parts}
    said: list[str] = []
    Pipeline.at(PAGE, copy, None, said.append).run()
    assert {
        "training: nothing has changed since the last time",
        "auditing: nothing has changed since the last time",
    } <= {*said}
    after = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and "mlflow" not in path.parts}
    assert after == before


def test_somebody_who_declined_is_not_on_the_next_list(workspace: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(workspace.root, copy)
    with (copy / "lists" / AS_OF / "sunderland.csv").open(encoding="utf-8-sig", newline="") as stream:
        first = next(csv.DictReader(stream))["person"]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(f"person,decided,decided_on\n{first},objected,2026-01-20\n")
    Pipeline.at(PAGE, copy).refer(date.fromisoformat(AS_OF), decisions)
    assert first not in (copy / "lists" / AS_OF / "sunderland.html").read_text(encoding="utf-8")


def test_a_sign_off_needs_a_name_a_role_and_a_date(workspace: Workspace) -> None:
    with pytest.raises(NotPermitted, match="--signed-on"):
        Pipeline.at(PAGE, workspace.root).publish("A. Person", "", None, "")


def test_the_same_code_runs_on_real_data_nobody_here_made(tmp_path: Path) -> None:
    if not BROWARD.exists():
        pytest.skip("../shared/data/broward_screenings.csv is not here")
    found = Pipeline.at(HOUSE / "experiments" / "broward.toml", tmp_path / "w", BROWARD).run().figures
    assert found["auc"]["low"] < found["auc"]["value"] < found["auc"]["high"]
    assert {reference["value"] for reference in found["published_references"]} == {0.70, 0.65, 0.72}
    assert not (tmp_path / "w" / "lists").exists(), "nobody is ever listed from these data"
    steps = json.loads((tmp_path / "w" / "experiments" / "broward" / "attrition.json").read_text())
    assert "label_defect" in {step["step"] for step in steps}
    report = AuditReport.load(tmp_path / "w" / "experiments" / "broward")
    judged = {(each.characteristic, each.group) for each in report.finding("groups").groups}
    assert {(TITLES["race"], "African-American"), (TITLES["race"], "Caucasian")} <= judged
    assert {(TITLES["sex"], "female"), (TITLES["sex"], "male")} <= judged
