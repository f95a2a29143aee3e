"""What was given against what was seen in each group: right figures, only of many, and drawn for people to read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from risk_model.audits import groups
from risk_model.audits.finding import Finding, Seen
from risk_model.audits.group_reliability import LEAST_ROWS, reliability_plots
from risk_model.training.predictions import Predictions, pooled
from tests.risk_model.drawn import drawn_experiment
from tests.risk_model.drawn_audit import audit_inputs, drawn_predictions, drawn_warehouse, sexes

LOW, HIGH = 0.1, 0.4
PLAN = drawn_experiment(audit={"characteristics": ["sex", "age_band"], "least_positives": 20})


def drawn(people: int, boys_as_given: bool) -> tuple[tuple[Predictions, ...], NDArray[np.intp]]:
    """Two chances are given to everybody alike; girls' come true, boys' twice as often unless they are as given."""
    parts, group = drawn_predictions((0.6, 0.6), people=people)
    rng = np.random.default_rng(8)
    given = np.where(rng.random(people) < 0.5, LOW, HIGH)
    true = np.where(group == 0, given * (1 if boys_as_given else 2), given)
    came = (rng.random(people) < true).astype(float)
    return tuple(replace(p, probability=given[p.person], outcome=came[p.person]) for p in parts), group


def audited(
    folder: Path, people: int = 6000, boys_as_given: bool = False
) -> tuple[Finding, Predictions, NDArray[np.intp]]:
    parts, group = drawn(people, boys_as_given)
    inputs = audit_inputs(folder, parts, drawn_warehouse(sex=sexes(group)), PLAN)
    return groups.audit(inputs), pooled(parts), group


def seen(finding: Finding, title: str, group: str) -> tuple[Seen, ...]:
    return next(each.seen for each in finding.groups if (each.characteristic, each.group) == (title, group))


def test_what_was_seen_of_a_group_is_what_its_rows_say(tmp_path: Path) -> None:
    finding, rows, group = audited(tmp_path)
    for number, sex in enumerate(("male", "female")):
        told = seen(finding, "Sex", sex)
        assert [each.predicted for each in told] == [LOW, HIGH]
        for each in told:
            inside = (group[rows.person] == number) & (rows.probability == each.predicted)
            assert each.observed.value == round(rows.outcome[inside].mean(), 2)
            assert each.observed.low is not None
            assert each.observed.high is not None
            assert each.observed.low <= each.observed.value <= each.observed.high
    assert (seen(finding, "Sex", "male")[1].observed.low or 0) > HIGH + 0.2, "chances twice too low show"
    assert seen(finding, "Sex and age together", "female, 13 to 14") == ()


def test_a_group_of_few_is_not_told_apart(tmp_path: Path) -> None:
    finding, _, _ = audited(tmp_path, people=400)
    assert seen(finding, "Sex", "male") == ()
    assert reliability_plots(finding.groups) == []
    assert LEAST_ROWS == 500, "a whole percent of a part is as many as counts are rounded to"


def test_each_characteristic_has_a_picture_that_says_in_words_what_it_shows(tmp_path: Path) -> None:
    finding, _, _ = audited(tmp_path, boys_as_given=True)
    drawn_plots = {plot.name: plot for plot in reliability_plots(finding.groups)}
    assert set(drawn_plots) == {"reliability-sex", "reliability-age"}
    alt = drawn_plots["reliability-sex"].alt
    assert "given 10.0%" in alt
    assert "male: " in alt
    assert "Everyone" not in alt
    assert drawn_plots["reliability-sex"].png.startswith(b"\x89PNG")
