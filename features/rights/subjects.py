"""Whom an act is about: every pseudonym, number and name under which the identity store knows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from features.errors import BadInput
from features.feeds import FEEDS
from features.feeds.feed import Numbering
from features.identities import open_sealed
from features.pseudonyms import read_shown, show
from features.workspace import Workspace

Number = tuple[str, str]
"""A numbering and a number of it."""
Name = tuple[str, str, str]
"""Forename, surname and date of birth (ISO), folded for comparing."""

NUMBER_COLUMNS = {
    "upn": Numbering.SCHOOL, "nominal_id": Numbering.POLICE, "merged_into": Numbering.POLICE,
    "yj_person_id": Numbering.YOUTH_JUSTICE, "child_id": Numbering.CARE, "defendant_id": Numbering.COURT,
    "child_ref": Numbering.PROBATION, "referral_id": Numbering.FIRE, "member_ref": Numbering.HOUSING,
}  # fmt: skip
"""The columns of extracts that hold a person's number, and whose numbers they are."""


_NUMBERING_OF = {feed.name: f"{feed.numbering}" for feed in FEEDS}
"""A synthetic world's truth names a record by its extract."""


@dataclass(frozen=True)
class Subjects:
    """One person, or several at once. ``persons`` are their pseudonyms, also those of earlier links."""

    persons: frozenset[int]
    numbers: frozenset[Number]
    names: frozenset[Name]
    others: frozenset[Number] = frozenset()
    """Numbers of everybody else: a row under one of them is never theirs, whatever name it states."""

    @property
    def shown(self) -> frozenset[str]:
        """Their pseudonyms as lists show them."""
        return frozenset(map(show, self.persons))

    @cached_property
    def _clues(self) -> frozenset[str]:
        """A row of theirs has one of these as a cell: a number, or a date of birth."""
        return frozenset({who for _, who in self.numbers} | {dob for *_, dob in self.names})

    def owns(self, row: dict[str, str]) -> bool:
        """Whether a partner's row (column to cell) is about them: by its number, or by name and date of birth."""
        if self._clues.isdisjoint(map(str.strip, filter(None, row.values()))):
            return False
        cells = {name: (row.get(name) or "").strip() for name in NUMBER_COLUMNS if row.get(name)}
        numbers = {(f"{NUMBER_COLUMNS[name]}", cell) for name, cell in cells.items()}
        if row.get("source_table"):
            numbers.add((_NUMBERING_OF.get(row["source_table"], ""), row.get("record", "")))
        if numbers & self.numbers:
            return True
        named = folded(row.get("forename"), row.get("surname"), row.get("dob"))
        return named in self.names and not numbers & self.others

    def as_json(self) -> dict[str, Any]:
        """As JSON values, for an act that is not finished. Others are looked up again."""
        return {"persons": sorted(self.persons), "numbers": sorted(self.numbers), "names": sorted(self.names)}


def from_json(values: dict[str, Any], others: frozenset[Number]) -> Subjects:
    """The subjects that :meth:`Subjects.as_json` wrote down."""
    numbers, names = (frozenset(map(tuple, values[name])) for name in ("numbers", "names"))
    return Subjects(frozenset(values["persons"]), numbers, names, others)


def folded(forename: object, surname: object, dob: object) -> Name:
    """A name as it is compared: without case and outer spaces.

    >>> folded(" Ann", "DOE", "2010-02-03")
    ('ann', 'doe', '2010-02-03')
    """
    first, last, born = (f"{'' if each is None else each}".strip().casefold() for each in (forename, surname, dob))
    return first, last, born


def find_subject(workspace: Workspace, shown: str) -> Subjects:
    """The person of a pseudonym, with every number that was ever found to be theirs.

    :raises BadInput: the text is no pseudonym, or nobody has it. The message does not repeat it.
    """
    person, kept = read_shown(shown), open_sealed(workspace)
    if person not in set(kept["number"]["person"].to_pylist()):
        raise BadInput("nobody in the identity store has this number: check it against the list it came from")
    return subjects_of(kept, {person})


def subjects_of(kept: dict[str, pa.Table], persons: Collection[int]) -> Subjects:
    """These people, from the tables of the identity store: whoever shares a number with them is them, as now linked."""
    rows = [(row["person"], (row["numbering"], row["who"])) for row in kept["number"].to_pylist()]
    found: set[int] = set()
    numbers: set[Number] = set()
    more = set(persons)
    while more - found:
        found |= more
        numbers |= {number for person, number in rows if person in found}
        more = {person for person, number in rows if number in numbers}
    names = {folded(row["forename"], row["surname"], row["dob"]) for row in kept["name"].to_pylist()
             if row["person"] in found and row["dob"] and (row["forename"] or row["surname"])}  # fmt: skip
    others = frozenset(number for _, number in rows) - numbers
    return Subjects(frozenset(found), frozenset(numbers), frozenset(names), others)


def first_number(kept: dict[str, pa.Table], subjects: Subjects) -> str:
    """The number that names the person (``school:...``): it stays when pseudonyms are keyed anew."""
    found = [row["identity"] for row in kept["person"].to_pylist() if row["person"] in subjects.persons]
    return min(found) if found else ""
