"""Every file of a published version, changed in every way: opening the version refuses, and names the file."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from risk_model.errors import Tampered
from risk_model.publishing.files import files_in
from risk_model.publishing.publish import publish
from risk_model.publishing.versions import MANIFEST, SIGNATURE, open_version
from tests.risk_model.drawn_card import publish_inputs

CASES = 400

Change = Callable[[Path, random.Random], None]


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case: files in turn, mostly with one byte changed."""
    version = publish(publish_inputs(folder / "models"))
    copy = folder / "copy" / version.version
    shutil.copytree(version.folder, copy)
    open_version(copy)
    rng = random.Random(seed)
    names = files_in(copy)
    found = []
    for case in range(cases):
        name = names[case % len(names)]
        change = CHANGES[case // len(names) % len(CHANGES)]
        kept = (copy / name).read_bytes()
        (copy / name).chmod(0o644)
        change(copy / name, rng)
        found += [f"case {case}, {name}, {change.__name__}: {fault}" for fault in _faults(copy, name)]
        (copy / name).unlink(missing_ok=True)
        (copy / name).write_bytes(kept)
    open_version(copy)
    return found + _added(copy)


def _faults(copy: Path, name: str) -> list[str]:
    try:
        open_version(copy)
    except Tampered as refusal:
        named = name in str(refusal) or (name in (MANIFEST, SIGNATURE) and MANIFEST in str(refusal))
        return [] if named else ["refused, but the file is not named"]
    except Exception as error:
        return [f"{type(error).__name__} instead of a refusal"]
    return ["opened as if nothing had happened"]


def _added(copy: Path) -> list[str]:
    """A file more is refused too, also a hidden one and one in a folder of its own."""
    found = []
    for name in ("note.txt", ".hidden", "model/extra/more.bin"):
        path = copy / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("more")
        found += [f"{name}, added: {fault}" for fault in _faults(copy, name)]
        path.unlink()
    return found


def one_byte(path: Path, rng: random.Random) -> None:
    """Another value in one place."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= rng.randrange(1, 256)
    path.write_bytes(content)


def one_bit(path: Path, rng: random.Random) -> None:
    """The smallest change there is."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def cut_short(path: Path, rng: random.Random) -> None:
    """The end is lost."""
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def one_more(path: Path, rng: random.Random) -> None:
    """A byte more at the end."""
    path.write_bytes(path.read_bytes() + bytes([rng.randrange(256)]))


def taken_away(path: Path, rng: random.Random) -> None:
    """The file is not there."""
    path.unlink()


def linked_elsewhere(path: Path, rng: random.Random) -> None:
    """The same content, but through a link to a place that anybody may change later.

    The manifest is not trusted for where it lies but for its signature, each time it is read; so it is changed too.
    """
    if path.name in (MANIFEST, SIGNATURE):
        one_byte(path, rng)
    elsewhere = path.parents[len(path.parts) - path.parts.index("copy") - 1] / "elsewhere"
    shutil.copyfile(path, elsewhere)
    path.unlink()
    path.symlink_to(elsewhere)


CHANGES: tuple[Change, ...] = (one_byte, one_bit, one_byte, cut_short, one_more, taken_away, one_byte, linked_elsewhere)
