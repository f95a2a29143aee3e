"""What a place that holds people is: which files are its own, and what each right does there."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.errors import MissingStep, Refusal
from features.rights.subjects import Subjects
from features.workspace import Workspace


@contextmanager
def one_act_at_a_time(workspace: Workspace) -> Iterator[None]:
    """Nobody else acts on people's rights in this workspace meanwhile; a process that is killed lets go.

    :raises MissingStep: nothing was loaded there. :raises Refusal: somebody else is acting.
    """
    if not workspace.data.is_dir():
        raise MissingStep(f"nothing is loaded in {workspace.root}; first: risk-model intake")
    folder = os.open(workspace.data, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = f"somebody else is acting on people's rights in {workspace.root}: wait for it to end"
            raise Refusal(said) from None
        yield
    finally:
        os.close(folder)


@dataclass(frozen=True)
class At:
    """Where and when an act is done: the workspace and the day of the act."""

    workspace: Workspace
    on: date


@dataclass(frozen=True)
class Told:
    """What a place tells a person about what it holds of them: a title, a plain sentence, and rows to read."""

    title: str
    about: str
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Correction:
    """A detail put right from a day on. ``field`` is one of ``features.rights.held.CORRECTABLE``."""

    field: str
    value: str


class Keeping:
    """How a place keeps people. Each right may be asked again and changes nothing then; files are replaced whole.

    ``find`` counts what is held of the subjects; ``erase`` and ``object`` take it out and say how much that was.
    Places that an objection or a correction does not change do nothing.
    """

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """How many records of theirs are here."""
        raise NotImplementedError

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Take every record of theirs out; how many there were."""
        raise NotImplementedError

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """They object to being scored and listed; how many records were taken out."""
        return 0

    def withdraw(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """They take an objection back; what was taken out stays out, and is worked out anew the next time."""
        return 0

    def rectify(self, at: At, files: Sequence[Path], subjects: Subjects, correction: Correction) -> int:
        """Something about them was put right; how many records now say so."""
        return 0

    def rekey(self, at: At, files: Sequence[Path], persons: Mapping[int, int]) -> int:
        """Everybody has another pseudonym (old to new); how many files changed. Nothing where none is kept."""
        return 0

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """What is held of them, to read. No other person's data."""
        return []


class Nobody(Keeping):
    """Files without anybody in them; why is said by the place."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Nothing."""
        return 0

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Nothing."""
        return 0


class Leftovers(Keeping):
    """What a killed run left behind: nobody needs it, and it may hold anybody. It goes whole."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Every file counts as one."""
        return len(files)

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Remove them all."""
        for path in files:
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder.name.startswith(".") and folder.is_dir() and folder != at.workspace.root:
                    shutil.rmtree(folder, ignore_errors=True)
        return len(files)

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Remove them all: a score may be in them."""
        return self.erase(at, files, subjects)


@dataclass(frozen=True)
class Place:
    """One kind of thing in a workspace. ``files`` are patterns under its folder (``**`` is any depth).

    ``holds`` says in plain words what is in it and, where something stays after an erasure, what and why.
    """

    name: str
    holds: str
    files: tuple[str, ...]
    keeping: Keeping

    def paths(self, workspace: Workspace) -> list[Path]:
        """Its files that are there, in order."""
        found = {path for pattern in self.files for path in workspace.root.glob(pattern) if path.is_file()}
        return sorted(found)

    def find(self, at: At, subjects: Subjects) -> int:
        """How many records of theirs are here."""
        return self.keeping.find(at, self.paths(at.workspace), subjects)


def unclaimed(workspace: Workspace, places: Sequence[Place]) -> list[str]:
    """Files in a workspace that no place claims: nobody would look for people in them."""
    claimed = {path for place in places for path in place.paths(workspace)}
    return sorted(
        path.relative_to(workspace.root).as_posix()
        for path in workspace.root.rglob("*")
        if path.is_file() and path not in claimed
    )
