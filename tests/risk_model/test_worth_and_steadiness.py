"""Decision curves and list stability, on rows small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from risk_model.training.decision_curve import decision_curve, decision_plot
from risk_model.training.predictions import Predictions
from risk_model.training.stability import list_stability, stabilities


def slice_of(day: str, people: list[int], listed: list[float], areas: list[str] | None = None) -> Predictions:
    rows = len(people)
    nothing = np.zeros(rows)
    return Predictions(
        "logistic", f"test {day}", np.array(people), np.full(rows, np.datetime64(day)),
        np.array(areas or ["A"] * rows), np.full(rows, 14, np.int16), nothing, nothing, nothing, np.array(listed),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        (([1, 2, 3], [1, 1, 0]), ([1, 2, 3], [1, 0, 1]), 1 / 2),  # one of two is on the next
        (([1, 2, 3], [1, 1, 0]), ([2, 3], [1, 0]), 1.0),  # the first is no longer in the cohort
        (([1, 2], [0.5, 0.5]), ([1, 2], [1, 0]), 1 / 2),  # a place shared under ties
        (([1, 2], [1, 0]), ([1, 2], [0, 1]), 0.0),
        (([1, 2], [0.5, 0.5]), ([1, 2], [0.5, 0.5]), 1 / 2),  # drawn for on both dates, each time anew
        (([*range(100)], [0.05] * 100), ([*range(100)], [0.05] * 100), 0.05),  # as drawing lots would have it
    ],
)
def test_the_share_of_a_list_that_is_on_the_next(before: tuple, after: tuple, share: float) -> None:
    parts = [slice_of("2024-01-01", *before), slice_of("2024-04-01", *after)]
    assert list_stability(parts) == pytest.approx(share)
    assert stabilities(parts) == {"logistic": pytest.approx(share)}


def test_somebody_who_moved_team_is_not_on_the_same_list_and_one_date_says_nothing() -> None:
    moved = [slice_of("2024-01-01", [1, 2], [1, 1], ["A", "A"]), slice_of("2024-04-01", [1, 2], [1, 0], ["B", "A"])]
    assert list_stability(moved) == 0.0
    assert np.isnan(list_stability(moved[:1]))


def test_net_benefit_is_what_the_definition_says_at_every_point() -> None:
    rng = np.random.default_rng(1)
    probability = rng.integers(0, 20, 300) / 40
    outcome = (rng.random(300) < probability).astype(float)
    curve = decision_curve("drawn", probability, outcome, 0, 0.4)
    for at, benefit, everybody in zip(curve.threshold, curve.benefit, curve.everybody, strict=True):
        offered = [bool(each >= at) for each in probability.tolist()]
        found = sum(y for y, yes in zip(outcome.tolist(), offered, strict=True) if yes)
        needless = sum(1 - y for y, yes in zip(outcome.tolist(), offered, strict=True) if yes)
        assert benefit == pytest.approx(found / 300 - needless / 300 * at / (1 - at))
        assert everybody == pytest.approx(outcome.mean() - (1 - outcome.mean()) * at / (1 - at))


def test_no_point_that_rests_on_few_is_drawn_and_the_plot_says_where_it_is_ahead() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(500) / 2
    outcome = (rng.random(500) < probability).astype(float)
    curve = decision_curve("drawn", probability, outcome, 5, 0.5)
    for at in curve.threshold:
        assert outcome[probability >= at].sum() >= 5
        assert (1 - outcome[probability >= at]).sum() >= 5
    plot = decision_plot([curve, replace(curve, label="again")], "Worth")
    assert plot.png.startswith(b"\x89PNG")
    assert "drawn: better than everybody and nobody from" in plot.alt
