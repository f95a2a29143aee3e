"""Parquet files with a pseudonym in each row: results lose the person's rows, caches go whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.rights.place import At, Keeping, Told
from features.rights.subjects import Subjects
from features.workspace import whole_file

WHO = ("person", "other")
"""Columns that hold a pseudonym."""


class Rows(Keeping):
    """Results by pseudonym: the person's rows are taken out. ``title`` heads them in what a person is shown."""

    def __init__(self, title: str = "", about: str = "", leave_out: Sequence[str] = ()) -> None:
        self._title, self._about, self._leave_out = title, about, {*WHO, *leave_out}

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Rows of theirs."""
        return sum(int(theirs(pq.read_table(path, columns=_who(path)), subjects).sum()) for path in files)

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Write each file again without their rows."""
        return sum(without(path, subjects) for path in files)

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """What was worked out about them goes too."""
        return self.erase(at, files, subjects)

    def rekey(self, at: At, files: Sequence[Path], persons: Mapping[int, int]) -> int:
        """Each file with new pseudonyms in place of the old."""
        for path in files:
            table = renumbered(pq.read_table(path), persons)
            with whole_file(path) as scratch:
                pq.write_table(table, scratch, compression="zstd")
        return len(files)

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """Their rows, in plain columns."""
        if not self._title:
            return []
        rows = [
            {name: value for name, value in row.items() if name not in self._leave_out}
            for path in files
            for row in _of(path, subjects).to_pylist()
        ]
        return [Told(self._title, self._about, tuple(rows))] if rows else []


class Caches(Keeping):
    """What can be worked out again from the warehouse: it is removed whole, whoever is in it."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Rows of theirs."""
        return Rows().find(at, files, subjects)

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Remove every file; how many rows of theirs went with them."""
        found = self.find(at, files, subjects)
        for path in files:
            path.unlink(missing_ok=True)
        return found

    def rekey(self, at: At, files: Sequence[Path], persons: Mapping[int, int]) -> int:
        """Remove every file."""
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Removed only where they are in it."""
        found = 0
        for path in files:
            rows = self.find(at, [path], subjects)
            if rows:
                path.unlink(missing_ok=True)
            found += rows
        return found


def theirs(table: pa.Table, subjects: Subjects) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows name one of the subjects in any column of pseudonyms."""
    wanted = np.fromiter(subjects.persons, np.int64, len(subjects.persons))
    found = np.zeros(len(table), dtype=np.bool_)
    for name in WHO:
        if name in table.column_names:
            found |= np.isin(table[name].to_numpy(), wanted)
    return found


def without(path: Path, subjects: Subjects) -> int:
    """Write a Parquet file again without their rows, whole; how many there were. Untouched if there are none."""
    table = pq.read_table(path)
    out = theirs(table, subjects)
    if out.any():
        with whole_file(path) as scratch:
            pq.write_table(table.filter(pa.array(~out)), scratch, compression="zstd")
    return int(out.sum())


def renumbered(table: pa.Table, persons: Mapping[int, int]) -> pa.Table:
    """A table with every column of pseudonyms under new ones; a number that is not in ``persons`` stays."""
    for name in (name for name in WHO if name in table.column_names):
        new = pa.array([persons.get(person, person) for person in table[name].to_pylist()], pa.int64())
        table = table.set_column(table.column_names.index(name), table.schema.field(name), new)
    return table


def _of(path: Path, subjects: Subjects) -> pa.Table:
    table = pq.read_table(path)
    return table.filter(pa.array(theirs(table, subjects)))


def _who(path: Path) -> list[str]:
    return [name for name in pq.read_schema(path).names if name in WHO]
