"""One person from many records: which partners' numbers belong together, how sure that is, and since when we know.

Three kinds of evidence, in this order: numbers that name one another (a pupil number in another extract, the police's
own merges), what a person decided about a doubtful pair, and likeness of names, date of birth, sex and home, weighed by
Splink. Likeness joins from ``LINK_BITS`` on; from ``REVIEW_BITS`` to there, or where two pupils fit about as well, it
joins nothing and a person is asked. The same records always link the same way, whatever the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.linkage.circles import records_in_circles
from features.linkage.clusters import Ids, Pair, People, Weights, strongest_first, too_close_to_call
from features.linkage.dating import Belonging, belongings
from features.linkage.decided import NOTHING_REMEMBERED, Remembered
from features.linkage.model import score_pairs
from features.linkage.stated import STANDARD_NAME_SQL, STATED_COLUMNS, make_linking_tables
from features.store import Connection

LINK_BITS = 5.0
"""32 to 1: from here on likeness joins."""
REVIEW_BITS = 0.0
"""Even: from here to ``LINK_BITS`` a person is asked."""
MARGIN_BITS = 3.0
"""A record fits one pupil only if it fits no other within 8 to 1."""

PUPIL_NUMBER, POLICE_MERGE, DECISION, LIKENESS = "pupil_number", "police_merge", "decision", "likeness"


@dataclass(frozen=True)
class LinkCounts:
    """What linking did, in numbers only."""

    numbers: int
    """Partners' numbers: pupils, police records, youth justice and social-care numbers."""
    people: int
    joined_by_pupil_number: int
    joined_by_police_merge: int
    joined_by_decision: int
    joined_by_likeness: int
    for_review: int
    """Pairs of people about whom a person is asked."""
    found_later: int
    """Numbers that moved to another person after they had been seen as their own."""


@dataclass(frozen=True)
class Links:
    """``belonging``: numbering, who, identity, known_on, since, until (days since 1970; since -1 is from the beginning,
    until null is still). ``link``: left_numbering, left_who, right_numbering, right_who, kind, weight, known_on.
    ``review``: left and right number ids with their weight, for :mod:`features.linkage.review`. ``counts``."""

    belonging: pa.Table
    link: pa.Table
    review: pa.Table
    counts: LinkCounts


def link_people(connection: Connection, weights: dict[str, Any], remembered: Remembered = NOTHING_REMEMBERED) -> Links:
    """Who is who, from the table ``stated`` (``STATED_COLUMNS``) in a scratch store."""
    make_linking_tables(connection)
    numbers = connection.sql("SELECT * FROM linking_number ORDER BY number_id").to_arrow_table()
    known_on = _days(numbers["known_on"])
    references = connection.sql("SELECT * FROM reference ORDER BY ALL").to_arrow_table()
    likenesses = _likenesses(connection, weights)
    people = People(np.array(pc.equal(numbers["numbering"], "school")))
    decisions = remembered.decisions_about(numbers)
    learned_on = int(known_on.max()) if len(known_on) else 0
    joins: dict[str, int] = {}
    taken: list[tuple[str, int, int, float, int]] = []
    for kind in (PUPIL_NUMBER, POLICE_MERGE):
        taken += _follow(people, references, kind, learned_on, joins)
    joins[DECISION] = 0
    for left, right, same, day in decisions:
        if same:
            joins[DECISION] += people.join(left, right)
            taken.append((DECISION, left, right, float("inf"), day))
        else:
            people.keep_apart(left, right)
    _join_alike(people, likenesses, joins)
    label = people.labels()
    holds = (label[likenesses.left] == label[likenesses.right]) & (likenesses.weight >= LINK_BITS)
    alike = zip(repeat(LIKENESS), *(column.tolist() for column in likenesses.only(holds)), strict=False)
    links = remembered.date(numbers, [*taken, *alike], learned_on)
    belonging = belongings(known_on, [(day, left, right) for _, left, right, _, day in links])
    review = _review(people, likenesses)
    counts = LinkCounts(
        numbers=len(numbers), people=len({each.identity for each in belonging if each.until is None}),
        joined_by_pupil_number=joins[PUPIL_NUMBER], joined_by_police_merge=joins[POLICE_MERGE],
        joined_by_decision=joins[DECISION], joined_by_likeness=joins[LIKENESS], for_review=len(review),
        found_later=sum(each.until is not None for each in belonging),
    )  # fmt: skip
    return Links(_belonging_table(numbers, belonging), _link_table(numbers, links), review, counts)


class Likenesses(NamedTuple):
    """Pairs of numbers (the smaller is ``left``), the most they are alike (bits), and the day (since 1970) from which
    that is at least ``LINK_BITS``."""

    left: Ids
    right: Ids
    weight: Weights
    day: Ids

    def only(self, which: NDArray[np.bool_]) -> Likenesses:
        """Those pairs of which ``which`` is true."""
        return Likenesses(self.left[which], self.right[which], self.weight[which], self.day[which])


