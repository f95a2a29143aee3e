"""Who is who: the same records always link the same way, and never two pupils into one by a name."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.linkage import (
    NAME_KEY_SQL,
    STANDARD_NAME_SQL,
    STATED_COLUMNS,
    LinkCounts,
    link_people,
    records_in_circles,
)
from features.store import connect
from tests.features.delivery import rows_of

Row = tuple[str, str, str | None, str | None, str | None]


def _table(rows: list[Row]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table({name: pa.array(c, pa.string()) for name, c in zip(STATED_COLUMNS, columns, strict=True)})


def _linked(drawn: str) -> tuple[dict[str, str], LinkCounts]:
    rows: list[Row] = [
        (row["numbering"], row["who"], row["name"] or None, row["upn"] or None, row["merged_into"] or None)
        for row in rows_of(drawn)
    ]
    links = link_people(_table(rows))
    return {row["who"]: row["identity"] for row in links.table.to_pylist()}, links.counts


def test_a_pupil_number_or_a_name_and_birth_date_joins_records() -> None:
    who, counts = _linked("""
        numbering     | who | name       | upn | merged_into
        school        | U1  | ann lee 08 | U1  |
        police        | P1  | ann lee 08 |     |
        youth_justice | Y1  | ann lee 08 |     |
        care          | K1  | a. lea 08  | U1  |
        school        | U2  | bo ray 09  | U2  |
    """)
    assert {name for name, identity in who.items() if identity == "school:U1"} == {"U1", "P1", "Y1", "K1"}
    assert who["U2"] == "school:U2"
    assert (counts.people, counts.joined_by_pupil_number, counts.joined_by_name) == (2, 1, 2)


def test_a_name_shared_by_two_pupils_joins_nobody_and_is_counted() -> None:
    who, counts = _linked("""
        numbering | who | name       | upn | merged_into
        school    | U1  | ann lee 08 | U1  |
        school    | U2  | ann lee 08 | U2  |
        police    | P1  | ann lee 08 |     |
    """)
    assert who == {"U1": "school:U1", "U2": "school:U2", "P1": "police:P1"}
    assert (counts.ambiguous_names, counts.numbers_kept_apart) == (1, 1)


def test_names_that_would_join_two_pupils_through_a_third_record_join_nothing() -> None:
    who, counts = _linked("""
        numbering | who | name       | upn | merged_into
        school    | U1  | ann lee 08 | U1  |
        school    | U2  | ann ray 08 | U2  |
        police    | P1  | ann lee 08 |     | P2
        police    | P2  | ann ray 08 |     |
    """)
    assert who == {"U1": "school:U1", "U2": "school:U2", "P1": "police:P2", "P2": "police:P2"}
    assert (counts.ambiguous_names, counts.contradictory_names, counts.numbers_kept_apart) == (0, 2, 2)


def test_a_merged_record_goes_by_the_one_that_stays_however_long_the_chain() -> None:
    who, counts = _linked("""
        numbering | who | name | upn | merged_into
        police    | P1  |      |     | P2
        police    | P2  |      |     | P3
        police    | P3  |      |     |
        police    | P4  |      |     | P3
    """)
    assert set(who.values()) == {"police:P3"}
    assert counts.joined_by_police_merge == 3


def test_records_without_a_name_or_birth_date_match_nobody() -> None:
    who, _ = _linked("""
        numbering     | who | name | upn | merged_into
        police        | P1  |      |     |
        youth_justice | Y1  |      |     |
    """)
    assert who == {"P1": "police:P1", "Y1": "youth_justice:Y1"}


@pytest.mark.parametrize(
    ("forename", "surname", "key"),
    [
        ("Zoë", "O'Neil-Ray", "ONEILRAY|ZOE|2010-01-02"),
        (" o neil ray", "ZOE", "ONEILRAY|ZOE|2010-01-02"),
        ("", "Ray", None),
        ("?", "Ray", None),
    ],
)
def test_names_are_compared_without_case_accents_punctuation_or_order(
    tmp_path_factory: pytest.TempPathFactory, forename: str, surname: str, key: str | None
) -> None:
    store = connect(tmp_path_factory.mktemp("names") / "scratch.duckdb")
    first, last = (STANDARD_NAME_SQL.format(name=name) for name in ("forename", "surname"))
    given_name = "SELECT ? AS forename, ? AS surname, DATE '2010-01-02' AS dob"
    query = f"SELECT {NAME_KEY_SQL} FROM (SELECT {first} AS first, {last} AS last, dob FROM ({given_name}))"
    assert store.execute(query, [forename, surname]).fetchall() == [(key,)]
    store.close()


names = st.sampled_from([None, "a 08", "b 08", "c 09", "d 09"])
pupils = st.sampled_from(["U1", "U2", "U3"])
police_numbers = st.integers(1, 6)


@st.composite
def _records(draw: st.DrawFn) -> list[Row]:
    """Records of a few children; a police record is only ever merged into a later one, so there is no circle."""
    rows: list[Row] = [("school", upn, draw(names), upn, None) for upn in draw(st.lists(pupils, max_size=4))]
    for number in draw(st.lists(police_numbers, max_size=6)):
        into = draw(st.none() | st.integers(number + 1, 8))
        rows.append(("police", f"P{number}", draw(names), None, into and f"P{into}"))
    for number in draw(st.lists(st.integers(1, 3), max_size=4)):
        rows.append(("care", f"K{number}", draw(names), draw(st.none() | pupils), None))
        rows.append(("youth_justice", f"Y{number}", draw(names), None, None))
    return rows or [("school", "U1", None, "U1", None)]


def _by_hand(rows: list[Row]) -> set[frozenset[str]]:
    """The same rules, done slowly with sets."""

    def joined(groups: list[set[str]]) -> list[set[str]]:
        for one, other in combinations(groups, 2):
            if one & other:
                return joined([group for group in groups if group not in (one, other)] + [one | other])
        return groups

    def pupils_in(group: set[str]) -> int:
        return len({frozenset(g) for g in strong if g & group and any(n[0] == "U" for n in g)})

    links = [{own, *(n for n in (upn, into) if n)} for _, own, _, upn, into in rows]
    strong = joined(list({frozenset(link): link for link in links}.values()))
    named = defaultdict(set)
    for _, own, name, _, _ in rows:
        if name:
            named[name].add(own)
    ways = {name: set().union(*(g for g in strong if g & own)) for name, own in named.items()}
    clear = {name: group for name, group in ways.items() if pupils_in(group) <= 1}
    tried = joined(list({frozenset(g): set(g) for g in [*strong, *clear.values()]}.values()))
    kept = [group for group in clear.values() if all(pupils_in(t) <= 1 for t in tried if t & group)]
    return {frozenset(g) for g in joined(list({frozenset(g): set(g) for g in [*strong, *kept]}.values()))}


def _groups(rows: list[Row]) -> set[frozenset[str]]:
    people = defaultdict(set)
    for row in link_people(_table(rows)).table.to_pylist():
        people[row["identity"]].add(row["who"])
    return {frozenset(group) for group in people.values()}


@settings(deadline=None, max_examples=150)
@given(_records())
def test_linking_follows_its_three_rules_and_no_other(rows: list[Row]) -> None:
    assert _groups(rows) == _by_hand(rows)


@settings(deadline=None, max_examples=80)
@given(_records(), st.randoms(use_true_random=False))
def test_the_order_and_number_of_rows_never_change_who_is_who(rows: list[Row], chance) -> None:  # type: ignore[no-untyped-def]
    turned = rows + rows[:2]
    chance.shuffle(turned)
    first, second = link_people(_table(rows)), link_people(_table(turned))
    assert first.table.equals(second.table)
    assert first.counts == second.counts


@settings(deadline=None, max_examples=80)
@given(_records())
def test_a_record_of_somebody_else_leaves_every_identity_as_it_was(rows: list[Row]) -> None:
    before = link_people(_table(rows)).table.to_pylist()
    after = link_people(_table([*rows, ("police", "P99", "z 11", None, None)])).table.to_pylist()
    assert [row for row in after if row["who"] != "P99"] == before


@settings(deadline=None, max_examples=80)
@given(_records())
def test_the_identity_is_the_first_number_in_order_of_precedence(rows: list[Row]) -> None:
    merged = {own for _, own, _, _, into in rows if into}
    people = defaultdict(list)
    for row in link_people(_table(rows)).table.to_pylist():
        people[row["identity"]].append((row["numbering"], row["who"]))
    order = ["school", "police", "youth_justice", "care"]
    for identity, numbers in people.items():
        staying = [(order.index(kind), who) for kind, who in numbers if who not in merged]
        kind, who = min(staying)
        assert identity == f"{order[kind]}:{who}"


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
