"""Pseudonyms: the same under one key, unrelated under another, and never made again behind somebody's back."""

from __future__ import annotations

import hmac
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import BadConfiguration, MissingStep, NotPermitted
from features.pseudonyms import LETTERS, RECORD_SQL, Pseudonymiser, key_path, read_key, read_or_make_key, show
from features.store import Connection, connect
from features.workspace import Workspace

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    made = connect(tmp_path_factory.mktemp("pseudonyms") / "scratch.duckdb")
    for name, pad in Pseudonymiser(KEY).pads.items():
        made.execute(f"SET VARIABLE {name} = $pad::BLOB", {"pad": pad})
    made.execute(RECORD_SQL)
    return made


@settings(deadline=None)
@given(number=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1))
def test_sql_and_python_hide_a_record_number_alike_and_as_hmac_does(store: Connection, number: str) -> None:
    in_python = Pseudonymiser(KEY).record("custody", number)
    assert store.execute("SELECT record_hash('custody', ?)", [number]).fetchall() == [(in_python,)]
    assert hmac.new(KEY, f"custody\x1f{number}".encode(), "sha256").hexdigest().startswith(in_python)


def test_a_person_has_one_positive_number_a_key() -> None:
    one, other = Pseudonymiser(KEY), Pseudonymiser(bytes(32))
    assert one.person("school:U1") == one.person("school:U1") != other.person("school:U1")
    assert one.key_check != other.key_check
    assert all(0 < one.person(f"school:U{n}") < 2**63 for n in range(1000))


def test_two_feeds_numbers_do_not_meet() -> None:
    hidden = Pseudonymiser(KEY)
    assert hidden.record("asb", "1") != hidden.record("custody", "1")


@given(st.integers(1, 2**63 - 1))
def test_a_shown_pseudonym_says_exactly_one_number(person: int) -> None:
    shown = show(person)
    assert [len(part) for part in shown.split("-")] == [2, 4, 4, 5]
    value = 0
    for letter in shown.removeprefix("NB-").replace("-", ""):
        value = value * 32 + LETTERS.index(letter)
    assert value == person


def test_a_first_key_is_secret_kept_to_its_owner_and_stays(tmp_path: Path) -> None:
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    key = read_or_make_key(one)
    assert len(key) == 32
    assert key == read_or_make_key(one) == read_or_make_key(one, seed=7) == read_key(one)
    assert key != read_or_make_key(other)
    assert stat.S_IMODE(key_path(one).stat().st_mode) == 0o600
    assert stat.S_IMODE(one.keys.stat().st_mode) == 0o700
    assert [path.name for path in one.keys.iterdir()] == ["pseudonym.key"]


def test_a_demonstration_key_comes_from_its_seed_and_says_so(tmp_path: Path) -> None:
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    assert read_or_make_key(one, seed=7) == read_or_make_key(other, seed=7)
    assert read_or_make_key(Workspace(tmp_path / "third"), seed=8) != read_key(one)
    assert "Never load real people's records" in (one.keys / "DEMONSTRATION_KEY.txt").read_text()


def test_records_not_marked_as_synthetic_never_get_a_demonstration_key(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    key = read_or_make_key(workspace, seed=7)
    with pytest.raises(NotPermitted, match="not marked as synthetic: load them into a new workspace"):
        read_or_make_key(workspace)
    assert key == read_or_make_key(workspace, seed=7) == read_key(workspace)


def test_a_key_that_is_missing_or_spoilt_is_refused_without_showing_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(MissingStep, match="no pseudonym key"):
        read_key(workspace)
    workspace.keys.mkdir()
    for spoilt in ("beef", "not hex at all", "é"):
        key_path(workspace).write_text(spoilt, encoding="utf-8")
        with pytest.raises(BadConfiguration) as refused:
            read_key(workspace)
        assert spoilt not in str(refused.value)


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(BadConfiguration, match="32 bytes, not 3"):
        Pseudonymiser(b"abc")
