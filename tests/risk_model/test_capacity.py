"""Lists under ties: fair to equal scores, never over the places, and the same whatever the order of rows."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk_model.errors import BadConfiguration, BadInput
from risk_model.training.capacity import found_range, listed_by_team, listed_weights

SCORES = st.lists(st.integers(0, 4).map(float), min_size=0, max_size=30)


def every_order(score: list[float], places: int) -> np.ndarray:
    """How often each row is listed over all orders of equal scores, by trying them (a second way)."""
    orders = list(permutations(range(len(score))))
    listed = np.zeros(len(score))
    for order in orders:
        best = sorted(order, key=lambda row: -score[row])[:places]  # sorted is stable: the order breaks ties
        listed[best] += 1
    return listed / len(orders)


@settings(max_examples=60, deadline=None)
@given(score=st.lists(st.integers(0, 2).map(float), min_size=1, max_size=6), places=st.integers(0, 7))
def test_the_weight_of_a_row_is_its_chance_over_every_order_of_ties(score: list[float], places: int) -> None:
    assert listed_weights(np.array(score), places) == pytest.approx(every_order(score, places))


@given(score=SCORES, places=st.integers(0, 40), seed=st.integers(0, 9))
def test_weights_fill_the_places_treat_equals_equally_and_ignore_row_order(
    score: list[float], places: int, seed: int
) -> None:
    scores = np.array(score)
    weights = listed_weights(scores, places)
    assert weights.sum() == pytest.approx(min(places, len(score)), abs=1e-9)
    assert all(len(set(weights[scores == value])) == 1 for value in set(score))
    assert ((weights >= 0) & (weights <= 1)).all()
    order = np.random.default_rng(seed).permutation(len(score))
    assert (listed_weights(scores[order], places) == weights[order]).all()
    assert len({*weights} - {0.0, 1.0}) <= 1, "only those tied at the last place share it"


@given(score=SCORES, places=st.integers(0, 40))
def test_a_higher_score_never_has_a_lower_chance(score: list[float], places: int) -> None:
    weights = listed_weights(np.array(score), places)
    ranked = [weight for _, weight in sorted(zip(score, weights, strict=True), key=lambda pair: -pair[0])]
    assert ranked == sorted(ranked, reverse=True)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=6), places=st.integers(0, 7))
def test_worst_and_best_are_those_of_some_order_of_ties(rows: list[tuple[int, int]], places: int) -> None:
    score, outcome = np.array(rows, float).T
    found = [
        outcome[sorted(order, key=lambda row: -score[row])[:places]].sum() for order in permutations(range(len(rows)))
    ]
    worst, expected, best = found_range(score, outcome, places)
    assert (worst, best) == (min(found), max(found))
    assert expected == pytest.approx(np.mean(found))


def test_each_team_has_its_own_places_on_each_list() -> None:
    score = np.array([9.0, 8.0, 7.0, 9.0, 8.0, 7.0, 5.0])
    area = np.array(["A", "A", "B", "A", "A", "B", "B"])
    day = np.array(["2024-01-01"] * 3 + ["2024-04-01"] * 4, "datetime64[D]")
    assert listed_by_team(score, day, area, {"A": 1, "B": 1}).tolist() == [1, 0, 1, 1, 0, 1, 0]
    one_list = np.full(7, day[0])
    assert listed_by_team(score, one_list, area, {"A": 1, "B": 1}).tolist() == [0.5, 0, 0.5, 0.5, 0, 0.5, 0]


def test_a_team_without_places_and_a_score_that_is_missing_are_refused() -> None:
    with pytest.raises(BadConfiguration, match="no places for B, C"):
        listed_by_team(np.zeros(3), np.zeros(3), np.array(["C", "A", "B"]), {"A": 1})
    with pytest.raises(BadInput, match="every row needs a score"):
        listed_weights(np.array([1.0, np.nan]), 1)
