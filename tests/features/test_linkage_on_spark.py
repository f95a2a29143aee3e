"""Spark links as this machine does: the same pairs, weights, people and days."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

from features.engines.choice import Engine, run_on
from features.linkage import LIKENESS, Links, link_people
from features.linkage.model import read_weights
from features.linkage.on_spark import translated
from features.linkage.trial import state_delivery
from features.store import scratch_store, turned_to_csv
from features.synthetic import make_partners
from tests.spark_here import needs_spark


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linked") / "extracts"
    make_partners(folder, 7, 500)
    return folder


def _linked(delivery: Path, folder: Path) -> Links:
    with turned_to_csv(folder) as turned, scratch_store(folder) as connection:
        state_delivery(connection, delivery, turned)
        return link_people(connection, read_weights())


@needs_spark
def test_spark_finds_the_same_pairs_with_the_same_weights_and_links_alike(delivery: Path, tmp_path: Path) -> None:
    here = _linked(delivery, tmp_path / "here")
    with run_on(Engine("spark", tmp_path)):
        there = _linked(delivery, tmp_path / "there")
    weighed = here.link.filter(pc.equal(here.link["kind"], LIKENESS))["weight"]
    assert len(weighed.unique()) > 100
    assert there.counts == here.counts
    assert there.belonging.equals(here.belonging)
    assert there.link.equals(here.link)
    assert there.review.equals(here.review)


def test_every_condition_is_said_in_words_that_spark_has() -> None:
    settings = read_weights()["settings"]
    there = translated(settings)
    conditions = [level["sql_condition"] for each in there["comparisons"] for level in each["comparison_levels"]]
    assert len(conditions) == sum(len(each["comparison_levels"]) for each in settings["comparisons"])
    said = " ".join([*conditions, *(rule["blocking_rule"] for rule in there["blocking_rules_to_generate_predictions"])])
    assert '"' not in said
    assert "JAROWINKLER" not in said
    assert {rule["sql_dialect"] for rule in there["blocking_rules_to_generate_predictions"]} == {"spark"}
    assert settings["sql_dialect"] == "duckdb"
