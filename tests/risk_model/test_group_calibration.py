"""Chances that mean something else for one group are found; where they mean the same, the audit stays quiet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from risk_model.audits import Verdict, groups
from risk_model.audits.characteristics import Characteristic
from risk_model.audits.confusion import cells_of
from risk_model.audits.finding import Chances, Finding, GroupFigures, Rate
from risk_model.audits.group_calibration import FIGURES, calibrations_of
from risk_model.audits.group_figures import figures_of
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.reading import calibration_table
from risk_model.audits.report import AuditReport
from risk_model.disclosure import Shown
from risk_model.training.intervals import resample_people
from risk_model.training.predictions import Predictions
from tests.risk_model.drawn import AREAS, drawn_experiment
from tests.risk_model.drawn_audit import audit_inputs, drawn_model, drawn_warehouse

ETHNIC = ("White", "Asian", "Black", "Mixed")
LEAST = 20
NOTHING = {figure: Rate() for figure in FIGURES}


def drawn(
    shift: dict[str, float], people: int = 9000, seed: int = 1, everybody: float = 0.0
) -> tuple[Predictions, NDArray[np.str_], NDArray[np.str_]]:
    """One list of people whose chances are right, but for ``shift`` (log-odds) in some groups; sex and ethnic group."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["male", "female"], people, p=[0.6, 0.4])
    ethnic = rng.choice(ETHNIC, people, p=[0.7, 0.15, 0.1, 0.05])
    z = rng.normal(-2.4, 0.9, people)
    off = np.full(people, everybody)
    for name, by in shift.items():
        off = off + by * ((sex == name) | (ethnic == name))
    outcome = (rng.random(people) < 1 / (1 + np.exp(-z - off))).astype(float)
    chance = 1 / (1 + np.exp(-z))
    day = np.full(people, np.datetime64("2024-04-01", "D"))
    area, age = rng.choice(list(AREAS), people), rng.integers(10, 18, people).astype(np.int16)
    listed = (rng.random(people) < 0.2).astype(float)
    rows = Predictions("logistic", "test 1", np.arange(people), day, area, age, outcome, chance, chance, listed)
    return rows, sex, ethnic


@pytest.fixture(scope="module")
def model():
    return drawn_model()


def inputs(folder: Path, model, world: tuple[Predictions, NDArray[np.str_], NDArray[np.str_]]) -> AuditInputs:
    rows, sex, ethnic = world
    held = drawn_warehouse(sex=dict(enumerate(sex.tolist())), ethnic_group=dict(enumerate(ethnic.tolist())))
    return audit_inputs(folder, (rows,), held, drawn_experiment(), model)


def of(finding: Finding, group: str) -> GroupFigures:
    return next(each for each in finding.groups if each.group == group)


@pytest.mark.parametrize(("by", "said"), [(0.9, Chances.TOO_LOW), (-0.9, Chances.TOO_HIGH)])
def test_a_group_whose_chances_are_wrong_is_found_and_no_other(tmp_path: Path, model, by: float, said: Chances) -> None:
    finding = groups.audit(inputs(tmp_path, model, drawn({"female": by})))
    girls, boys = of(finding, "female"), of(finding, "male")
    assert girls.chances is said
    assert girls.calibration["calibration_intercept"].value == pytest.approx(by, abs=0.21)
    assert boys.chances is Chances.WITHIN, "boys' chances are right, however far everybody's are off"
    told = [reason for reason in finding.reasons if "chances given" in reason and "together" not in reason]
    assert len(told) == 1
    assert told[0].startswith(f"Sex, female: the chances given are {said.value}")
    assert finding.verdict is not Verdict.PASSES


def test_a_smaller_group_is_found_among_right_ones(tmp_path: Path, model) -> None:
    finding = groups.audit(inputs(tmp_path, model, drawn({"Asian": 1.0})))
    assert [each for each in ETHNIC if of(finding, each).chances in groups.WRONG] == ["Asian"]


def test_where_chances_are_right_nobody_is_named_over_ten_worlds(tmp_path: Path, model) -> None:
    for seed in range(10):
        finding = groups.audit(inputs(tmp_path, model, drawn({}, people=4000, seed=seed)))
        assert not [each for each in finding.groups if each.chances in groups.WRONG]
        assert not [reason for reason in finding.reasons if "chances given" in reason]


def test_a_year_in_which_everything_was_rarer_is_no_groups_fault(tmp_path: Path, model) -> None:
    finding = groups.audit(inputs(tmp_path, model, drawn({}, everybody=-0.8)))
    assert of(finding, "everyone").calibration["calibration_intercept"].value == pytest.approx(-0.8, abs=0.15)
    assert not [each for each in finding.groups if each.chances in groups.WRONG]


