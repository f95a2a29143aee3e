"""Looks for a person in every file and table under a folder, a second way: it knows nothing of places or layouts.

Every file is read as bytes; what is packed is unpacked (gzip, zip, Excel); tables (Parquet, DuckDB, SQLite, our sealed
files) are read row by row as text. A person is found by any of their numbers or pseudonyms, or by name together with
date of birth on one line or row.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.identities import MAGIC, read_key, read_sealed
from features.pseudonyms import show
from features.workspace import Workspace

LEAST_CHARACTERS = 5
"""Numbers shorter than this would be found by chance."""


@dataclass(frozen=True)
class Wanted:
    """What would give somebody away. ``names`` are (forename, surname, date of birth)."""

    persons: frozenset[int]
    numbers: frozenset[str]
    names: frozenset[tuple[str, str, str]]

    def needles(self) -> dict[bytes, str]:
        """Bytes that may be nowhere, and what each is."""
        found = {number.encode(): "a partner's number" for number in self.numbers if len(number) >= LEAST_CHARACTERS}
        for person in self.persons:
            found |= {show(person).encode(): "the pseudonym", f"{person}".encode(): "the pseudonym as a number",
                      person.to_bytes(8, "little"): "the pseudonym as eight bytes",
                      person.to_bytes(8, "big"): "the pseudonym as eight bytes"}  # fmt: skip
        return found

    def in_bytes(self, content: bytes) -> set[str]:
        """What is in some bytes, line by line for names."""
        found = {what for needle, what in self.needles().items() if needle in content}
        folded = content.lower()
        for forename, surname, dob in self.names:
            if surname.lower().encode() in folded and dob.encode() in folded:
                lines = folded.split(b"\n")
                named = all_in(lines, [forename.lower().encode(), surname.lower().encode(), dob.encode()])
                found |= {"name with date of birth"} if named else set()
        return found


def all_in(lines: Iterable[bytes], parts: list[bytes]) -> bool:
    return any(all(part in line for part in parts) for line in lines)


def search(folder: Path, wanted: Wanted) -> list[str]:
    """Where the person is found, and by what: ``path: what``, sorted."""
    found = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found |= {f"{name}: in its name, {what}" for what in wanted.in_bytes(name.encode())}
        if path.is_file():
            found |= {f"{name}: {what}" for part in parts_of(path) for what in wanted.in_bytes(part)}
    return sorted(found)


def parts_of(path: Path) -> Iterator[bytes]:
    """A file's own bytes, and all that is packed or stored in it as text."""
    content = path.read_bytes()
    yield from unpacked(content)
    if content[8:12] == b"DUCK":
        yield from duckdb_rows(path)
    if content.startswith(b"SQLite format 3\x00"):
        yield from sqlite_rows(path)
    if content.startswith(MAGIC):
        home = Workspace(path.parent.parent)
        for table in read_sealed(path, read_key(home)).values():
            yield rows_as_text(table)


def unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(content))
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from unpacked(packed.read(name))
    elif content.startswith(b"PAR1"):
        yield rows_as_text(pq.read_table(io.BytesIO(content)))


def rows_as_text(table: pa.Table) -> bytes:
    return "\n".join("\t".join(map(str, row.values())) for row in table.to_pylist()).encode()


def duckdb_rows(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as store:
        for (table,) in store.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            yield "\n".join(map(str, store.execute(f'SELECT * FROM "{table}"').fetchall())).encode()


def sqlite_rows(path: Path) -> Iterator[bytes]:
    with sqlite3.connect(path) as store:
        for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield "\n".join(map(str, store.execute(f'SELECT * FROM "{table}"').fetchall())).encode()
