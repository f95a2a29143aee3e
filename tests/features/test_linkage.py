"""Who is who: the same records always link the same way, twins stay two, and no later link changes an earlier date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.linkage import STATED_COLUMNS, LinkCounts, Links, link_people, records_in_circles
from features.linkage.clusters import People, strongest_first
from features.linkage.dating import ALWAYS, belongings
from features.linkage.decided import DECISION_SCHEMA, Remembered
from features.linkage.model import read_weights
from features.store import Connection, connect
from tests.features.delivery import rows_of

WEIGHTS = read_weights()
HOME = {"lsoa": "E1", "council": "C1", "sex": "M", "known_on": "2021-01-01", "upn": "", "merged_into": ""}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Connection]:
    connection = connect(tmp_path / "scratch.duckdb")
    yield connection
    connection.close()


def _state(store: Connection, rows: list[Mapping[str, str]]) -> None:
    full = [HOME | row for row in rows]
    columns = {name: pa.array([row[name] or None for row in full], pa.string()) for name in STATED_COLUMNS}
    store.register("drawn", pa.table(columns))
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in STATED_COLUMNS.items())
    store.execute(f"CREATE OR REPLACE TABLE stated AS SELECT {typed} FROM drawn")
    store.unregister("drawn")


def _link(store: Connection, drawn: str, remembered: Remembered | None = None) -> Links:
    _state(store, rows_of(drawn))
    return link_people(store, WEIGHTS, remembered or Remembered())


def _who(links: Links) -> dict[str, str]:
    """Who each number is now."""
    return {row["who"]: row["identity"] for row in links.belonging.to_pylist() if row["until"] is None}


def _together(links: Links, *numbers: str) -> bool:
    who = _who(links)
    return len({who[number] for number in numbers}) == 1


def test_spelling_a_swap_or_a_mistyped_birthday_does_not_make_two_people(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering     | who | forename | surname  | dob
        school        | U1  | Zoë-Ann  | O'Reilly | 2008-03-04
        police        | P1  | ZOEANN   | OREILY   | 2008-03-04
        police        | P2  | O'Reilly | Zoe Ann  | 2008-03-04
        youth_justice | Y1  | Zoe-Ann  | O Reilly | 2008-04-03
        school        | U2  | Bo       | Ray      | 2009-01-01
    """,
    )
    assert _together(links, "U1", "P1", "P2", "Y1")
    assert _who(links)["U2"] == "school:U2"
    assert links.counts.people == 2


def test_twins_stay_two_however_alike_and_each_keeps_their_own_police_record(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering | who | forename | surname | dob
        school    | U1  | Ronnie   | Leewood | 2008-03-04
        school    | U2  | Reggie   | Leewood | 2008-03-04
        police    | P1  | Ronnie   | Leewood | 2008-03-04
        police    | P2  | Reggie   | Leewood | 2008-03-04
    """,
    )
    assert _together(links, "U1", "P1")
    assert _together(links, "U2", "P2")
    assert links.counts.people == 2


def test_a_record_that_fits_two_pupils_equally_joins_neither_and_is_for_a_person(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering | who | forename | surname | dob
        school    | U1  | Ann      | Lee     | 2008-03-04
        school    | U2  | Ann      | Lee     | 2008-03-04
        police    | P1  | Ann      | Lee     | 2008-03-04
    """,
    )
    assert len(set(_who(links).values())) == 3
    assert links.counts.for_review == len(links.review) == 2


def test_what_a_person_decided_joins_or_keeps_apart(store: Connection) -> None:
    drawn = """
        numbering | who | forename | surname | dob
        school    | U1  | Ann      | Lee     | 2008-03-04
        school    | U2  | Ann      | Lee     | 2008-03-04
        police    | P1  | Ann      | Lee     | 2008-03-04
        police    | P2  | Cy       | Dunn    | 2009-03-04
        police    | P3  | Cy       | Dunn    | 2009-03-04
    """
    decided = _decisions(("police", "P1", "school", "U2", True, "2023-05-06"),
                         ("police", "P2", "police", "P3", False, "2023-05-06"))  # fmt: skip
    assert _together(_link(store, drawn), "P2", "P3")
    links = _link(store, drawn, Remembered(decided))
    assert _together(links, "U2", "P1")
    assert not _together(links, "U1", "P1")
    assert not _together(links, "P2", "P3")
    assert links.counts.joined_by_decision == 1


