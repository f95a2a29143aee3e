"""What is remembered from load to load: what people decided about doubtful pairs, and when each link was found.

A link found again keeps its first day. A link between two numbers that were both known at the load before is new
knowledge, so its day is the day of this load, and no earlier table changes. A link that corrected records no longer
support is undone for every date, because it was wrong about a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

Number = tuple[str, str]
"""A numbering and a number of it."""
LinkRow = tuple[str, int, int, float, int]
"""Kind, two number ids, weight, day known."""

DECISION_SCHEMA = pa.schema([
    ("left_numbering", pa.string()), ("left_who", pa.string()), ("right_numbering", pa.string()),
    ("right_who", pa.string()), ("same", pa.bool_()), ("decided_by", pa.string()), ("decided_on", pa.date32()),
    ("reason", pa.string()),
])  # fmt: skip


def _ends(row: dict[str, str]) -> frozenset[Number]:
    return frozenset([(row["left_numbering"], row["left_who"]), (row["right_numbering"], row["right_who"])])


@dataclass(frozen=True)
class Remembered:
    """``decisions`` (DECISION_SCHEMA), ``links`` and ``numbers`` as the last load left them in the identity store."""

    decisions: pa.Table = field(default_factory=DECISION_SCHEMA.empty_table)
    links: pa.Table | None = None
    numbers: pa.Table | None = None

    def decisions_about(self, numbers: pa.Table) -> list[tuple[int, int, bool, int]]:
        """(number id, number id, same, day) of every decision about numbers that are there; a later one counts."""
        place = _places(numbers) if len(self.decisions) else {}
        found: dict[frozenset[Number], tuple[int, int, bool, int]] = {}
        days = self.decisions["decided_on"].cast(pa.int32()).to_pylist()
        rows = sorted(zip(days, self.decisions.to_pylist(), strict=True), key=lambda each: each[0])
        for day, row in rows:
            left, right = (row["left_numbering"], row["left_who"]), (row["right_numbering"], row["right_who"])
            if left in place and right in place:
                found[_ends(row)] = (*sorted((place[left], place[right])), row["same"], day)
        return sorted(found.values())

    def date(self, numbers: pa.Table, links: list[LinkRow], learned_on: int) -> list[LinkRow]:
        """The links with the day each came to be known, in order."""
        if self.links is None or self.numbers is None:
            return sorted(links)
        days = self.links["known_on"].cast(pa.int32()).to_pylist()
        first = {(row["kind"], _ends(row)): day for day, row in zip(days, self.links.to_pylist(), strict=True)}
        known = {(row["numbering"], row["who"]) for row in self.numbers.select(["numbering", "who"]).to_pylist()}
        names = list(zip(numbers["numbering"].to_pylist(), numbers["who"].to_pylist(), strict=True))
        dated = []
        for kind, left, right, weight, day in links:
            ends = names[left], names[right]
            again = first.get((kind, frozenset(ends)))
            new = learned_on if ends[0] in known and ends[1] in known and kind != "decision" else day
            dated.append((kind, left, right, weight, new if again is None else again))
        return sorted(dated)


NOTHING_REMEMBERED = Remembered()
"""As before the first load."""


def _places(numbers: pa.Table) -> dict[Number, int]:
    names = zip(numbers["numbering"].to_pylist(), numbers["who"].to_pylist(), strict=True)
    return {name: place for place, name in enumerate(names)}
