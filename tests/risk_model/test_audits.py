"""Audits find what is there and are quiet where nothing is; nobody small can be seen in what they write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from features.catalogue import CATALOGUE, chosen
from features.catalogue.broward import BROWARD
from risk_model.audits import AUDITS, AuditReport, Verdict, comparator_sex, coverage, explanation, groups, run_audits
from risk_model.audits.characteristics import Characteristic, Rows, characteristics, not_held
from risk_model.audits.confusion import cells_of, fairlearn_rates, rows_of
from risk_model.audits.finding import GroupFigures, Status
from risk_model.audits.inputs import AuditInputs
from risk_model.errors import BadConfiguration, BadInput, MissingStep
from risk_model.training.intervals import resample_people
from tests.risk_model.drawn import drawn_experiment
from tests.risk_model.drawn_audit import audit_inputs, drawn_predictions, drawn_warehouse, sexes

PLAN = {"characteristics": ("sex", "age_band", "area", "religion")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audits")


def inputs_where(folder: Path, *found: float, **draw: object) -> AuditInputs:
    predictions, group = drawn_predictions(found, **draw)  # type: ignore[arg-type]
    return audit_inputs(folder, predictions, drawn_warehouse(sex=sexes(group)), drawn_experiment(audit=PLAN))


def of_group(figures: tuple[GroupFigures, ...], group: str) -> GroupFigures:
    return next(each for each in figures if each.group == group)


def test_a_planted_disparity_is_found_and_said_in_people(folder: Path) -> None:
    finding = groups.audit(inputs_where(folder, 0.5, 0.25))
    girls = of_group(finding.groups, "female")
    assert finding.verdict is Verdict.FAILS
    assert girls.status is Status.OUTSIDE
    assert girls.ratio.value == pytest.approx(0.5, abs=0.1)
    assert girls.ratio.high is not None
    assert girls.ratio.high < 0.8
    assert finding.reasons[0].startswith("Sex, female: of those who had the outcome, 2")
    assert f"At the same rate, {girls.gap} more would have been found over 3 lists." in finding.reasons[0]
    assert int(girls.gap) == pytest.approx(0.25 * int(girls.positives), abs=20)


def test_a_group_found_far_more_often_is_outside_the_limit_as_well(folder: Path) -> None:
    finding = groups.audit(inputs_where(folder, 0.25, 0.5))
    assert of_group(finding.groups, "female").status is Status.OUTSIDE
    assert "more often than male" in finding.reasons[0]


def test_a_world_without_disparity_is_quiet(folder: Path) -> None:
    finding = groups.audit(inputs_where(folder, 0.4, 0.4))
    assert finding.verdict is Verdict.PASSES
    assert finding.reasons == (
        "Among groups large enough to tell, nobody was found less than 0.8 times as often as the largest group of "
        "their kind.",
    )


def test_a_gap_that_may_be_chance_asks_for_attention_and_does_not_fail(folder: Path) -> None:
    finding = groups.audit(inputs_where(folder, 0.5, 0.33, people=1500, seed=0))
    assert of_group(finding.groups, "female").status is Status.LIKELY_OUTSIDE
    assert finding.verdict is Verdict.NEEDS_ATTENTION
    assert "though not certainly" in finding.reasons[0]


def test_a_small_group_is_shown_as_insufficient_and_not_judged(folder: Path) -> None:
    finding = groups.audit(inputs_where(folder, 0.4, 0.4, 0.0, shares=(0.59, 0.4, 0.01)))
    predictions, group = drawn_predictions((0.4, 0.0), shares=(0.99, 0.01))
    small = groups.audit(audit_inputs(folder, predictions, drawn_warehouse(sex=sexes(group)), drawn_experiment()))
    assert of_group(small.groups, "female").status is Status.TOO_FEW
    assert of_group(finding.groups, "not known").status is Status.NOT_JUDGED


def test_where_no_group_can_be_compared_the_audit_could_not_tell_and_does_not_pass(folder: Path) -> None:
    """One in a hundred of the other sex, none of them ever listed: it passed, since nothing had been judged."""
    predictions, group = drawn_predictions((0.4, 0.0), shares=(0.99, 0.01))
    plan = PLAN | {"characteristics": ("sex",)}
    finding = groups.audit(
        audit_inputs(folder, predictions, drawn_warehouse(sex=sexes(group)), drawn_experiment(audit=plan))
    )
    assert finding.verdict is Verdict.COULD_NOT_TELL
    assert finding.reasons == ("Sex: could not tell. No two groups have 20 or more people who had the outcome.",)
    order = list(Verdict)
    assert order.index(Verdict.PASSES) < order.index(finding.verdict) < order.index(Verdict.NEEDS_ATTENTION)


def test_an_area_outside_the_limit_asks_for_attention_only(folder: Path) -> None:
    predictions, group = drawn_predictions((0.5, 0.5))
    low = tuple(replace(part, listed=part.listed * np.where(part.area == "E08000023", 0.2, 1)) for part in predictions)
    finding = groups.audit(audit_inputs(folder, low, drawn_warehouse(sex=sexes(group)), drawn_experiment(audit=PLAN)))
    assert of_group(finding.groups, "South Tyneside").status is Status.OUTSIDE
    assert finding.verdict is Verdict.NEEDS_ATTENTION


def test_figures_of_few_people_are_hidden_everywhere_in_the_report(folder: Path) -> None:
    report = run_audits(inputs_where(folder, 0.5, 0.0, people=1200, shares=(0.75, 0.25)))
    girls = of_group(report.findings[0].groups, "female")
    assert girls.rates["recall"].value is None
    assert girls.rates["missed_rate"].value is None
    assert girls.ratio.value is None
    assert girls.status is Status.OUTSIDE
    assert "so the share is not shown" in report.findings[0].reasons[0]
    for group in report.findings[0].groups:
        for count in (group.records, group.positives):
            assert count == "suppressed" or int(count.replace(",", "")) % 5 == 0
        assert all(rate.value is None or round(rate.value, 2) == rate.value for rate in group.rates.values())


@pytest.mark.parametrize("seed", range(3))
def test_rates_agree_with_fairlearn_on_every_row_with_ties(seed: int) -> None:
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

    predictions, group = drawn_predictions((0.5, 0.3), people=400, seed=seed)
    rng = np.random.default_rng(seed)
    rows = rows_of(predictions, "logistic")
    rows = replace(rows, listed=rng.choice([0.0, 0.25, 0.5, 1.0], len(rows)))
    names = group[rows.person].astype(str)
    table = cells_of(rows, Characteristic("g", "G", names), resample_people(rows.person, 10, 1))
    weights = np.concatenate([rows.listed, 1 - rows.listed])
    rates_of = {"recall": true_positive_rate, "false_positive_rate": false_positive_rate,
                "selection_rate": selection_rate}  # fmt: skip
    frame = MetricFrame(
        metrics=rates_of,
        y_true=np.tile(rows.outcome.astype(int), 2),
        y_pred=np.repeat([1, 0], len(rows)),
        sensitive_features=np.tile(names, 2),
        sample_params={name: {"sample_weight": weights} for name in rates_of},
    ).by_group
    for name, rates in fairlearn_rates(table).items():
        for metric in frame.columns:
            assert rates[metric] == pytest.approx(frame.loc[name, metric], abs=1e-12)
            assert table[name].rate(metric) == pytest.approx(frame.loc[name, metric], abs=1e-12)


def test_intervals_of_people_with_many_records_are_wider_than_of_as_many_rows() -> None:
    predictions, _ = drawn_predictions((0.4, 0.4), people=800)
    rows = rows_of(predictions, "logistic")
    rows = replace(rows, listed=(rows.person % 3 == 0).astype(float))
    everyone = Characteristic("g", "G", np.full(len(rows), "all"))

    def width(person: NDArray[np.int64]) -> float:
        drawn = replace(rows, person=person)
        table = cells_of(drawn, everyone, resample_people(person, 400, 1))
        low, high = np.quantile(table["all"].rate_draws("recall"), [0.025, 0.975])
        return float(high - low)

    assert width(rows.person) > 1.3 * width(np.arange(len(rows)))


def test_characteristics_that_are_not_held_are_named() -> None:
    rows = Rows(np.array([1, 2]), np.array(["E08000021", "E06000057"]), np.array([12, 17], np.int16))
    held = characteristics(("sex", "age_band", "area", "religion"), rows, drawn_warehouse(sex={1: "female"}))
    by_name = {each.name: each.groups.tolist() for each in held}
    assert by_name["sex"] == ["female", "not known"]
    assert by_name["area"] == ["Newcastle upon Tyne", "E06000057"]
    assert by_name["sex x age_band"] == ["female, 10 to 12", "not known, 15 to 17"]
    assert "religion" in not_held(("sex", "religion"), held)
    assert "gender reassignment" in not_held(("sex",), held)


def test_the_comparators_sex_is_missing_where_not_recorded() -> None:
    warehouse = drawn_warehouse(sex={5: "male", 6: "female", 7: "unknown"})
    assert np.array_equal(comparator_sex(warehouse, np.array([7, 5, 6, 8])), [np.nan, 1, 0, np.nan], equal_nan=True)


def test_an_unknown_lead_figure_and_missing_predictions_are_refused(folder: Path) -> None:
    inputs = inputs_where(folder, 0.4, 0.4, people=300)
    with pytest.raises(BadConfiguration, match=r"audit\.lead: no lead figure 'auc'"):
        groups.audit(replace(inputs, experiment=drawn_experiment(audit={"lead": "auc"})))
    with pytest.raises(BadInput, match="no test predictions of 'logistic'"):
        groups.audit(replace(inputs, predictions=()))


def test_coverage_names_every_input_that_is_not_permitted(folder: Path) -> None:
    names = ("age_years", "is_male", "searches_last_365_days", "imd_decile", "sexual_victim_records")
    faults = coverage.input_faults(names, inputs_where(folder, 0.4, 0.4, people=300).features)
    assert "the input is_male is a protected characteristic by its name" in faults
    assert "the input searches_last_365_days counts what police choose to look for" in faults
    assert coverage.input_faults(["siblings_suspect_records_ever", "rent_arrears_now"], CATALOGUE) == [
        "the input siblings_suspect_records_ever is about other people around the young person",
        "the input rent_arrears_now says what a family can pay",
    ]
    assert "the input imd_decile stands in for where somebody lives" in faults
    assert not any("age_years" in fault for fault in faults)
    assert [fault for fault in faults if "sexual" in fault] == [
        "the input sexual_victim_records has no definition in the catalogue"
    ]


def test_every_default_feature_of_both_catalogues_is_permitted() -> None:
    assert coverage.input_faults([f.name for f in chosen("northumbria", (), False)], CATALOGUE) == []
    assert coverage.input_faults([f.name for f in BROWARD], BROWARD) == []


def test_explanations_add_up_and_say_what_moves_the_scores(folder: Path) -> None:
    inputs = inputs_where(folder, 0.4, 0.4, people=300)
    finding = explanation.audit(inputs)
    assert finding.verdict is Verdict.PASSES
    assert {each.name for each in finding.importances} == set(inputs.model.feature_names)
    assert sum(each.share for each in finding.themes) == pytest.approx(1, abs=0.01)


def test_reasons_that_do_not_add_up_fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_where(folder, 0.4, 0.4, people=300)
    honest = type(inputs.model).contributions
    monkeypatch.setattr(type(inputs.model), "contributions", lambda self, X: honest(self, X) * 1.001)
    assert explanation.audit(inputs).verdict is Verdict.FAILS


def test_a_report_is_the_same_after_a_round_trip_and_the_same_twice(folder: Path) -> None:
    inputs = inputs_where(folder, 0.5, 0.25, people=2500)
    report = run_audits(inputs)
    report.save(folder)
    assert AuditReport.load(folder) == report
    assert run_audits(inputs).to_json() == report.to_json()
    assert [finding.audit for finding in report.findings] == list(AUDITS)
    assert report.verdict is Verdict.FAILS
    assert json.loads((folder / "audit.json").read_text())["model_digest"] == report.model_digest


def test_the_page_stands_alone_and_describes_its_pictures(folder: Path) -> None:
    page = run_audits(inputs_where(folder, 0.5, 0.25, people=900)).html()
    assert "Sex: female" in page.split('alt="', 1)[1].split('"', 1)[0]
    assert 'src="data:image/png;base64,' in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_a_report_that_is_not_there_or_not_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingStep, match="run the audits first"):
        AuditReport.load(tmp_path)
    (tmp_path / "audit.json").write_text("{}")
    with pytest.raises(BadInput, match="not an audit report"):
        AuditReport.load(tmp_path)


def test_a_changed_model_has_another_digest(folder: Path) -> None:
    inputs = inputs_where(folder, 0.4, 0.4, people=300)
    first = run_audits(inputs).model_digest
    with (inputs.model_folder / "model.json").open("a") as stream:
        stream.write(" ")
    assert run_audits(inputs).model_digest != first
