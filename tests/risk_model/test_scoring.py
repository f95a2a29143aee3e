"""Scores: the same whatever the order of rows, and never from features the model did not learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from risk_model.errors import BadConfiguration, BadInput, EmptyCohort
from risk_model.referrals.scoring import NO_BAND, bands_of, explain, score
from tests.risk_model.drawn_lists import features_of, lives, model_features, people, toy_model

COHORT = people(30)
FEATURES = features_of(lives(COHORT), COHORT, model_features())
MODEL = toy_model(FEATURES)


def test_a_score_row_says_who_when_where_and_how_they_compare():
    scores = score(MODEL, FEATURES, COHORT, "definitions")
    assert scores.num_rows == 30
    one_area = scores.filter(pa.compute.equal(scores["area"], "E08000037"))
    raw, ranks = one_area["raw_score"].to_numpy(), one_area["rank"].to_numpy()
    assert ranks.tolist() == [1 + int((raw > mine).sum()) for mine in raw]
    assert np.allclose(scores["probability"].to_numpy(), 1 / (1 + np.exp(-scores["raw_score"].to_numpy())))


def test_the_order_of_rows_of_either_table_changes_nothing():
    mixed = np.random.default_rng(3).permutation(30)
    turned = replace(FEATURES, table=FEATURES.table.take(pa.array(mixed[::-1].copy())))
    assert score(MODEL, FEATURES, COHORT, "definitions").equals(
        score(MODEL, turned, COHORT.take(pa.array(mixed)), "definitions")
    )


def test_equal_scores_share_a_rank():
    rows = [5, 5, 5]
    cohort = pa.table({name: COHORT[name].take(pa.array([0, 1, 2])) for name in COHORT.column_names})
    cohort = cohort.set_column(2, "area", pa.array(["E08000037"] * 3))
    alike = FEATURES.table.take(pa.array(rows)).set_column(0, "person", cohort["person"])
    scores = score(MODEL, replace(FEATURES, table=alike), cohort, "definitions")
    assert scores["rank"].to_pylist() == [1, 1, 1]


def test_the_share_of_missing_features_is_told():
    table = FEATURES.table
    for name in MODEL.feature_names[:4]:
        nothing = pa.array([None] * 30, pa.float32())
        table = table.set_column(table.column_names.index(name), name, nothing)
    known = np.column_stack([table[name].to_numpy() for name in MODEL.feature_names])
    shares = score(MODEL, replace(FEATURES, table=table), COHORT, "definitions")
    by_person = dict(zip(shares["person"].to_pylist(), shares["missing_share"].to_pylist(), strict=True))
    for person, row in zip(table["person"].to_pylist(), known, strict=True):
        assert by_person[person] == pytest.approx(np.isnan(row).sum() / len(row))


def test_a_table_with_other_definitions_is_refused():
    with pytest.raises(BadInput, match="the table's digest is definitions, the model's others"):
        score(MODEL, FEATURES, COHORT, "others")


def test_a_table_with_its_columns_in_another_order_is_refused():
    names = ["person", "as_of", *reversed(MODEL.feature_names)]
    with pytest.raises(BadInput, match="order: column 1"):
        score(MODEL, replace(FEATURES, table=FEATURES.table.select(names)), COHORT, "definitions")


def test_all_differences_between_table_and_model_are_named_together():
    gone = MODEL.feature_names[3]
    table = FEATURES.table.drop_columns([gone]).append_column("postcode", FEATURES.table["age_years"])
    with pytest.raises(BadInput) as refused:
        score(MODEL, replace(FEATURES, table=table), COHORT, "others")
    assert f"{gone}: the model needs it" in str(refused.value)
    assert "postcode: the model never saw it" in str(refused.value)
    assert "definitions:" in str(refused.value)


def test_a_person_without_features_is_refused_without_naming_them():
    with pytest.raises(BadInput, match="1 of 30 cohort rows have no features") as refused:
        score(MODEL, replace(FEATURES, table=FEATURES.table.slice(1)), COHORT, "definitions")
    assert str(FEATURES.table["person"][0]) not in str(refused.value)


def test_an_empty_cohort_is_refused():
    with pytest.raises(EmptyCohort):
        score(MODEL, FEATURES, COHORT.slice(0, 0), "definitions")


def test_a_probability_on_the_edge_belongs_to_the_upper_band_and_below_all_to_none():
    assert bands_of(np.array([0.14, 0.13999, 0.045, 0.04]), MODEL.bands) == [
        "Offer first", "Offer next", "Offer if places remain", NO_BAND,
    ]  # fmt: skip


def test_bands_out_of_order_are_refused():
    with pytest.raises(BadConfiguration, match="ordered from the highest"):
        bands_of(np.array([0.1]), MODEL.bands[::-1])


def test_contributions_are_only_worked_out_for_those_asked_and_add_up_to_their_score():
    few = COHORT.slice(4, 3)
    found = explain(MODEL, FEATURES, few)
    assert list(found) == few["person"].to_pylist()
    scores = score(MODEL, FEATURES, COHORT, "definitions")
    raw = dict(zip(scores["person"].to_pylist(), scores["raw_score"].to_pylist(), strict=True))
    for person, one in found.items():
        assert sum(one.contributions.values()) - 3.0 == pytest.approx(raw[person])
