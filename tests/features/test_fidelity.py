"""A synthetic world beside published figures: first entries by council and year, disparities as set, and the report."""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.synthetic.clock import MONTH_STARTS, YEARS
from features.synthetic.counting import first_entries, year_start
from features.synthetic.decisions import Suspicions
from features.synthetic.fidelity import Fidelity
from features.synthetic.living import Lived
from features.synthetic.published import entrants
from features.synthetic.truth import Setting
from risk_model import cli
from tests.lived import lived_in_one_piece

SETTING = Setting(11, 9_000, 1.0, "")


@pytest.fixture(scope="module")
def lived() -> Lived:
    return lived_in_one_piece(SETTING)


def test_first_entries_follow_each_years_published_rate(lived: Lived) -> None:
    """Counted a second way: from the decisions, over all councils, since a small world has few in each."""
    _, day = first_entries(Suspicions.joined(lived.course.suspicions))
    counted = np.histogram(day, [year_start(2016 + step) for step in range(YEARS + 1)])[0]
    areas = lived.areas
    people = np.bincount(areas.authority, weights=areas.population) / areas.population.sum() * lived.size
    wanted = sum(entrants(code, YEARS).rates * people[at] / 1e5 for at, code in enumerate(areas.authority_codes))
    assert (np.abs(counted - wanted) <= 0.20 * wanted + 3).all(), (counted, np.round(wanted, 1))
    assert counted[:4].sum() > 1.6 * counted[5:9].sum(), "the years before 2020 had far more"


def test_without_bias_the_same_share_of_every_group_is_named_and_with_twice_the_bias_more_unequally() -> None:
    """Labels: of what was really done, the share that made the child a suspect, black and mixed against white."""
    ratio = {}
    for bias in (0.0, 1.0, 2.0):
        world = lived_in_one_piece(replace(SETTING, children=25_000, detection_bias=bias), months=36)
        letter = world.children.letter()
        done = np.concatenate([part.child for part in world.course.offences])
        named = np.concatenate([part.named | part.found for part in world.course.offences])
        known = {group: named[np.isin(letter[done], list(group))].mean() for group in ("BM", "W")}
        ratio[bias] = known["BM"] / known["W"]
    assert 0.85 < ratio[0.0] < 1.15
    assert ratio[0.0] < ratio[1.0] < ratio[2.0]
    assert ratio[2.0] > 1.12


def test_events_of_a_child_change_what_comes_next_within_the_month(lived: Lived) -> None:
    """A missing child is missing again soon far more often than two unrelated children would be."""
    child, day = lived.course.events["missing"].arrays()
    order = np.lexsort((day, child))
    gap = np.diff(day[order])[np.diff(child[order]) == 0]
    assert (gap >= 0).all()
    assert (gap < 60).mean() > 2 * 60 / 365


def test_everything_happens_within_its_month_and_to_children_of_the_right_age(lived: Lived) -> None:
    for name, happened in lived.course.events.items():
        child, day = happened.arrays()
        age = (day - lived.children.born[child]) / 365.25
        assert MONTH_STARTS[0] <= day.min(), name
        assert day.max() < MONTH_STARTS[-1], name
        assert age.min() > 8.9, name
        assert age.max() < 18.0, name
    days = lived.course.events["suspension"].arrays()[1]
    assert ((days + 3) % 7 < 5).all(), "nobody is suspended at a weekend"


def test_a_figure_is_near_enough_within_its_range_or_tolerance() -> None:
    inside, below = Fidelity("a", (10, 12), 11, "found"), Fidelity("a", (10, 12), 9, "found")
    assert (inside.ratio, inside.within, below.ratio, below.within) == (1.0, True, 0.9, False)
    assert Fidelity("none at all is in a range from nothing", (0, 0.9), 0, "found").ratio == 1.0
    assert Fidelity("a", (10, 10), 11.4, "found").within
    assert not Fidelity("a", (10, 10), 11.6, "found").within
    assert Fidelity("a", (10, 10), 11.9, "found", 0.2).within


def test_the_report_has_one_entry_a_figure_and_a_page_with_every_plot_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.json"
    command = ["risk-model", "simulate", "--report", "-w", str(tmp_path / "w"), "--children", "1500", "--quiet"]
    monkeypatch.setattr(sys, "argv", [*command, "--json", str(out)])
    with pytest.raises(SystemExit):
        cli.main()
    report = json.loads(out.read_text(encoding="utf-8"))["report"]
    assert len({entry["name"] for entry in report}) == len(report)
    assert sum(entry["name"].startswith("first_time_entrants_per_100000.E") for entry in report) == 52
    for entry in report:
        low, high = entry["published"]
        assert low <= high
        if entry["simulated"] is not None and low == high:
            assert math.isclose(entry["ratio"], entry["simulated"] / low)
    page = (tmp_path / "w" / "fidelity.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<img [^>]*alt="[^"]{30,}"', page)) == 4
