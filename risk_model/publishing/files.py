"""The files of a folder: their digests, and whether any could run code when it is loaded."""

from __future__ import annotations

import hashlib
import io
import pickletools
import zipfile
from pathlib import Path

from features.workspace import digest_file

PICKLE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".pt", ".bin")
PICKLE_START = b"\x80"
"""Every pickle of protocol 2 and later begins with this byte and its protocol's number."""
NEWEST_PROTOCOL = 5
LINK = "a link"


def files_in(folder: Path) -> list[str]:
    """All files under a folder, hidden ones too, as sorted relative paths with forward slashes."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink()
    )


def digests_of(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of every file, by relative path; a link is never followed and is no file's digest."""
    return {name: LINK if (folder / name).is_symlink() else digest_file(folder / name) for name in files_in(folder)}


def digest_of_folder(folder: Path) -> str:
    """One SHA-256 (hex) for all names and contents: what identifies a saved model."""
    lines = (f"{digest}  {name}\n" for name, digest in digests_of(folder).items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pickled_files(folder: Path) -> list[str]:
    """The files that are pickles, by name or by content, archives that hold one, or links that could lead to one."""
    return [
        name
        for name in files_in(folder)
        if (folder / name).is_symlink() or _is_pickled(name, (folder / name).read_bytes())
    ]


def _is_pickled(name: str, content: bytes) -> bool:
    if name.lower().endswith(PICKLE_SUFFIXES) or _reads_as_pickle(content) or _has_objects(content):
        return True
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(_is_pickled(member, archive.read(member)) for member in archive.namelist())


def _reads_as_pickle(content: bytes) -> bool:
    """Whether the whole content decodes as one pickle, which text and arrays never do."""
    if content[:1] == PICKLE_START and len(content) > 1 and content[1] <= NEWEST_PROTOCOL:
        return True
    if not content.rstrip(b"\n").endswith(b"."):
        return False
    stream = io.BytesIO(content)
    try:
        pickletools.dis(stream, out=io.StringIO())
    except Exception:  # it raises whatever the bytes provoke; any of it means that they are no pickle
        return False
    return not stream.read().strip()


def _has_objects(content: bytes) -> bool:
    """Whether it is a NumPy array of Python objects, which NumPy stores as a pickle."""
    return content.startswith(b"\x93NUMPY") and b"'|O'" in content[:256]
