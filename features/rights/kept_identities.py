"""Who is who, sealed: the identity store, and what people asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.identities import open_sealed, seal
from features.rights.held import apart_from, read_held, recogniser, write_held
from features.rights.place import At, Correction, Keeping, Told
from features.rights.subjects import Subjects

SIDES = ("left", "right")
CORRECTED = "correction"
"""The feed that a corrected name is shown as."""


class Identities(Keeping):
    """The identity store. It goes last, since every other place is looked through with what is in it."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Rows of theirs in all of its tables."""
        if not files:
            return 0
        return sum(sum(_theirs(row, subjects) for row in table.to_pylist()) for table in _kept(at).values())

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Take them out; that others were found not to be them stays, without saying whom."""
        found = self.find(at, files, subjects)
        if found:
            kept, held, recognise = _kept(at), read_held(at.workspace), recogniser(at.workspace)
            rows = apart_from(kept["decision"], subjects, recognise)
            write_held(at.workspace, held.having("apart", [*held.rows("apart"), *rows]))
            seal(at.workspace, {name: _without(table, subjects) for name, table in kept.items()})
        return found

    def rectify(self, at: At, files: Sequence[Path], subjects: Subjects, correction: Correction) -> int:
        """Show the corrected statements as names too; what partners stated stays theirs to put right."""
        kept, held = _kept(at), read_held(at.workspace)
        person_of = {(row["numbering"], row["who"]): row["person"] for row in kept["number"].to_pylist()}
        rows = [
            {"person": person_of[row["numbering"], row["who"]], "feed": CORRECTED}
            | {name: row[name] for name in ("forename", "surname", "dob")}
            for row in held.rows("correction")
            if (row["numbering"], row["who"]) in subjects.numbers and (row["numbering"], row["who"]) in person_of
        ]
        others = [row for row in kept["name"].to_pylist()
                  if not (row["person"] in subjects.persons and row["feed"] == CORRECTED)]  # fmt: skip
        names = list({tuple(row.items()): row for row in [*others, *rows]}.values())
        seal(at.workspace, {**kept, "name": pa.Table.from_pylist(names, kept["name"].schema)})
        return len(rows)

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """Names and numbers by who sent them, and how their records were found to be one person's."""
        kept = _kept(at)
        names = [row for row in kept["name"].to_pylist() if row["person"] in subjects.persons]
        numbers = [row for row in kept["number"].to_pylist() if row["person"] in subjects.persons]
        links = [row for row in kept["link"].to_pylist() if _ends(row) <= subjects.numbers]
        return [
            Told("Names and dates of birth", "As partners, or corrections, state them.", _plain(names, ("person",))),
            Told("Numbers partners know you by", "", _plain(numbers, ("person", "since", "until"))),
            Told("How records were found to be yours", "", _plain(links, ("weight",))),
        ]


class Asked(Keeping):
    """What people asked for. An erasure leaves keyed digests here, which recognise a record that comes again."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Objections and corrections of theirs, and decisions about others that name them."""
        held = read_held(at.workspace)
        rows = [*held.rows("objection"), *held.rows("correction"), *held.rows("apart")]
        return sum((row["numbering"], row["who"]) in subjects.numbers for row in rows)

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Take them out."""
        found, held = self.find(at, files, subjects), read_held(at.workspace)
        for name in ("objection", "correction", "apart") if found else ():
            kept = [row for row in held.rows(name) if (row["numbering"], row["who"]) not in subjects.numbers]
            held = held.having(name, kept)
        if found:
            write_held(at.workspace, held)
        return found

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """What was asked for them."""
        held = read_held(at.workspace)
        made = []
        for name, title in (("objection", "Objections"), ("correction", "Corrections")):
            rows = [row for row in held.rows(name) if (row["numbering"], row["who"]) in subjects.numbers]
            made += [Told(title, "", _plain(rows, ()))] if rows else []
        return made


def _kept(at: At) -> dict[str, pa.Table]:
    return open_sealed(at.workspace)


def _ends(row: dict[str, Any]) -> set[tuple[str, str]]:
    return {(row[f"{side}_numbering"], row[f"{side}_who"]) for side in SIDES}


def _theirs(row: dict[str, Any], subjects: Subjects) -> bool:
    """Whether a row of the identity store is about them, alone or with somebody else."""
    if "person" in row:
        return row["person"] in subjects.persons
    return bool(_ends(row) & subjects.numbers)


def _without(table: pa.Table, subjects: Subjects) -> pa.Table:
    return table.filter(pa.array([not _theirs(row, subjects) for row in table.to_pylist()], pa.bool_()))


def _plain(rows: Sequence[dict[str, Any]], leave_out: Sequence[str]) -> tuple[dict[str, Any], ...]:
    return tuple({name: value for name, value in row.items() if name not in leave_out} for row in rows)
