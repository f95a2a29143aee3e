"""An audit is kept for exactly what it looked at and said, and never for what a named person signs."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from risk_model.audits import AuditReport, Verdict
from risk_model.pipeline import Pipeline
from tests.conftest import HOUSE

PAGE = HOUSE / "experiments" / "first_time_entry.toml"


class Counting(Pipeline):
    """A pipeline whose audits are those of the small run, counted; asking them all takes seconds."""

    asked = 0

    def audit_of(self, model_folder: Path) -> AuditReport:
        type(self).asked += 1
        return AuditReport.load(self.workspace.root / "as_it_was")


@pytest.fixture
def place(small_run: Path, tmp_path: Path) -> Path:
    """A copy of the small run, and beside it the audit as it was."""
    root = Path(shutil.copytree(small_run, tmp_path / "workspace"))
    shutil.copytree(root / "experiments" / "first_time_entry", root / "as_it_was")
    Counting.asked = 0
    return root


def again(place: Path) -> AuditReport:
    """What a new process would be told."""
    return Counting.at(PAGE, place).audited


def test_nothing_is_asked_again_where_nothing_changed(place: Path) -> None:
    kept = AuditReport.load(place / "as_it_was")
    assert again(place) == kept
    assert Counting.asked == 0


@pytest.mark.parametrize("name", ["audit.json", "audit.html", "predictions.parquet", "leaderboard.html"])
def test_a_changed_byte_in_what_it_wrote_or_looked_at_asks_again(name: str, place: Path) -> None:
    path = place / "experiments" / "first_time_entry" / name
    path.write_bytes(path.read_bytes() + b" ")
    again(place)
    assert Counting.asked == 1
    again(place)
    assert Counting.asked == 1


def test_a_verdict_made_kinder_by_hand_is_not_believed(place: Path) -> None:
    path = place / "experiments" / "first_time_entry" / "audit.json"
    kept = AuditReport.load(path.parent)
    kinder = kept.findings[0].model_copy(update={"verdict": Verdict.PASSES, "reasons": ("All is well.",)})
    path.write_text(kept.model_copy(update={"findings": (kinder, *kept.findings[1:])}).to_json(), encoding="utf-8")
    assert again(place) == kept
    assert path.read_text(encoding="utf-8") == kept.to_json()


def test_another_model_is_audited_anew(place: Path) -> None:
    (place / "experiments" / "first_time_entry" / "model" / "note.txt").write_text("another", encoding="utf-8")
    again(place)
    assert Counting.asked == 1


def test_what_a_named_person_signs_is_asked_again(place: Path) -> None:
    Counting.at(PAGE, place)._sign_off("A. Name", "Reviewer", date(2026, 2, 2), "A reason that is long enough to say.")
    assert Counting.asked == 1
