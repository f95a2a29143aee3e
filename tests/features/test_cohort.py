"""Who is in the cohort is decided by what was known on the date, one step of attrition at a time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from features.cohort import Cohort, CuspRule, ScreenedRule, cusp_cohort, screened_cohort
from features.definition import Where
from features.errors import BadConfiguration, EmptyCohort
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event
from tests.features.small_warehouse import make_warehouse

AS_OF = date(2024, 6, 1)
RULE = CuspRule(10, 17, ("E1",), (Where("occurrence", role=("suspect", "victim")),), LookBack(365),
                Where("yj_disposal", code=("YC",)))  # fmt: skip
AGED_14 = date(2010, 1, 1)


def days_before(days: int) -> date:
    return AS_OF - timedelta(days=days)


def contact(person: int, days: int = 30, known: int | None = None, role: str = "suspect") -> Event:
    return Event(person, "occurrence", role, "theft", days_before(days), days_before(days if known is None else known))


def caution(person: int, days: int, known: int) -> Event:
    return Event(person, "yj_disposal", "subject", "YC", days_before(days), days_before(known))


def cohort_of(folder: Path, events: list[Event], born: dict[int, date], live_in: dict[int, str]) -> Cohort:
    with Warehouse(make_warehouse(folder, events, born, live_in).warehouse) as warehouse:
        return cusp_cohort(warehouse, RULE, [AS_OF])


def people_of(folder: Path, events: list[Event], born: date = AGED_14, live_in: str = "L1") -> list[int]:
    """Person 1 as drawn, and person 9, who always belongs, so that the cohort is never empty."""
    made = cohort_of(folder, [*events, contact(9)], {1: born, 9: AGED_14}, {1: live_in, 9: "L1"})
    return [person for person in made.table["person"].to_pylist() if person != 9]


@pytest.mark.parametrize(
    ("born", "inside"),
    [
        (date(2014, 6, 1), False),  # 10 some time in June: not surely yet
        (date(2014, 5, 1), True),   # surely 10 since the end of May
        (date(2006, 7, 1), True),   # 18 some time in July: surely still 17
        (date(2006, 6, 1), False),  # 18 some time in June: not surely 17
    ],
)  # fmt: skip
def test_only_those_surely_aged_10_to_17(tmp_path: Path, born: date, inside: bool) -> None:
    assert people_of(tmp_path, [contact(1)], born=born) == ([1] if inside else [])


@pytest.mark.parametrize(
    ("event", "inside"),
    [
        (contact(1, days=1), True),
        (contact(1, days=365), True),
        (contact(1, days=366), False),
        (contact(1, days=0, known=1), False),   # announced for the date itself
        (contact(1, days=30, known=0), False),  # happened, but not known before the date
        (contact(1, role="victim"), True),
        (contact(1, role="witness"), False),
    ],
)  # fmt: skip
def test_recent_contact_is_contact_known_before_the_date(tmp_path: Path, event: Event, inside: bool) -> None:
    assert people_of(tmp_path, [event]) == ([1] if inside else [])


def test_an_entrant_leaves_once_the_entry_is_known_and_not_before(tmp_path: Path) -> None:
    assert people_of(tmp_path / "known", [contact(1), caution(1, days=20, known=5)]) == []
    assert people_of(tmp_path / "not yet", [contact(1), caution(1, days=20, known=0)]) == [1]


def test_only_those_who_live_in_a_teams_area(tmp_path: Path) -> None:
    assert people_of(tmp_path, [contact(1)], live_in="L2") == []


def test_every_step_of_attrition_is_kept_and_adds_up(tmp_path: Path) -> None:
    born = dict.fromkeys((1, 2, 3, 4), AGED_14) | {5: date(1990, 1, 1)}
    events = [contact(1), contact(2), caution(2, 20, 10), contact(4), contact(5)]
    made = cohort_of(tmp_path, events, born, {1: "L1", 2: "L1", 3: "L1", 4: "L2", 5: "L1"})
    steps = [(step.step, step.removed, step.remaining) for step in made.attrition]
    assert steps == [
        ("on_record", 0, 5),
        ("aged", 1, 4),
        ("not_objected", 0, 4),
        ("in_area", 1, 3),
        ("contact", 1, 2),
        ("not_entrant", 1, 1),
    ]
    assert made.table.to_pylist() == [{"person": 1, "as_of": AS_OF, "area": "E1", "age_years": 14}]


def test_an_empty_cohort_is_refused_and_names_the_step_that_emptied_it(tmp_path: Path) -> None:
    with pytest.raises(EmptyCohort, match="2024-06-01: the last 1 left at this step: no recent contact"):
        cohort_of(tmp_path, [], {1: AGED_14}, {1: "L1"})


def test_a_rule_outside_the_vocabulary_is_refused(tmp_path: Path) -> None:
    rule = CuspRule(10, 17, ("E1",), (Where("ocurrence"),), LookBack(365), RULE.already)
    workspace = make_warehouse(tmp_path, [], {1: AGED_14}, {1: "L1"})
    with Warehouse(workspace.warehouse) as warehouse, pytest.raises(BadConfiguration, match="ocurrence"):
        cusp_cohort(warehouse, rule, [AS_OF])


def test_a_screened_cohort_takes_each_persons_first_screening_and_says_whom_it_drops(tmp_path: Path) -> None:
    def screening(person: int, day: date, code: str = "screened") -> Event:
        return Event(person, "screening", "subject", code, day, day)

    early, late = date(2013, 5, 1), date(2014, 5, 1)
    events = [screening(1, early), screening(1, late), screening(2, late), screening(3, early, "no_case_found")]
    workspace = make_warehouse(tmp_path, events, dict.fromkeys((1, 2, 3), date(1990, 1, 1)), {})
    rule = ScreenedRule(Where("screening"), Where("screening", code="screened"), date(2014, 4, 1), "a label defect")
    with Warehouse(workspace.warehouse) as warehouse, pytest.raises(BadConfiguration, match="one area"):
        screened_cohort(warehouse, rule)
    with Warehouse(workspace.warehouse) as warehouse:
        one_area = type("OneArea", (), {"sql": warehouse.sql, "areas": lambda: warehouse.areas().slice(0, 1)})
        made = screened_cohort(one_area, rule)
    assert made.table["person"].to_pylist() == [1]
    assert made.table["as_of"].to_pylist() == [early]
    assert [(step.step, step.removed) for step in made.attrition] == [
        ("screened", 0),
        ("no_case", 1),
        ("label_defect", 1),
    ]
