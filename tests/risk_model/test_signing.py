"""A published version cannot be changed unseen: not a byte, not a name, not by another key."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk_model.errors import BadInput, MissingStep, NotPermitted, Tampered
from risk_model.publishing.files import digest_of_folder, pickled_files
from risk_model.publishing.publish import publish
from risk_model.publishing.signing import is_signed, public_key, signing_key, trusted_key
from risk_model.publishing.versions import MANIFEST, SIGNATURE, champion, open_version, promote, verify, versions
from tests.risk_model.drawn_card import SIGNED_ON, publish_inputs


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one published version."""
    return publish(publish_inputs(tmp_path_factory.mktemp("workspace") / "models")).folder


@pytest.fixture
def version(published: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    shutil.copytree(published, tmp_path / "models" / published.name)
    for path in (tmp_path / "models").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "models" / published.name


def test_an_untouched_version_opens_and_its_model_loads(published: Path) -> None:
    opened = open_version(published)
    assert opened.load().feature_names == opened.manifest.feature_names
    assert set(opened.manifest.files) == {
        p.relative_to(published).as_posix() for p in published.rglob("*") if p.is_file()
    } - {MANIFEST, SIGNATURE}


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_any_file_is_found(version: Path, data: st.DataObject) -> None:
    names = sorted(path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file())
    name = data.draw(st.sampled_from(names))
    whole = (version / name).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
    (version / name).write_bytes(whole[:place] + changed + whole[place + 1 :])
    try:
        with pytest.raises(Tampered, match=name.rsplit("/", 1)[-1].replace(".", r"\.")):
            verify(version)
    finally:
        (version / name).write_bytes(whole)
    verify(version)


@given(st.binary(min_size=1, max_size=3), st.sampled_from([MANIFEST, SIGNATURE, "card.md"]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_added_or_cut_bytes_are_found(version: Path, more: bytes, name: str) -> None:
    whole = (version / name).read_bytes()
    for changed in (whole + more, whole[: -len(more)]):
        (version / name).write_bytes(changed)
        with pytest.raises(Tampered):
            verify(version)
    (version / name).write_bytes(whole)


def add_file(folder: Path) -> None:
    (folder / "model" / "extra.json").write_text("{}")


def add_hidden_file(folder: Path) -> None:
    (folder / ".hidden").write_text("")


def remove_file(folder: Path) -> None:
    (folder / "card.md").unlink()


def rename_file(folder: Path) -> None:
    (folder / "card.md").rename(folder / "card2.md")


def link_to_the_same_content(folder: Path) -> None:
    shutil.copy(folder / "card.md", folder.parent / "elsewhere.md")
    (folder / "card.md").unlink()
    (folder / "card.md").symlink_to(folder.parent / "elsewhere.md")


def link_to_a_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


def link_to_nothing(folder: Path) -> None:
    (folder / "more").symlink_to(folder / "not there")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (add_file, ["model/extra.json: added"]),
        (add_hidden_file, [".hidden: added"]),
        (remove_file, ["card.md: missing"]),
        (rename_file, ["card.md: missing", "card2.md: added"]),
        (link_to_the_same_content, ["card.md: changed"]),
        (link_to_a_folder, ["more: added"]),
        (link_to_nothing, ["more: added"]),
    ],
)
def test_files_added_removed_renamed_or_linked_are_named(
    version: Path, change: Callable[[Path], None], said: list[str]
) -> None:
    change(version)
    with pytest.raises(Tampered) as refused:
        verify(version)
    assert all(f"  - {line}" in str(refused.value) for line in said)


def test_all_changes_are_named_together(version: Path) -> None:
    add_file(version)
    remove_file(version)
    (version / "audit.json").write_text("{}")
    with pytest.raises(Tampered, match=r"3 file\(s\) not as signed"):
        verify(version)


def test_a_version_under_another_versions_name_is_found(version: Path) -> None:
    other = version.with_name("2027-01-01-00000000")
    version.rename(other)
    with pytest.raises(Tampered, match="holds version"):
        verify(other)


def test_a_version_signed_anew_with_another_key_is_not_the_trusted_one(version: Path, tmp_path: Path) -> None:
    trusted = verify(version).public_key
    stranger = signing_key(tmp_path / "keys", "stranger")
    manifest = verify(version).model_copy(update={"public_key": public_key(stranger)}).to_bytes()
    (version / MANIFEST).write_bytes(manifest)
    (version / SIGNATURE).write_bytes(stranger.sign(manifest))
    assert verify(version).public_key != trusted
    with pytest.raises(Tampered, match="not the trusted one"):
        verify(version, trusted)


def test_a_folder_that_is_no_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingStep, match="publish it first"):
        open_version(tmp_path / "models" / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(Tampered, match="is missing"):
        open_version(tmp_path / "empty")


def test_the_champion_is_checked_against_the_key_it_was_promoted_with(version: Path, tmp_path: Path) -> None:
    models = version.parent
    with pytest.raises(MissingStep, match="no champion"):
        champion(models)
    promote(models, version.name, "A. N. Other, Chair", SIGNED_ON)
    assert champion(models).version == version.name
    assert versions(models) == [version.name]
    stranger = signing_key(tmp_path / "keys", "stranger")
    manifest = verify(version).model_copy(update={"public_key": public_key(stranger)}).to_bytes()
    (version / MANIFEST).write_bytes(manifest)
    (version / SIGNATURE).write_bytes(stranger.sign(manifest))
    with pytest.raises(Tampered, match="not the trusted one"):
        champion(models)
    (models / "champion.json").write_text("{")
    with pytest.raises(BadInput, match="promote a version again"):
        champion(models)


def test_a_damaged_version_cannot_be_promoted(version: Path) -> None:
    remove_file(version)
    with pytest.raises(Tampered, match=r"card\.md: missing"):
        promote(version.parent, version.name, "A. N. Other", SIGNED_ON)
    with pytest.raises(MissingStep):
        promote(version.parent, "2020-01-01-11111111", "A. N. Other", SIGNED_ON)


def test_a_key_is_made_once_for_its_owner_only_and_a_seed_gives_the_same(tmp_path: Path) -> None:
    assert trusted_key(tmp_path / "one") is None
    first = public_key(signing_key(tmp_path / "one", "seed"))
    assert public_key(signing_key(tmp_path / "one", "another")) == first == trusted_key(tmp_path / "one")
    assert public_key(signing_key(tmp_path / "two", "seed")) == first
    assert public_key(signing_key(tmp_path / "three")) != first
    assert (tmp_path / "one" / "signing.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / "signing.key").chmod(0o644)
    with pytest.raises(NotPermitted, match="chmod 600"):
        signing_key(tmp_path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_text("not a key")
    (tmp_path / "signing.key").chmod(0o600)
    with pytest.raises(BadInput, match="not a signing key"):
        signing_key(tmp_path)


def test_a_signature_holds_for_its_bytes_and_key_only(tmp_path: Path) -> None:
    key = signing_key(tmp_path, "a")
    signature = key.sign(b"content")
    assert is_signed(b"content", signature, public_key(key))
    assert not is_signed(b"content.", signature, public_key(key))
    assert not is_signed(b"content", signature, public_key(signing_key(tmp_path / "b", "b")))
    assert not is_signed(b"content", signature, "no key")


def test_a_digest_of_a_folder_knows_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = digest_of_folder(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = digest_of_folder(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({before, renamed, digest_of_folder(tmp_path)}) == 3


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_known_by_its_content_whatever_its_name(tmp_path: Path, protocol: int) -> None:
    import pickle

    (tmp_path / "model.txt").write_bytes(pickle.dumps({"a": [1, 2.5, "x"]}, protocol=protocol))
    assert pickled_files(tmp_path) == ["model.txt"]


def test_a_pickle_inside_an_archive_or_an_array_is_found(tmp_path: Path) -> None:
    import zipfile

    import numpy as np

    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "numbers.npy", np.arange(3.0))
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.write(tmp_path / "objects.npy", "inner/objects.npy")
    assert pickled_files(tmp_path) == ["model.skops", "objects.npy"]


def test_text_json_and_pictures_are_no_pickles(published: Path, tmp_path: Path) -> None:
    assert pickled_files(published) == []
    (tmp_path / "note.txt").write_text("This is a note that ends with a full stop.")
    (tmp_path / "number.json").write_text("1.")
    assert pickled_files(tmp_path) == []
