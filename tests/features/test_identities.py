"""Identities are sealed, a changed byte or another key is found, and nobody is looked up without a line in the log."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from features import access_log
from features.errors import BadConfiguration, BadInput
from features.identities import change_key, key_path, open_sealed, read_sealed, seal
from features.pseudonyms import show
from features.workspace import Workspace
from risk_model.people import reveal

NAME = "Zebedee-Quartermain"
TABLES = {
    "person": pa.table({"person": [7], "identity": ["police:P1"]}),
    "number": pa.table({"person": [7], "numbering": ["police"], "who": ["P1"]}),
    "name": pa.table({"person": [7], "feed": ["police_nominal"], "forename": ["Ann"], "surname": [NAME],
                      "dob": pa.array([date(2009, 1, 2)])}),
}  # fmt: skip
DAY = date(2026, 1, 1)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("RISK_MODEL_KEYS", raising=False)
    made = Workspace(tmp_path)
    seal(made, TABLES)
    return made


def test_what_is_sealed_comes_back_and_cannot_be_read_without_its_key(workspace: Workspace) -> None:
    assert open_sealed(workspace) == TABLES
    assert NAME.encode() not in workspace.identities.read_bytes()
    assert workspace.identities.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="its key is another one"):
        read_sealed(workspace.identities, b"k" * 32)


@pytest.mark.parametrize("place", [0, 30, 200, -1])
def test_a_changed_byte_is_found_wherever_it_is(workspace: Workspace, place: int) -> None:
    content = bytearray(workspace.identities.read_bytes())
    content[place] ^= 1
    workspace.identities.write_bytes(content)
    with pytest.raises(BadInput, match="it was changed"):
        open_sealed(workspace)


def test_a_lost_key_is_never_replaced_behind_a_sealed_store(workspace: Workspace) -> None:
    key_path(workspace).unlink()
    with pytest.raises(BadConfiguration, match="restore it from its backup"):
        seal(workspace, TABLES)


@pytest.mark.parametrize("killed_after", ["nothing", "old key set aside", "new key made"])
def test_keys_change_and_the_old_one_opens_nothing_also_where_a_run_was_killed(
    workspace: Workspace, killed_after: str
) -> None:
    path = key_path(workspace)
    old = path.read_text()
    if killed_after != "nothing":
        path.rename(path.with_suffix(".key.old"))
    if killed_after == "new key made":
        path.write_text("ab" * 32)
    change_key(workspace)
    assert open_sealed(workspace) == TABLES
    assert not path.with_suffix(".key.old").exists()
    with pytest.raises(BadInput):
        read_sealed(workspace.identities, bytes.fromhex(old))


def test_somebody_is_looked_up_by_a_named_person_for_a_reason_and_it_is_written_down(workspace: Workspace) -> None:
    made = reveal(workspace.root, show(7), "A N Other", "offer agreed", DAY)
    assert NAME in made.text
    assert NAME not in json.dumps(made.figures)
    (line,) = workspace.access_log.read_text().splitlines()
    assert NAME not in line
    assert json.loads(line)["by"] == "A N Other"


@pytest.mark.parametrize(("by", "reason"), [("", "offer"), ("A N Other", " ")])
def test_nobody_is_looked_up_without_a_name_and_a_reason(workspace: Workspace, by: str, reason: str) -> None:
    with pytest.raises(BadInput, match="a named person and a reason"):
        reveal(workspace.root, show(7), by, reason, DAY)
    assert not workspace.access_log.exists()


@pytest.mark.parametrize("harm", ["", "ab" * 31, "ab" * 33, "zz" * 32])
def test_a_key_of_the_log_that_was_damaged_is_refused_and_signs_nothing(workspace: Workspace, harm: str) -> None:
    reveal(workspace.root, show(7), "A N Other", "first", DAY)
    before = workspace.access_log.read_bytes()
    (workspace.keys / "access_log.key").write_text(harm)
    with pytest.raises(BadConfiguration, match=r"access_log\.key is not a key \(32 bytes in hex\)"):
        reveal(workspace.root, show(7), "A N Other", "second", DAY)
    assert workspace.access_log.read_bytes() == before


@pytest.mark.parametrize("harm", ["change", "middle", "end", "all"])
def test_a_log_that_was_changed_or_cut_is_found(workspace: Workspace, harm: str) -> None:
    for reason in ("first", "second", "third"):
        reveal(workspace.root, show(7), "A N Other", reason, DAY)
    log = workspace.access_log
    lines = log.read_text().splitlines(keepends=True)
    if harm == "all":
        log.unlink()
    else:
        kept = {"change": [lines[0].replace("first", "other"), *lines[1:]], "middle": [lines[0], lines[2]],
                "end": lines[:2]}[harm]  # fmt: skip
        log.write_text("".join(kept))
    with pytest.raises(BadInput):
        access_log.read(log, bytes.fromhex((workspace.keys / "access_log.key").read_text()))
