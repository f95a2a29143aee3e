"""A reduction makes the worst-off group count for more, where that helps it; the recommendation never rests on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from risk_model.audits.alternatives import AlternativesReport, Asked, compare, try_all
from risk_model.audits.alternatives import reduction as searching
from risk_model.audits.alternatives.measuring import _recommended
from risk_model.audits.alternatives.page import Row
from risk_model.audits.alternatives.reduction import FACTORS, group_weights
from risk_model.audits.finding import Rate
from risk_model.training.inputs import Inputs
from tests.risk_model.drawn import AREAS, drawn_world
from tests.risk_model.drawn_audit import drawn_warehouse


@dataclass(frozen=True)
class Drawn:
    """A fifth are "second": what tells their outcome (the second input) tells nothing of the others, and their
    outcome is commoner, so that theirs is the largest error."""

    X: NDArray[np.float32]
    outcome: NDArray[np.float64]
    groups: NDArray[np.str_]


def drawn(rows: int, seed: int = 1, alike: bool = False, second: NDArray[np.bool_] | None = None) -> Drawn:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 2)).astype(np.float32)
    other = rng.random(rows) < 0.2 if second is None else second
    odds = (
        -2.6 + 1.2 * X[:, 0] if alike else np.where(other, -1.4 + 2.2 * X[:, 1] - 0.8 * X[:, 0], -2.6 + 1.2 * X[:, 0])
    )
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    return Drawn(X, outcome, np.where(other, "second", "first"))


def test_the_group_predicted_worst_counts_for_more() -> None:
    world = drawn(6000)
    weight = group_weights(world.X, world.outcome, world.groups, 20, 1)
    assert weight.mean() == pytest.approx(1)
    ratio = weight[world.groups == "second"][0] / weight[world.groups == "first"][0]
    assert ratio in FACTORS
    assert len(np.unique(weight)) == 2


@pytest.mark.parametrize(("rows", "seed"), [(3000, 3), (800, 13), (800, 17), (800, 19)])
def test_the_choice_is_the_one_found_by_fitting_every_way_by_hand(rows: int, seed: int) -> None:
    """The second way: scikit-learn's regression, weighted; mean squared error of all, and of the worst group."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    world = drawn(rows, seed)
    columns, losses = StandardScaler().fit_transform(world.X.astype(float)), {}
    for name, factor in [("second", 1.0), *product(("first", "second"), FACTORS)]:
        weight = np.where(world.groups == name, factor, 1.0)
        chance = LogisticRegression(max_iter=300).fit(columns, world.outcome, weight).predict_proba(columns)[:, 1]
        error = pd.Series((chance - world.outcome) ** 2)
        losses[name, factor] = error.mean() + error.groupby(world.groups).mean().max()
    name, factor = min(losses, key=lambda way: losses[way])
    weight = group_weights(world.X, world.outcome, world.groups, 20, 1)
    inside = world.groups == name
    assert weight[inside][0] / weight[~inside][0] == pytest.approx(factor)


@pytest.mark.parametrize("least", [20, 10_000])
def test_nothing_is_weighted_where_groups_are_alike_in_kind_or_too_few(least: int) -> None:
    world = drawn(2000, seed=2, alike=True)
    groups = world.groups if least > 20 else np.where(np.arange(2000) < 30, "few", "first")
    assert (group_weights(world.X, world.outcome, groups, least, 1) == 1).all()


def test_who_is_not_known_is_never_made_to_count_for_more() -> None:
    world = drawn(6000)
    groups = np.where(world.groups == "second", "not known", np.where(np.arange(6000) % 2, "first", "third"))
    weight = group_weights(world.X, world.outcome, groups, 20, 1)
    assert weight[groups == "not known"].max() <= min(weight[groups == "first"][0], weight[groups == "third"][0])


def test_the_search_fits_no_more_rows_than_it_says_and_the_same_seed_the_same_way(monkeypatch) -> None:
    seen = []
    real = searching._search
    monkeypatch.setattr(searching, "MOST_ROWS", 1500)
    monkeypatch.setattr(searching, "_search", lambda X, *given: (seen.append(len(X)), real(X, *given))[1])
    world = drawn(4000)
    weights = [group_weights(world.X, world.outcome, world.groups, 20, 7) for _ in range(2)]
    assert seen == [1500, 1500]
    assert (weights[0] == weights[1]).all()


@pytest.fixture(scope="module")
def report() -> AlternativesReport:
    world = drawn_world(people=2200, capacity=dict.fromkeys(AREAS, 40), audit={"characteristics": ("sex",)},
                        estimators={"logistic": {"penalty_strength": 0.05}})  # fmt: skip
    second = (world.rows.person % 97) < 20
    own = drawn(len(world.rows), seed=5, second=second)
    X = world.rows.X.copy()
    X[:, :2] = own.X
    rows = replace(world.rows, X=X, outcome=own.outcome)
    named = {int(who): "second" if other else "first" for who, other in zip(rows.person, second, strict=True)}
    asked = Asked(world.experiment, "logistic", Inputs(rows), {}, None, frozenset(), drawn_warehouse(sex=named))
    made, notes = try_all(asked)
    assert not notes
    return compare(asked, made)


def test_the_group_it_was_blind_to_is_served_better_on_the_same_plot_beyond_the_paired_interval(
    report: AlternativesReport,
) -> None:
    assert report.compared is not None
    assert report.compared.group == "second"
    published, own = report.rows[0], next(row for row in report.rows if row.name == "reduction")
    assert own.serves == "better"
    assert own.equity.value is not None
    assert published.equity.value is not None
    assert own.equity.value > published.equity.value + 0.1
    assert own.title in report.plot().alt


def test_the_page_says_what_it_read_and_how_it_was_bounded_and_does_not_recommend_it(
    report: AlternativesReport,
) -> None:
    page = report.html()
    assert "It is never a reason to recommend one of those" in page
    assert "at most 20,000 rows" in page
    assert report.recommended not in ("balanced", "reduction")


@pytest.mark.parametrize("name", ["balanced", "reduction", "another"])
def test_fairer_for_free_is_recommended_unless_it_reads_a_protected_characteristic(name: str) -> None:
    shown = Rate(value=0.5, low=0.4, high=0.6)
    rows = [Row(name=each, title=each, note="", recall=shown, precision=shown, equity=shown, kept="", own="",
                finds="", serves="better" if each == name else "") for each in ("published", name)]  # fmt: skip
    assert _recommended(None, rows)[0] == ("another" if name == "another" else "published")