def test_figures_are_those_of_a_regression_on_the_groups_rows() -> None:
    """The second way: scikit-learn's regression without penalty, and a search for the intercept."""
    from scipy.optimize import brentq
    from sklearn.linear_model import LogisticRegression

    rows, sex, _ = drawn({"female": 0.5}, people=5000, seed=4)
    each = Characteristic("sex", "Sex", sex)
    resamples = resample_people(rows.person, 50, 1)
    found = calibrations_of(rows, each, cells_of(rows, each, resamples), resamples, LEAST)["female"]
    p, y = rows.probability[sex == "female"], rows.outcome[sex == "female"]
    z = np.log(p / (1 - p))
    slope = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(z[:, None], y).coef_[0, 0]
    intercept = brentq(lambda a: (1 / (1 + np.exp(-z - a)) - y).sum(), -5, 5)
    bins = np.array_split(np.argsort(p), 10)
    error = sum(abs(p[at].sum() - y[at].sum()) for at in bins) / len(p)
    assert found.values["calibration_slope"] == pytest.approx(slope, abs=1e-3)
    assert found.values["calibration_intercept"] == pytest.approx(intercept, abs=1e-6)
    assert found.values["calibration_error"] == pytest.approx(error, abs=2e-3)
    assert set(found.draws) == set(FIGURES)


def test_draws_of_only_some_people_are_the_same_draws() -> None:
    person = np.random.default_rng(2).integers(0, 300, 900)
    resamples, inside = resample_people(person, 40, 3), person % 3 == 0
    column = np.random.default_rng(5).normal(size=(900, 2))
    own = resamples.only(person[inside]).sums(column[inside])
    assert own == pytest.approx(resamples.of(person).sums(column * inside[:, None]))


@pytest.mark.parametrize("with_it", [True, False])
def test_few_of_either_kind_are_insufficient_numbers(tmp_path: Path, model, with_it: bool) -> None:
    """Mixed: plenty of people, and fewer than twenty who had the outcome, or who did not."""
    rows, sex, ethnic = drawn({}, people=5000)
    mixed = np.flatnonzero(ethnic == "Mixed")
    rows.outcome[mixed] = np.arange(len(mixed)) < LEAST - 1 if with_it else np.arange(len(mixed)) >= LEAST - 1
    finding = groups.audit(inputs(tmp_path, model, (rows, sex, ethnic)))
    assert of(finding, "Mixed").chances is Chances.TOO_FEW
    assert of(finding, "Mixed").calibration == NOTHING
    assert of(finding, "White").chances is Chances.WITHIN
    own = [each for each in finding.groups if each.characteristic == "Ethnic group"]
    line = next(line for line in calibration_table(own).splitlines() if "Mixed" in line)
    assert line.count("insufficient numbers") == 4


@pytest.mark.parametrize("what", ["records", "positives"])
def test_no_figure_of_a_group_is_given_whose_count_is_hidden_to_protect_another(what: str) -> None:
    """Boys are many, and their count is hidden so that the few others are not the difference."""
    rows, sex, _ = drawn({}, people=3000)
    each, experiment = Characteristic("sex", "Sex", sex), drawn_experiment()
    resamples = resample_people(rows.person, 50, 1)
    table = cells_of(rows, each, resamples)
    found = calibrations_of(rows, each, table, resamples, LEAST)
    counts = {("sex", group, counted): 500 for group in table for counted in ("records", "positives")}
    hidden = frozenset({("sex", "male", what)})
    shown = Shown({cell: count for cell, count in counts.items() if cell not in hidden}, hidden)
    girls, boys = figures_of(experiment, each, table, {}, found, shown)
    assert (girls.group, boys.group) == ("female", "male")
    assert None not in {rate.value for rate in girls.calibration.values()}
    assert boys.calibration == NOTHING
    line = next(line for line in calibration_table([girls, boys]).splitlines() if "| male" in line)
    assert line.count("suppressed") == 3


def test_figures_are_coarse_and_lie_inside_their_intervals(tmp_path: Path, model) -> None:
    finding = groups.audit(inputs(tmp_path, model, drawn({"female": 0.4}, people=4000, seed=6)))
    given = [rate for each in finding.groups for rate in each.calibration.items() if rate[1] != Rate()]
    assert len(given) > 10
    for name, rate in given:
        digits = 2 if name == "calibration_error" else 1
        assert [rate.low, rate.value, rate.high] == sorted(round(e, digits) for e in (rate.low, rate.value, rate.high))


def test_the_page_and_the_json_hold_them(tmp_path: Path, model) -> None:
    given = inputs(tmp_path, model, drawn({"female": 0.9}))
    finding = groups.audit(given)
    report = AuditReport(
        experiment="x",
        title="T",
        question="Q",
        estimator="e",
        plain_name="L",
        model_digest="d",
        lead="recall",
        least_ratio=0.8,
        findings=(finding,),
    )
    kept = json.loads(report.to_json())["findings"][0]["groups"]
    girls = next(each for each in kept if each["group"] == "female")
    assert girls["chances"] == "too low"
    assert set(girls["calibration"]) == set(FIGURES)
    page = report.html()
    assert "Calibration intercept (0 is right)" in page
    assert "the chances given are too low" in page