def _decisions(*rows: tuple[str, str, str, str, bool, str]) -> pa.Table:
    names = DECISION_SCHEMA.names
    full = [dict(zip(names, (*row[:5], "A N Other", date.fromisoformat(row[5]), "seen together"), strict=True))
            for row in rows]  # fmt: skip
    return pa.Table.from_pylist(full, DECISION_SCHEMA)


def test_pupil_numbers_and_police_merges_join_whatever_the_names_say(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering | who | forename | surname | dob        | upn | merged_into
        school    | U1  | Ann      | Lee     | 2008-03-04 | U1  |
        care      | K1  | Bo       | Ray     | 2010-05-06 | U1  |
        police    | P1  | Cy       | Dunn    | 2009-01-01 |     | P2
        police    | P2  | Di       | Frost   | 2009-02-02 |     | P3
        police    | P3  |          |         |            |     |
    """,
    )
    assert _together(links, "U1", "K1")
    assert _together(links, "P1", "P2", "P3")
    counts = links.counts
    assert (counts.joined_by_pupil_number, counts.joined_by_police_merge, counts.joined_by_likeness) == (1, 2, 0)


def test_a_merge_that_only_the_police_know_of_counts_from_the_load_and_not_before(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering | who | forename | surname | dob        | merged_into | known_on
        police    | P1  | Cy       | Dunn    | 2009-01-01 | P2          | 2021-01-01
        police    | P2  | Di       | Frost   | 2009-02-02 |             | 2020-01-01
        police    | P3  | Ed       | Gale    | 2010-02-02 |             | 2024-01-01
    """,
    )
    rows = {(row["who"], row["identity"]): (row["since"], row["until"]) for row in links.belonging.to_pylist()}
    loaded = _day("2024-01-01")
    assert rows["P1", "police:P1"] == (ALWAYS, loaded)
    assert rows["P1", "police:P2"] == (loaded, None)
    assert links.counts.found_later == 1


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def test_a_link_found_by_a_later_load_leaves_what_earlier_loads_knew_and_keeps_its_day_afterwards(
    store: Connection,
) -> None:
    before = """
        numbering | who | forename | surname | dob        | known_on
        school    | U1  | Ann      | Lee     | 2008-03-04 | 2020-01-01
        police    | P1  | Nan      | Li      | 2008-12-30 | 2021-01-01
    """
    corrected = before.replace("Nan      | Li      | 2008-12-30", "Ann      | Lee     | 2008-03-04")
    later = corrected + "        school    | U9  | Zed      | Oz      | 2011-01-01 | 2023-01-01\n"
    first = _link(store, before)
    assert not _together(first, "U1", "P1")
    kept = Remembered(links=first.link, numbers=first.belonging)
    second = _link(store, later, kept)
    moved = [row for row in second.belonging.to_pylist() if row["who"] == "P1"]
    assert [(row["identity"], row["since"], row["until"]) for row in moved] == [
        ("police:P1", ALWAYS, _day("2023-01-01")), ("school:U1", _day("2023-01-01"), None)]  # fmt: skip
    much_later = later + "        school    | U8  | Yan      | Orr     | 2012-01-01 | 2025-01-01\n"
    third = _link(store, much_later, Remembered(links=second.link, numbers=second.belonging))
    assert [row for row in third.belonging.to_pylist() if row["who"] == "P1"] == moved


def test_records_without_a_name_match_nobody(store: Connection) -> None:
    links = _link(
        store,
        """
        numbering     | who | forename | surname | dob
        police        | P1  |          |         | 2008-03-04
        youth_justice | Y1  | ?        |         | 2008-03-04
    """,
    )
    assert not _together(links, "P1", "Y1")


