"""What would be different if the model had been made another way: on drawn worlds in which the answer is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from risk_model.audits.alternatives import AlternativesReport, Asked, compare, try_all
from risk_model.audits.alternatives.page import Faulty, Row
from risk_model.audits.alternatives.trying import Alternative, balancing_weights
from risk_model.training.fitting import predict_split
from risk_model.training.inputs import Inputs
from risk_model.training.splits import temporal_splits
from tests.risk_model.drawn import AREAS, NAMES, World, drawn_world
from tests.risk_model.drawn_audit import DrawnWarehouse, drawn_warehouse

LABEL = {"name": "B", "question": "Another label", "kind": "occurrence", "horizon_days": 365}
PLACES = dict.fromkeys(AREAS, 40)
PROXY = NAMES.index("noise_one")


@dataclass(frozen=True)
class Biased:
    """In group "second", six in ten outcomes come to nobody's notice; another label sees them all."""

    world: World
    asked: Asked
    second: NDArray[np.bool_]


@pytest.fixture(scope="module")
def biased() -> Biased:
    world = drawn_world(people=2200, capacity=PLACES, estimators={"logistic": {"penalty_strength": 0.05}},
                        audit={"characteristics": ("sex",), "other_outcomes": (LABEL,)})  # fmt: skip
    rows, rng = world.rows, np.random.default_rng(5)
    second = (rows.person % 97) < 48
    X = rows.X.copy()
    X[:, PROXY] = second + rng.normal(0, 0.1, len(rows))
    true = replace(rows, X=X)
    seen = np.where(second & (rng.random(len(rows)) < 0.6), 0.0, rows.outcome)
    warehouse = drawn_warehouse(
        sex={int(who): "second" if other else "first" for who, other in zip(rows.person, second, strict=True)}
    )
    asked = Asked(world.experiment, "logistic", Inputs(replace(true, outcome=seen)), {"B": Inputs(true)}, None,
                  frozenset({"noise_two"}), warehouse)  # fmt: skip
    return Biased(world, asked, second)


@pytest.fixture(scope="module")
def tried(biased: Biased) -> tuple[Alternative, ...]:
    made, notes = try_all(biased.asked)
    assert not notes
    return made


@pytest.fixture(scope="module")
def report(biased: Biased, tried: tuple[Alternative, ...]) -> AlternativesReport:
    return compare(biased.asked, tried)


def row(report: AlternativesReport, name: str) -> Row:
    return next(each for each in report.rows if each.name == name)


def test_a_label_that_sees_everybody_serves_the_group_that_detection_hides(report: AlternativesReport) -> None:
    assert report.compared is not None
    assert report.compared.group == "second"
    published, other = row(report, "published"), row(report, "outcome B")
    assert published.equity.value is not None
    assert other.equity.value is not None
    assert other.equity.value > published.equity.value + 0.2
    assert other.serves == "better"
    assert row(report, "balanced").serves == "better", "learning in which the outcome is as common in both groups, too"
    ours, _, theirs = other.own.partition("% (as published: ")
    assert int(ours) > int(theirs.rstrip("%)")), "it finds more of its own outcome than the published way does"


def test_the_published_way_comes_first_and_is_what_training_tests(
    biased: Biased, tried: tuple[Alternative, ...], report: AlternativesReport
) -> None:
    experiment, known = biased.world.experiment, biased.asked.known
    again = [predict_split(experiment, "logistic", known, split)
             for split in temporal_splits(experiment, known.rows.as_of)]  # fmt: skip
    for mine, theirs in zip(tried[0].predictions, again, strict=True):
        assert (mine.raw_score == theirs.raw_score).all()
    assert report.rows[0].kept == "all"
    assert not report.rows[0].finds


def test_more_places_take_nobody_off_and_find_more(report: AlternativesReport, tried: tuple[Alternative, ...]) -> None:
    wider = next(each for each in tried if each.name == "more_places")
    for before, after in zip(tried[0].predictions, wider.predictions, strict=True):
        assert (after.listed >= before.listed).all()
        for area, places in PLACES.items():
            here = before.area == area
            assert np.isclose(after.listed[here].sum(), min(round(1.25 * places), here.sum()))
    assert row(report, "more_places").kept == "all"
    assert row(report, "more_places").finds == "better"


