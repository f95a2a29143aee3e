"""Copies that people asked for of what is held about them: the most personal file there is, so it goes with them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from features.pseudonyms import show
from features.rights.place import At, Keeping
from features.rights.subjects import Subjects
from features.workspace import read_json, whole_file
from risk_model.referrals.amending import renumber_text

COPY = "copy.json"


class Copies(Keeping):
    """A folder a copy, named by the act's number."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Copies of theirs."""
        return len(_theirs(files, subjects))

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Remove them whole."""
        found = _theirs(files, subjects)
        for folder in found:
            shutil.rmtree(folder)
        return len(found)

    def rekey(self, at: At, files: Sequence[Path], persons: Mapping[int, int]) -> int:
        """The number a copy is under, as lists show it now."""
        shown = {show(old): show(new) for old, new in persons.items()}
        for path in files:
            with whole_file(path) as scratch:
                scratch.write_text(renumber_text(path.read_text(encoding="utf-8"), shown), encoding="utf-8")
        return len(files)


def _theirs(files: Sequence[Path], subjects: Subjects) -> list[Path]:
    copies = [path for path in files if path.name == COPY]
    return [path.parent for path in copies if read_json(path)["person"] in subjects.shown]