def test_the_order_of_rows_does_not_matter(store: Connection) -> None:
    chance = Random(4)
    first, last = ("Ann", "Anne", "Bo", "Cy", "Li"), ("Lee", "Leigh", "Ray", "Li")
    rows = [
        {"numbering": kind, "who": f"{kind[0].upper()}{n}", "forename": chance.choice(first),
         "surname": chance.choice(last), "dob": f"2008-0{chance.randint(1, 3)}-04"}
        for kind in ("school", "police", "care") for n in range(12)
    ]  # fmt: skip
    _state(store, rows)
    one = link_people(store, WEIGHTS)
    chance.shuffle(rows)
    _state(store, rows)
    other = link_people(store, WEIGHTS)
    assert one.counts == other.counts
    assert one.belonging.equals(other.belonging)
    assert one.link.equals(other.link)
    assert isinstance(one.counts, LinkCounts)


pairs = st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1])


@settings(deadline=None)
@given(st.sets(st.integers(0, 9)), st.lists(st.tuples(pairs, st.integers(1, 5))), st.lists(pairs, max_size=4))
def test_likeness_never_joins_two_pupils_nor_what_a_person_kept_apart(
    pupils: set[int], alike: list[tuple[tuple[int, int], int]], apart: list[tuple[int, int]]
) -> None:
    people = People(np.isin(np.arange(10), list(pupils)))
    for one, other in apart:
        people.keep_apart(one, other)
    left, right = (np.array([pair[side] for pair, _ in alike], dtype=np.int64) for side in (0, 1))
    for place in strongest_first(left, right, np.array([float(bits) for _, bits in alike])):
        if people.may_join(int(left[place]), int(right[place])):
            people.join(int(left[place]), int(right[place]))
    label = people.labels()
    assert all(label[one] != label[other] for one, other in apart)
    assert all(np.sum(label[sorted(pupils)] == person) <= 1 for person in set(label[sorted(pupils)]))


@settings(deadline=None)
@given(st.lists(st.integers(0, 8), min_size=6, max_size=6), st.lists(st.tuples(st.integers(0, 12), pairs), max_size=8))
def test_on_every_day_numbers_are_together_as_the_links_known_by_then_say(
    known: list[int], drawn: list[tuple[int, tuple[int, int]]]
) -> None:
    """Checked a second way: for each day, by joining from nothing with only the links known before it."""
    known_on = np.array(known)
    links = [(max(day, known[a % 6], known[b % 6]), a % 6, b % 6) for day, (a, b) in drawn if a % 6 != b % 6]
    rows = belongings(known_on, links)
    for as_of in range(1, 14):
        seen = [number for number in range(6) if known[number] < as_of]
        group = {number: {number} for number in range(6)}
        for day, a, b in links:
            if day < as_of:
                joined = group[a] | group[b]
                for number in joined:
                    group[number] = joined
        now = {row.number: row.identity for row in rows
               if row.since < as_of and (row.until is None or as_of <= row.until)}  # fmt: skip
        for number in seen:
            assert {other for other in seen if now[other] == now[number]} == group[number] & set(seen)
            assert now[number] == min(group[number], key=lambda n: (known[n], n))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), pairs), max_size=8), st.tuples(st.integers(0, 12), pairs))
def test_one_more_link_changes_nothing_before_its_day(
    drawn: list[tuple[int, tuple[int, int]]], late: tuple[int, tuple[int, int]]
) -> None:
    known_on = np.zeros(10, dtype=np.int64)
    links = [(day, *pair) for day, pair in drawn]

    def on(day: int, found: list[tuple[int, int, int]]) -> dict[int, int]:
        return {row.number: row.identity for row in belongings(known_on, found)
                if row.since < day and (row.until is None or day <= row.until)}  # fmt: skip

    for day in range(1, late[0] + 1):
        assert on(day, links) == on(day, [*links, (late[0], *late[1])])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 12)), unique_by=lambda pair: pair[0]))
def test_a_circle_of_merges_is_found_however_it_is_reached(merges: list[tuple[int, int | None]]) -> None:
    points_at = dict(merges)

    def goes_round(record: int | None) -> bool:
        seen = set()
        while record is not None and record not in seen:
            seen.add(record)
            record = points_at.get(record)
        return record is not None

    who, into = zip(*merges, strict=True) if merges else ((), ())
    found = records_in_circles(
        pa.array([str(n) for n in who], pa.string()),
        pa.array([None if n is None else str(n) for n in into], pa.string()),
    )
    assert found == sum(goes_round(record) for record in points_at)
