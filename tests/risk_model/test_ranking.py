"""Who is listed under capacity: fair, stable, and never more than there are places."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.errors import BadConfiguration, BadInput
from risk_model.referrals.ranking import AT_RANDOM, BY_SCORE, draw, rank
from tests.risk_model.drawn_lists import AS_OF

SEED = 20260101


def scores(rows: list[tuple[int, str, float]]) -> pa.Table:
    return pa.table(
        {
            "person": pa.array([person for person, _, _ in rows], pa.int64()),
            "as_of": pa.array([AS_OF] * len(rows), pa.date32()),
            "area": pa.array([area for _, area, _ in rows], pa.string()),
            "raw_score": pa.array([raw for _, _, raw in rows], pa.float64()),
        }
    )


def listed(
    rows: list[tuple[int, str, float]], capacity: dict[str, int], random_places: int = 0, **more: object
) -> list:
    table = rank(scores(rows), capacity, SEED, random_places, **more).table  # type: ignore[arg-type]
    return list(zip(*(table[name].to_pylist() for name in ("area", "person", "chosen", "place")), strict=True))


def by_hand(rows: list, capacity: dict[str, int], random_places: int, excluded: set[int]) -> list:
    """The same rules in the slowest way: take the best of those left, one place at a time."""
    found = []
    for area in sorted(capacity):
        left = [(person, raw) for person, where, raw in rows if where == area and person not in excluded]
        place = 0
        for _ in range(min(capacity[area], len(left))):
            best = left[0]
            for other in left:
                tied = other[1] == best[1] and draw(other[0], SEED, AS_OF, "tie") < draw(best[0], SEED, AS_OF, "tie")
                best = other if other[1] > best[1] or tied else best
            left.remove(best)
            place += 1
            found.append((area, best[0], BY_SCORE, place))
        lots = sorted((draw(person, SEED, AS_OF, "random place"), person) for person, _ in left)
        found += [(area, person, AT_RANDOM, place + n) for n, (_, person) in enumerate(lots[:random_places], 1)]
    return found


cohorts = st.lists(
    st.tuples(st.integers(1, 2**62), st.sampled_from("ABC"), st.sampled_from([0.1, 0.2, 0.2, 0.9, -1.0])),
    unique_by=lambda row: row[0],
    max_size=40,
).filter(bool)
capacities = st.fixed_dictionaries({"A": st.integers(1, 6), "B": st.integers(1, 3), "C": st.integers(1, 30)})


@settings(max_examples=120, deadline=None)
@given(rows=cohorts, capacity=capacities, random_places=st.integers(0, 3), data=st.data())
def test_the_list_is_what_taking_the_best_one_at_a_time_gives(rows, capacity, random_places, data):
    excluded = set(data.draw(st.lists(st.sampled_from([row[0] for row in rows]), max_size=10)))
    assert listed(rows, capacity, random_places, excluded=excluded) == by_hand(rows, capacity, random_places, excluded)


@settings(max_examples=80, deadline=None)
@given(rows=cohorts, capacity=capacities, random_places=st.integers(0, 3), data=st.data())
def test_never_more_than_there_are_places_and_nobody_twice_and_nobody_excluded(rows, capacity, random_places, data):
    excluded = set(data.draw(st.lists(st.sampled_from([row[0] for row in rows]), max_size=10)))
    found = listed(rows, capacity, random_places, excluded=excluded)
    people = [person for _, person, _, _ in found]
    assert len(people) == len(set(people))
    assert not excluded & set(people)
    for area in capacity:
        assert sum(one[0] == area and one[2] == BY_SCORE for one in found) <= capacity[area]
        assert sum(one[0] == area and one[2] == AT_RANDOM for one in found) <= random_places


@settings(max_examples=60, deadline=None)
@given(rows=cohorts, capacity=capacities, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, capacity, shuffle):
    mixed = list(rows)
    shuffle.shuffle(mixed)
    assert listed(rows, capacity, 2) == listed(mixed, capacity, 2)


def test_ties_have_nothing_to_do_with_the_order_of_identifiers():
    people = random.Random(7).sample(range(1, 2**62), 400)
    first = [person for _, person, _, _ in listed([(person, "A", 0.5) for person in people], {"A": 200})]
    below_the_middle = sum(person < sorted(people)[200] for person in first)
    assert 75 <= below_the_middle <= 125
    assert first != sorted(first)
    assert first != sorted(first, reverse=True)


def test_another_seed_draws_another_order_and_the_same_seed_the_same():
    rows = scores([(person, "A", 0.5) for person in range(1, 41)])
    once, again, other = (rank(rows, {"A": 10}, seed, 3).persons for seed in (1, 1, 2))
    assert once == again
    assert once != other


def test_a_random_place_is_as_likely_for_the_lowest_score_as_for_the_next_in_line():
    rows = [(person, "A", float(-person)) for person in range(1, 52)]
    drawn = [rank(scores(rows), {"A": 1}, seed, 1).persons[1] for seed in range(400)]
    assert 150 <= sum(person > 26 for person in drawn) <= 250
    assert 1 not in drawn


def test_the_place_of_somebody_excluded_passes_to_the_next():
    rows = [(1, "A", 0.9), (2, "A", 0.8), (3, "A", 0.7)]
    assert [person for _, person, _, _ in listed(rows, {"A": 2}, excluded={1})] == [2, 3]


def test_places_nobody_could_fill_are_counted():
    assert dict(rank(scores([(1, "A", 0.9)]), {"A": 3, "B": 2}, SEED, 2).unfilled) == {"A": 2, "B": 2}


def test_somebody_twice_is_refused_without_naming_them():
    with pytest.raises(BadInput, match="1 people appear more than once") as refused:
        rank(scores([(123456789, "A", 0.9), (123456789, "A", 0.8)]), {"A": 3}, SEED, 0)
    assert "123456789" not in str(refused.value)


def test_an_area_without_places_is_refused():
    with pytest.raises(BadConfiguration, match="no places for B"):
        rank(scores([(1, "A", 0.9), (2, "B", 0.8)]), {"A": 3}, SEED, 0)
