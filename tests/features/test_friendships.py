"""Children go to schools and have friends there, and what friends do rubs off: police see some of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.synthetic import make_partners
from features.synthetic.areas import made_up_areas
from features.synthetic.decisions import Suspicions
from features.synthetic.friendships import CIRCLE, ELSEWHERE, around, schools
from features.synthetic.living import Lived
from features.synthetic.needs import HAZARDS
from features.synthetic.past import Past
from features.synthetic.population import Children, make_children
from features.synthetic.truth import CHILDREN, Setting
from tests.lived import lived_in_one_piece


@pytest.fixture(scope="module")
def children() -> Children:
    return make_children(np.random.default_rng(3), made_up_areas(np.random.default_rng(1)), 20_000)


def test_friends_go_to_one_school_in_one_year_and_are_alike(children: Children) -> None:
    told = pd.DataFrame({"circle": children.circle, "school": children.school, "born": children.born,
                         "peers": children.peers, "male": children.male})  # fmt: skip
    each = told.groupby("circle")
    assert each.size().max() == CIRCLE
    assert each["school"].nunique().max() == 1
    assert (each["born"].max() - each["born"].min()).max() <= 366
    full = told[told["circle"].map(each.size()) == CIRCLE]
    within = full.groupby("circle")["peers"].transform("mean")
    assert within.var() > 1.5 * full["peers"].var() / CIRCLE, "more alike than any five children"
    assert np.corrcoef(around(children.circle, children.male.astype(np.float32)), children.male)[0, 1] > 0.02


def test_most_children_go_to_their_neighbourhoods_school_and_all_stay_in_their_council(children: Children) -> None:
    areas = made_up_areas(np.random.default_rng(1))
    home = np.repeat(np.arange(len(areas)), 40)
    school = schools(np.random.default_rng(2), areas, home)
    told = pd.DataFrame({"school": school, "council": areas.authority[home], "place": areas.neighbourhood[home]})
    assert told.groupby("school")["council"].nunique().max() == 1
    usual = told.groupby("place")["school"].agg(lambda schools: schools.mode()[0])
    assert (told["school"] == told["place"].map(usual)).mean() == pytest.approx(1 - ELSEWHERE, abs=0.03)
    assert 20 < told["school"].nunique() < 200
    assert len(np.unique(children.school)) > 20


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 5, width=32)), min_size=1, max_size=40))
def test_what_is_around_a_child_is_the_mean_of_the_others(drawn: list[tuple[int, float]]) -> None:
    circle, what = np.array([c for c, _ in drawn]), np.array([w for _, w in drawn], dtype=np.float32)
    for at, found in enumerate(around(circle, what)):
        others = [w for number, (c, w) in enumerate(drawn) if c == circle[at] and number != at]
        assert found == pytest.approx(np.mean(others) if others else 0.0, abs=1e-4)


def test_what_friends_were_suspected_of_raises_the_rate_and_fades_where_their_lives_are_not_lived(
    children: Children,
) -> None:
    rng, past = np.random.default_rng(4), None
    past = Past(rng, children)
    pair = np.flatnonzero(children.circle == children.circle[100])
    past.recent["suspect"][pair[0]] = 2.0
    past.pass_month(rng, slice(0, len(children)))
    weight = past.history(slice(0, len(children)), 5)["friends"]
    assert weight[pair[0]] == 0
    assert (weight[pair[1:]] > 0.5).all()
    assert weight.sum() == pytest.approx(weight[pair].sum())
    assert HAZARDS["offence"].history["friends"] > 0
    few = past.taken(pair)
    few.pass_month(rng, slice(0, len(pair)))
    faded = few.history(slice(0, len(pair)), 6)["friends"]
    assert ((faded < weight[pair]) | (weight[pair] == 0)).all()
    assert (faded[1:] > 0.3).all()


@pytest.fixture(scope="module")
def lived() -> Lived:
    return lived_in_one_piece(Setting(11, 20_000, 1.0, ""), months=72)


def test_friends_are_suspected_in_the_same_months_far_more_often_than_others_of_their_age(lived: Lived) -> None:
    found = Suspicions.joined(lived.course.suspicions)
    month = found.day // 30

    def together(circle: np.ndarray) -> float:
        told = pd.DataFrame({"at": month, "circle": circle[found.child], "child": found.child}).drop_duplicates()
        return float((told.groupby(["at", "circle"])["child"].transform("size") > 1).mean())

    strangers = np.random.default_rng(0).permutation(lived.children.circle)
    assert together(lived.children.circle) > 5 * together(strangers)


def test_the_truth_tells_schools_and_friends(tmp_path) -> None:
    make_partners(tmp_path / "e", 3, children=800, truth=tmp_path / "t", largest=450)
    told = pq.read_table(tmp_path / "t" / CHILDREN).to_pandas()
    assert told.groupby("circle").size().max() <= CIRCLE
    assert told.groupby("circle")["school"].nunique().max() == 1
