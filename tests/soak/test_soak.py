"""The soak runs on a few cases, writes what the other tools read, and sees what it is there to see."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import pytest

from features.workspace import Workspace
from tests.soak import intake_fuzz
from tests.soak.__main__ import TESTS, main
from tests.soak.damage import DAMAGES, workbook

CONTENT = b"upn,sex\nA1,F\nA2,M\nA3,F\n"


def test_a_few_cases_pass_and_are_written_as_the_other_tools_read_them(tmp_path: Path) -> None:
    target = tmp_path / "soak.json"
    few = ["--only", "bundle_tampering", "--only", "intake_fuzz", "--cases", "1"]
    assert main([*few, "--json", str(target)]) == 0
    assert json.loads(target.read_text()) == [
        {"name": "bundle_tampering", "cases": 4, "failures": 0},
        {"name": "intake_fuzz", "cases": 10, "failures": 0},
    ]


def test_every_test_is_listed() -> None:
    folder = Path(intake_fuzz.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert {name for name, text in texts.items() if "\nCASES = " in text} == set(TESTS)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_changes_the_file_and_the_same_seed_does_the_same(damage) -> None:
    assert any(damage(CONTENT, random.Random(seed)) != CONTENT for seed in range(5))
    assert damage(CONTENT, random.Random(3)) == damage(CONTENT, random.Random(3))


def test_a_workbook_does_not_hold_the_time_of_day() -> None:
    """Two made a second apart were different: the same seed did not do the same, one time in a hundred."""
    with zipfile.ZipFile(io.BytesIO(workbook(CONTENT, random.Random(0)))) as book:
        assert {part.date_time[0] for part in book.infolist()} == {1980}
        assert b">1980-01-01T00:00:00Z</dcterms:modified>" in book.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (ValueError("row 3"), "ValueError instead of a refusal"),
        (intake_fuzz.Refusal("cla.csv: see UPN A123456789012"), "the message quotes somebody's data"),
        (intake_fuzz.Refusal("the delivery is bad"), "the message names no file"),
    ],
)
def test_a_bad_answer_to_a_damaged_file_is_seen(tmp_path: Path, monkeypatch, raised: Exception, said: str) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(intake_fuzz, "take_in", refuses)
    assert intake_fuzz._one(Workspace(tmp_path), frozenset({"A123456789012"})) == [said]


def test_a_warehouse_touched_by_a_refused_load_is_seen(tmp_path: Path, monkeypatch) -> None:
    workspace = Workspace(tmp_path)

    def spoils(*_: object, **__: object) -> None:
        workspace.data.mkdir()
        workspace.warehouse.write_text("half")
        raise intake_fuzz.Refusal("cla.csv: no")

    monkeypatch.setattr(intake_fuzz, "take_in", spoils)
    assert intake_fuzz._one(workspace, frozenset()) == ["refused, and yet the warehouse changed"]
