"""Who a team with so many places would see. Ties at the last place are shared, so a result never hangs on row order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import BadConfiguration, BadInput

Floats = NDArray[np.float64]


def listed_weights(score: Floats, places: int) -> Floats:
    """The chance of each row to be listed: 1 above the last place, 0 below, equal shares among those tied at it.

    The weights sum to ``min(places, n)``; rows with equal scores have equal weights, whatever their order.

    >>> listed_weights(np.array([0.9, 0.5, 0.5, 0.1]), places=2).tolist()
    [1.0, 0.5, 0.5, 0.0]

    :raises BadInput: a score that is not a number, or fewer than 0 places.
    """
    if places < 0 or np.isnan(score).any():
        raise BadInput("listing: every row needs a score, and a list 0 or more places")
    if places >= len(score):
        return np.ones(len(score))
    if places == 0:
        return np.zeros(len(score))
    last = np.partition(score, len(score) - places)[len(score) - places]
    above, tied = score > last, score == last
    return above + tied * ((places - int(above.sum())) / int(tied.sum()))


def lists(list_key: NDArray[np.generic], area: NDArray[np.str_]) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Each team's lists: its area and the positions of its rows, in order of list key, then area."""
    for key in np.unique(list_key):
        for team in np.unique(area[list_key == key]):
            yield str(team), np.flatnonzero((list_key == key) & (area == team))


def listed_by_team(
    score: Floats, list_key: NDArray[np.generic], area: NDArray[np.str_], capacity: Mapping[str, int]
) -> Floats:
    """The chance of each row to be on its team's list, with each team's own number of places.

    ``list_key`` says which list a row competes for: its as-of date, or one value where a whole slice is one list.

    :raises BadConfiguration: a team without a capacity.
    """
    check_capacity(area, capacity)
    weights = np.zeros(len(score))
    for team, rows in lists(list_key, area):
        weights[rows] = listed_weights(score[rows], capacity[team])
    return weights


def check_capacity(area: NDArray[np.str_], capacity: Mapping[str, int]) -> None:
    """Refuse rows of a team the experiment gives no places.

    :raises BadConfiguration: names every such team.
    """
    unknown = sorted({str(team) for team in np.unique(area)} - set(capacity))
    if unknown:
        raise BadConfiguration(f"[capacity] has no places for {', '.join(unknown)}; add a line for each team")


def found_range(score: Floats, outcome: Floats, places: int) -> tuple[float, float, float]:
    """Positives a list finds: at worst, as expected, and at best, over every order of those tied at the last place.

    >>> found_range(np.array([0.9, 0.5, 0.5, 0.1]), np.array([0.0, 1.0, 0.0, 1.0]), places=2)
    (0.0, 0.5, 1.0)
    """
    weights = listed_weights(score, places)
    sure = float(outcome[weights == 1].sum())
    tied = (weights > 0) & (weights < 1)
    seats, people, positives = weights[tied].sum(), int(tied.sum()), float(outcome[tied].sum())
    worst = max(0.0, round(seats) - (people - positives))
    return sure + worst, float(weights @ outcome), sure + min(float(round(seats)), positives)
