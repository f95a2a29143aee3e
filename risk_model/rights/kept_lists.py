"""Referral lists and the scores behind them, date by date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from features.pseudonyms import show
from features.rights.kept_rows import Rows
from features.rights.kept_sheets import rows_of
from features.rights.place import At, Correction, Keeping, Told
from features.rights.subjects import Subjects
from risk_model.referrals.amending import AMENDED, mark_overtaken, note, pages_with, renumber, take_out
from risk_model.referrals.changes import INDEX, LISTED, SCORES

CHANGES_SCORES = ("dob",)
"""Corrections after which a score may be another one: age is worked out from the date of birth."""


class Lists(Keeping):
    """A folder a date: pages and sheets of teams, everybody's scores, and who was listed."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Scores and places of theirs, and files that show them."""
        rows = Rows().find(at, _tables(files), subjects)
        return rows + sum(len(pages_with(folder, subjects.shown)) for folder in _folders(files))

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Take them out of every list, and their scores with them."""
        found = 0
        for folder in _folders(files):
            rows = Rows().erase(at, _tables(files, folder), subjects)
            pages = take_out(folder, subjects.shown, at.on)
            if rows or pages:
                note(folder, AMENDED, at.on)
            found += rows + pages
        return found

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """The same: somebody who objects is on no list, and no score of theirs is kept."""
        return self.erase(at, files, subjects)

    def rectify(self, at: At, files: Sequence[Path], subjects: Subjects, correction: Correction) -> int:
        """Mark lists they were considered for, where the correction may change a score."""
        if correction.field not in CHANGES_SCORES:
            return 0
        overtaken = [each for each in _folders(files) if Rows().find(at, _tables(files, each), subjects)]
        for folder in overtaken:
            mark_overtaken(folder, subjects.shown, at.on)
        return len(overtaken)

    def rekey(self, at: At, files: Sequence[Path], persons: Mapping[int, int]) -> int:
        """Scores, lists and pages with new pseudonyms, so that what is printed from now on can be looked up."""
        shown = {show(old): show(new) for old, new in persons.items()}
        changed = Rows().rekey(at, _tables(files), persons)
        for folder in _folders(files):
            changed += renumber(folder, shown)
            note(folder)
        return changed

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """Every list they were shown on, in the words it used."""
        shown = [
            Told(f"The list of {path.parent.name}, {path.stem.replace('-', ' ')}", "As the team could read it.",
                 tuple({name: cell for name, cell in row.items() if cell}
                       for row in rows_of(path) if row.get("person") in subjects.shown))
            for path in files
            if path.suffix == ".csv"
        ]  # fmt: skip
        return [told for told in shown if told.rows]


def _folders(files: Sequence[Path]) -> list[Path]:
    return sorted({path.parent for path in files if path.name == INDEX})


def _tables(files: Iterable[Path], folder: Path | None = None) -> list[Path]:
    found = [path for path in files if path.name in (SCORES, LISTED)]
    return found if folder is None else [path for path in found if path.parent == folder]
