"""Decisions read from a file: every fault at once, by row, and never a person's number in the message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import BadInput
from features.pseudonyms import read_shown, show
from risk_model.referrals.decisions import read_decisions
from risk_model.referrals.eligibility import EarlierDecision

SHOWN = show(123456789)


def written(folder: Path, text: str) -> Path:
    path = folder / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    return path


@given(st.integers(1, 2**63 - 1))
def test_a_number_read_back_is_the_one_that_was_shown(person: int) -> None:
    assert read_shown(show(person)) == person
    assert read_shown(show(person).lower()) == person


@pytest.mark.parametrize("text", ["", "NB-0000", "NB-0000-0000-0000U", "NB-0000-0000-000001", "somebody"])
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_shown(text)
    assert not text or text not in str(refused.value)


def test_no_file_is_no_decisions() -> None:
    assert read_decisions(None) == ()


def test_rows_become_decisions(tmp_path: Path) -> None:
    path = written(tmp_path, f"\ufeffperson,decided,decided_on,note\n{SHOWN},declined,2026-01-20,rang twice\n")
    assert read_decisions(path) == (EarlierDecision(123456789, "declined", date(2026, 1, 20)),)


def test_every_fault_is_named_by_row_and_no_number_is_repeated(tmp_path: Path) -> None:
    path = written(
        tmp_path, f"person,decided,decided_on\n{SHOWN},maybe,2026-01-20\n{SHOWN},declined,20/01/2026\nwho,declined,\n"
    )
    with pytest.raises(BadInput) as refused:
        read_decisions(path)
    said = str(refused.value)
    assert all(part in said for part in ("3 fault(s)", "row 2: decided is not one of", "row 3: decided_on", "row 4:"))
    assert SHOWN not in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"person,decided\n", "no column decided_on"),
        (b"\xff\xfe\x00", "not a readable CSV file"),
        (b"", "no column person"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        read_decisions(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a readable CSV file"):
        read_decisions(tmp_path / "none.csv")