def test_a_council_s_list_does_not_hang_on_its_own_outcomes_where_it_is_unseen(
    biased: Biased, tried: tuple[Alternative, ...]
) -> None:
    area = next(iter(PLACES))
    rows = biased.asked.known.rows
    turned = np.where(rows.area == area, 1 - rows.outcome, rows.outcome)
    other = replace(biased.asked, known=Inputs(replace(rows, outcome=turned)), labels={}, responses=frozenset())
    again = {each.name: each for each in try_all(other)[0]}
    unseen = next(each for each in tried if each.name == "each_council_unseen")
    for before, after in zip(unseen.predictions, again["each_council_unseen"].predictions, strict=True):
        here = before.area == area
        assert (before.raw_score[here] == after.raw_score[here]).all()
        assert (before.raw_score[~here] != after.raw_score[~here]).any()


def test_without_some_inputs_is_what_a_model_without_them_would_be(
    biased: Biased, tried: tuple[Alternative, ...]
) -> None:
    experiment, rows = biased.world.experiment, biased.asked.known.rows
    fewer = Inputs(rows.only(tuple(name for name in NAMES if name != "noise_two")))
    without = next(each for each in tried if each.name == "without_police_response")
    for part, split in zip(without.predictions, temporal_splits(experiment, rows.as_of), strict=True):
        assert (part.raw_score == predict_split(experiment, "logistic", fewer, split).raw_score).all()


def test_what_cannot_be_tried_is_said_and_the_rest_goes_on(biased: Biased) -> None:
    rows = biased.asked.known.rows
    nobody = Inputs(replace(rows, outcome=np.zeros(len(rows))))
    made, notes = try_all(replace(biased.asked, labels={"B": nobody}))
    assert "outcome B" not in {each.name for each in made}
    assert len(notes) == 1
    assert notes[0].startswith("Learned from B: could not be tried. test 2024-04-01: fewer than 10 rows")


def test_a_protected_characteristic_in_learning_is_never_what_is_recommended(report: AlternativesReport) -> None:
    assert report.recommended == "outcome B"
    only = [each for each in report.rows if each.name != "outcome B"]
    assert "recorded sign-off" in row(report, "balanced").note
    again = report.model_copy(update={"rows": tuple(only)})
    assert "recorded sign-off" in again.html()


def test_too_few_to_compare_groups_is_said_and_finds_are_still_told(biased: Biased) -> None:
    few = biased.world.experiment.audit.model_copy(update={"least_positives": 10_000})
    asked = replace(biased.asked, experiment=biased.world.experiment.model_copy(update={"audit": few}), labels={})
    found = compare(asked, try_all(asked)[0])
    assert found.compared is None
    assert "insufficient numbers" in found.html()
    assert found.rows[0].equity.value is None
    assert found.rows[0].recall.value is not None


def test_the_page_stands_alone_says_its_plot_in_words_and_comes_back_from_json(
    report: AlternativesReport, tmp_path: Path
) -> None:
    written, page = report.save(tmp_path)
    assert AlternativesReport.model_validate_json(written.read_text(encoding="utf-8")) == report
    html = page.read_text(encoding="utf-8")
    assert 'alt="Benefit against equity. 1. As published: found' in html
    assert 'src="http' not in html
    for each in report.rows:
        assert each.title in html
        assert each.title in report.text()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=60))
def test_balancing_makes_the_outcome_as_common_in_every_group_and_keeps_numbers(
    drawn: list[tuple[str, bool]],
) -> None:
    groups, outcome = np.array([group for group, _ in drawn]), np.array([float(had) for _, had in drawn])
    weight = balancing_weights(groups, outcome)
    for group in np.unique(groups):
        own = groups == group
        if 0 < outcome[own].sum() < own.sum():
            assert np.isclose(np.average(outcome[own], weights=weight[own]), outcome.mean())
            assert np.isclose(weight[own].sum(), own.sum())


def test_somebody_whose_group_is_not_known_counts_once(biased: Biased) -> None:
    assert isinstance(biased.asked.warehouse, DrawnWarehouse)
    assert balancing_weights(np.array(["not known", "a", "a"]), np.array([1.0, 1.0, 0.0]))[0] == 1


def test_faulty_records_are_told_in_the_terminal_and_on_the_page(report: AlternativesReport) -> None:
    told = report.model_copy(update={"faulty": (Faulty(fault="Every date is off", changed="7%"),)})
    assert "Every date is off: 7% of the latest places go to others." in told.text()
    assert "Every date is off</td>" in told.html()
