"""Figures of parts of the test rows are those of exactly these rows, counted a second time by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from risk_model.training.breakdowns import AGES, LEAD, breakdowns
from risk_model.training.fitting import train
from risk_model.training.leaderboard import leaderboard_json, render_html
from risk_model.training.measured import TrainingResult, draws_of
from tests.risk_model.drawn import World, drawn_world


@pytest.fixture(scope="module")
def world() -> World:
    return drawn_world(people=900)


@pytest.fixture(scope="module")
def result(world: World, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    return train(world.experiment, world.inputs, tmp_path_factory.mktemp("trained"))


def rows_of(world: World, result: TrainingResult) -> list[dict]:
    """Every test row of the chosen estimator, as plain values, with what is known of it besides."""
    days = {(int(p), str(d)): n for p, d, n in zip(world.rows.person, world.rows.as_of, world.rows.days_to_event,
                                                   strict=True)}  # fmt: skip
    splits = {split.name: split for split in result.splits}
    found = []
    for part in result.predictions:
        if part.estimator != result.selection.chosen:
            continue
        split = splits[part.split]
        learned = {int(p) for p, d in zip(world.rows.person, world.rows.as_of, strict=True)
                   if any(np.datetime64(s.first) <= d < np.datetime64(s.before)
                          for s in (split.train, split.calibrate))}  # fmt: skip
        for at in range(len(part)):
            found.append({"Date": str(part.as_of[at]), "age": int(part.age_years[at]), "listed": float(part.listed[at]),
                          "outcome": float(part.outcome[at]), "seen": int(part.person[at]) in learned,
                          "days": days[int(part.person[at]), str(part.as_of[at])]})  # fmt: skip
    return found


def is_in(by: str, group: str, row: dict) -> bool:
    if by == "Age":
        low, high = AGES[group]
        return low <= row["age"] <= high
    if by == "How soon it came":
        first, before = LEAD[group]
        return row["outcome"] > 0 and first <= row["days"] < before
    return row["seen"] == (group != "no") if by.startswith("In the data") else row["Date"] == group


def test_every_part_counts_exactly_its_rows_and_the_share_found_is_theirs(world, result) -> None:
    rows = rows_of(world, result)
    told = {part.by for part in result.breakdowns}
    assert told >= {"Date", "Age", "How soon it came"}
    for part in result.breakdowns:
        inside = [row for row in rows if is_in(part.by, part.group, row)]
        assert part.counts.rows == len(inside)
        positive = [row for row in inside if row["outcome"] > 0]
        recall = next(figure for figure in part.figures if figure.name == "recall_at_capacity")
        assert recall.value == pytest.approx(sum(row["listed"] for row in positive) / len(positive))
        assert np.isnan(recall.low) or recall.low <= recall.value <= recall.high


def test_parts_by_how_soon_it_came_are_all_positives_once(result) -> None:
    soon = [part for part in result.breakdowns if part.by == "How soon it came"]
    ages = [part for part in result.breakdowns if part.by == "Age"]
    assert sum(part.counts.rows for part in soon) == sum(part.counts.positive_rows for part in ages)


def test_people_learned_from_and_others_are_told_apart(world, result) -> None:
    splits, own = result.splits, [p for p in result.predictions if p.estimator == result.selection.chosen]
    newcomers = np.unique(world.rows.person)[::5]
    late = np.isin(world.rows.person, newcomers) & (world.rows.as_of < np.datetime64(date(2024, 1, 1) - timedelta(1)))
    draws = draws_of(world.experiment, own)
    parts = breakdowns(world.experiment, world.rows.rows(~late), splits, own[-1:], draws)
    by = {part.group: part.counts for part in parts if part.by.startswith("In the data")}
    assert set(by) == {"yes, on an earlier date", "no"}
    assert by["no"].people == len(set(own[-1].person.tolist()) & set(newcomers.tolist()))


def test_the_page_and_the_figures_show_no_part_that_rests_on_few(world, result, tmp_path: Path) -> None:
    board = leaderboard_json(world.experiment, result)
    few = [part for part in result.breakdowns if 0 < part.counts.positive_people < 5]
    for part in few:
        shown = next(b for b in board["breakdowns"] if (b["by"], b["group"]) == (part.by, part.group))
        assert set(shown["figures"].values()) == {None}
    html = render_html(world.experiment, result, (), {})
    assert "Where it does well, and where not" in html
    assert "How soon it came" in html