def _likenesses(connection: Connection, weights: dict[str, Any]) -> Likenesses:
    """Every pair of numbers that is at least ``REVIEW_BITS`` alike, in order."""
    pairs = score_pairs(connection, weights, REVIEW_BITS)
    connection.register("scored", pairs)
    found = connection.sql(f"""
        WITH pair AS (
            SELECT least(l.number_id, r.number_id) AS one, greatest(l.number_id, r.number_id) AS other, weight,
                   greatest(l.known_on, r.known_on) - DATE '1970-01-01' AS day
            FROM scored JOIN profile l ON l.unique_id = scored.left JOIN profile r ON r.unique_id = scored.right
        )
        SELECT one, other, max(weight) AS weight,
               coalesce(min(day) FILTER (weight >= {LINK_BITS}), min(day)) AS day
        FROM pair GROUP BY one, other ORDER BY one, other
    """).to_arrow_table()
    connection.unregister("scored")
    left, right, day = (found[name].to_numpy().astype(np.int64) for name in ("one", "other", "day"))
    return Likenesses(left, right, found["weight"].to_numpy(), day)


def _follow(
    people: People, references: pa.Table, kind: str, learned_on: int, joins: dict[str, int]
) -> list[tuple[str, int, int, float, int]]:
    """Join numbers that name one another. The police do not say when they merged: we learned of it with the load."""
    rows = references.filter(pc.equal(references["kind"], kind))
    left, right = (rows[name].to_pylist() for name in ("number_id", "other_id"))
    joins[kind] = sum(map(people.join, left, right))
    days = [learned_on] * len(rows) if kind == POLICE_MERGE else _days(rows["known_on"]).tolist()
    return [(kind, *link, float("inf"), day) for *link, day in zip(left, right, days, strict=True)]


def _join_alike(people: People, likenesses: Likenesses, joins: dict[str, int]) -> None:
    """Join by likeness, strongest first, but for the pairs that are left to a person."""
    alike = likenesses.only(likenesses.weight >= LINK_BITS)
    before = people.labels()
    one, other = before[alike.left], before[alike.right]
    doubtful = too_close_to_call(one, other, alike.weight, people.with_pupil(), MARGIN_BITS)
    doubtful |= {pair[::-1] for pair in doubtful}
    order = strongest_first(alike.left, alike.right, alike.weight)
    ends = zip(one[order].tolist(), other[order].tolist(), strict=True)
    joins[LIKENESS] = sum(people.may_join(*pair) and people.join(*pair) for pair in ends if pair not in doubtful)


def _review(people: People, likenesses: Likenesses) -> pa.Table:
    """The likest pair of numbers of each two people who may still be one, the likest first."""
    label = people.labels()
    one, other = label[likenesses.left], label[likenesses.right]
    best: dict[Pair, tuple[float, int, int]] = {}
    for place in np.flatnonzero(one != other).tolist():
        key = (int(min(one[place], other[place])), int(max(one[place], other[place])))
        if people.may_join(*key):
            left, right, weight, _ = (column[place].item() for column in likenesses)
            best[key] = max(best.get(key, (weight, left, right)), (weight, left, right))
    rows = sorted(best.values(), key=lambda row: (-row[0], row[1], row[2]))
    kinds = {"weight": pa.float64(), "left": pa.int64(), "right": pa.int64()}
    return pa.table({name: pa.array([row[n] for row in rows], kind) for n, (name, kind) in enumerate(kinds.items())})


def _days(dates: pa.ChunkedArray) -> Ids:
    return np.asarray(dates.cast(pa.date32()).cast(pa.int32()).to_numpy()).astype(np.int64)


def _belonging_table(numbers: pa.Table, belonging: list[Belonging]) -> pa.Table:
    number, who, since, until = zip(*belonging, strict=True) if belonging else ((), (), (), ())
    own, first = pa.array(number, pa.int64()), numbers.take(pa.array(who, pa.int64()))
    named = numbers.take(own)
    identity = pc.binary_join_element_wise(first["numbering"], first["who"], ":")
    return pa.table({
        "numbering": named["numbering"], "who": named["who"], "known_on": named["known_on"],
        "identity": identity,
        "since": pa.array(since, pa.int32()), "until": pa.array(until, pa.int32()),
    })  # fmt: skip


def _link_table(numbers: pa.Table, links: list[tuple[str, int, int, float, int]]) -> pa.Table:
    kind, left, right, weight, day = zip(*links, strict=True) if links else ((), (), (), (), ())
    ends = {side: numbers.take(pa.array(ids, pa.int64())) for side, ids in (("left", left), ("right", right))}
    columns = {f"{side}_{name}": table[name] for side, table in ends.items() for name in ("numbering", "who")}
    return pa.table(columns | {
        "kind": pa.array(kind, pa.string()), "weight": pa.array(weight, pa.float64()),
        "known_on": pa.array(day, pa.int32()).cast(pa.date32()),
    })  # fmt: skip


__all__ = ["STANDARD_NAME_SQL", "STATED_COLUMNS", "LinkCounts", "Links", "Remembered", "link_people",
           "records_in_circles"]  # fmt: skip
