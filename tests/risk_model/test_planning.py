"""An experiment is explained before it runs: what it would do, how much work it is, and what could leak."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import CATALOGUE
from risk_model.errors import BadConfiguration, Untrainable
from risk_model.experiment import Experiment, read_experiment
from risk_model.planning import page
from risk_model.planning.facts import plan_of
from risk_model.planning.leaks import LEADS_TO, warnings_of
from risk_model.preparation import training_dates
from risk_model.training.fitting import seen_before, train
from tests.conftest import HOUSE
from tests.risk_model.drawn import World, drawn_experiment, drawn_world

LOCKDOWN = {"name": "lockdown", "first": date(2022, 3, 1), "before": date(2022, 6, 1), "treat": "leave_out"}


def changed(part: str, **changes: Any) -> Experiment:
    values = drawn_experiment().model_dump()
    values[part] |= changes
    return Experiment.model_validate(values)


def half_of_whom_came_late() -> World:
    world = drawn_world(900)
    early = (world.rows.person % 2 == 0) | (world.rows.as_of >= np.datetime64("2024-01-01"))
    return World(world.experiment, world.inputs.keep(early))


def leaks(experiment: Experiment) -> str:
    return "\n".join(warning.leak for warning in warnings_of(plan_of(experiment)) if warning.grave)


@pytest.mark.parametrize("name", ["first_time_entry", "broward"])
def test_the_plans_of_the_house_are_told_whole(name: str) -> None:
    plan = plan_of(read_experiment(HOUSE / "experiments" / f"{name}.toml"))
    text = page.render_text(plan, warnings_of(plan))
    assert not plan.faults
    for part in ("Who:", "What:", "When:", "From what:", "How it is chosen:", "Work:"):
        assert part in text
    for split in plan.splits:
        assert split.train.plain in text
    html = page.render_html(plan, warnings_of(plan))
    assert "data:image/png;base64" in html
    assert 'alt="Timeline. ' in html


def test_the_work_is_counted_as_training_does_it(tmp_path: Path) -> None:
    world = drawn_world(300)
    result = train(world.experiment, world.inputs, tmp_path)
    plan = plan_of(world.experiment)
    assert plan.fits == len(result.predictions) + 1
    assert plan.splits[:-1] == result.splits


def test_every_fault_of_a_plan_is_told_and_not_only_the_first() -> None:
    faulty = changed("selection", metric="luck", simplest_first=())
    faulty = faulty.model_copy(update={"estimators": {"crystal_ball": {}}})
    plan = plan_of(faulty)
    assert len(plan.faults) == 2
    assert "crystal_ball" in "".join(plan.faults)
    assert "luck" in "".join(plan.faults)
    assert "CANNOT RUN" in page.render_text(plan, ())


def test_labels_that_reach_into_the_next_slice_are_told_with_their_days() -> None:
    assert "known" not in leaks(drawn_experiment())
    open_gap = changed("splits", label_gap="none", label_gap_reason="to see")
    # the last training date is 2023-07-01, known 425 days on, 2024-08-29; calibration begins on 2023-10-01
    assert "test 2024-04-01: the last labels of the training slice are known 333 days after" in leaks(open_gap)


def test_a_wait_shorter_than_the_partner_s_delay_is_told() -> None:
    assert "yj_case reaches us 14 days after" not in leaks(changed("outcome", maturity_days=14))
    assert "yj_case reaches us 14 days after" in leaks(changed("outcome", maturity_days=13))


def test_features_made_from_the_outcome_are_told_by_name() -> None:
    name = next(each.name for each in CATALOGUE if each.name.startswith("asb_"))
    asb_outcome = changed("outcome", kind="asb", role=("subject",), codes=None)
    assert "made from the outcome's own events" in leaks(asb_outcome)
    told = "".join(warning.leak for warning in warnings_of(plan_of(asb_outcome)))
    assert name.split("_")[0] in told


def test_features_that_see_a_decision_on_its_way_are_told() -> None:
    told = "".join(warning.leak for warning in warnings_of(plan_of(drawn_experiment())))
    assert "custody_last_365_days" in told
    assert all(not where.faults() for where in LEADS_TO["yj_disposal"])


@given(first=st.dates(date(2020, 6, 1), date(2024, 6, 1)), days=st.integers(1, 300), every=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_period_left_out_is_neither_learned_from_nor_predicted_into(first: date, days: int, every: int) -> None:
    before = date.fromordinal(first.toordinal() + days)
    values = drawn_experiment().model_dump()
    values["dates"] |= {"every_months": every}
    without = Experiment.model_validate(values)
    values["dates"] |= {"unusual": [{"name": "lockdown", "first": first, "before": before, "treat": "leave_out"}]}
    experiment = Experiment.model_validate(values)
    try:
        kept = set(training_dates(experiment))
    except BadConfiguration:
        kept = set()
    for day in training_dates(without):  # looked at day by day, as slowly as it can be done
        span = {day.toordinal() + ahead for ahead in range(365)}
        meets = bool(span & set(range(first.toordinal(), before.toordinal())))
        assert (day in kept) != meets
    assert len(kept) + len(plan_of(experiment).left_out) == len(training_dates(without))


def test_dates_left_out_are_told_and_those_kept_are_warned_of() -> None:
    left_out = plan_of(changed("dates", unusual=[LOCKDOWN]))
    assert "left out for lockdown" in page.render_text(left_out, ())
    kept = plan_of(changed("dates", unusual=[LOCKDOWN | {"treat": "keep"}]))
    assert any(warning.leak.startswith("lockdown: ") for warning in warnings_of(kept))


def test_an_unusual_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="lockdown: before 2022-03-01 must come after"):
        changed("dates", unusual=[LOCKDOWN | {"before": date(2022, 3, 1)}])


def test_people_learned_from_can_be_left_out_of_tests_without_shortening_the_lists(tmp_path: Path) -> None:
    world = half_of_whom_came_late()
    everyone = train(world.experiment, world.inputs, tmp_path / "all")
    plan = world.experiment.splits.model_copy(update={"people_seen": "leave_out"})
    unseen = train(world.experiment.model_copy(update={"splits": plan}), world.inputs, tmp_path / "unseen")
    for part, whole in zip(unseen.predictions, everyone.predictions, strict=True):
        split = next(each for each in everyone.splits if each.name == part.split)
        learned_on = [(part.first, part.before) for part in (split.train, split.calibrate)]
        met = {
            person
            for person, day in zip(world.rows.person.tolist(), world.rows.as_of.tolist(), strict=True)
            if any(first <= day < before for first, before in learned_on)
        }
        expected = np.array([person not in met for person in whole.person.tolist()])
        assert 0 < expected.sum() < len(whole)
        assert (part.person == whole.person[expected]).all()
        assert (part.listed == whole.listed[expected]).all()
        assert (expected == ~seen_before(world.rows, split, whole.person)).all()
    for each in unseen.evaluations:
        for tie in each.ties:
            assert tie.value == pytest.approx(each.figure(tie.name).value)
            assert np.isnan([tie.low, tie.high]).all(), "those left out had places too"


def test_a_test_with_nobody_new_in_it_is_refused_in_words(tmp_path: Path) -> None:
    world = drawn_world(120)
    plan = world.experiment.splits.model_copy(update={"people_seen": "leave_out"})
    with pytest.raises(Untrainable, match='people_seen = "leave_out" leaves too few'):
        train(world.experiment.model_copy(update={"splits": plan}), world.inputs, tmp_path)
