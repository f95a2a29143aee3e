"""Groups by two characteristics together: a fault neither shows alone is found, and no small count given away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk_model.audits import Verdict, groups
from risk_model.audits.characteristics import JOINTS, Characteristic, Rows, characteristics
from risk_model.audits.confusion import GroupCells, cells_of
from risk_model.audits.finding import Finding, Status
from risk_model.audits.group_figures import shown_counts
from risk_model.disclosure import ROUND_TO
from risk_model.training.intervals import resample_people
from risk_model.training.predictions import Predictions
from tests.risk_model.drawn import AREAS, drawn_experiment
from tests.risk_model.drawn_audit import AREA_NAMES, audit_inputs, drawn_model, drawn_warehouse

ETHNIC = ("White", "Asian", "Black")
PLAN = drawn_experiment().audit.model_dump() | {"characteristics": ("sex", "ethnic_group", "age_band", "area")}


@pytest.fixture(scope="module")
def model():
    return drawn_model()


def audited(folder: Path, model, missed: tuple[str, str], seed: int = 1, people: int = 12_000) -> Finding:
    """Everybody with the outcome is found as often as anybody, but for those of two groups at once: half as often."""
    rng = np.random.default_rng(seed)
    sex, ethnic = rng.choice(["male", "female"], people), rng.choice(ETHNIC, people, p=[0.6, 0.375, 0.025])
    area = rng.choice(list(AREAS), people)
    names = np.select([area == code for code in AREAS], list(AREA_NAMES), "")
    outcome = (rng.random(people) < 0.1).astype(float)
    inside = np.all([(sex == each) | (ethnic == each) | (names == each) for each in missed], axis=0)
    listed = (rng.random(people) < np.where(outcome > 0, np.where(inside, 0.3, 0.6), 0.1)).astype(float)
    chance, day = np.full(people, 0.1), np.full(people, np.datetime64("2024-04-01", "D"))
    age = rng.integers(10, 18, people).astype(np.int16)
    rows = Predictions("logistic", "test 1", np.arange(people), day, area, age, outcome, chance, chance, listed)
    held = drawn_warehouse(sex=dict(enumerate(sex.tolist())), ethnic_group=dict(enumerate(ethnic.tolist())))
    return groups.audit(audit_inputs(folder, (rows,), held, drawn_experiment(audit=PLAN), model))


@pytest.mark.parametrize(
    ("missed", "title", "verdict"),
    [(("female", "Asian"), "Sex and ethnic group together", Verdict.FAILS),
     (("Sunderland", "Asian"), "Area and ethnic group together", Verdict.NEEDS_ATTENTION)],
)  # fmt: skip
def test_those_of_two_groups_at_once_who_are_missed_are_named(
    tmp_path: Path, model, missed: tuple[str, str], title: str, verdict: Verdict
) -> None:
    finding = audited(tmp_path, model, missed)
    joint = {each.group: each for each in finding.groups if each.characteristic == title}
    assert joint[", ".join(missed)].status is Status.OUTSIDE
    assert any(reason.startswith(f"{title}, {', '.join(missed)}: ") for reason in finding.reasons)
    assert {each.status for name, each in joint.items() if name != ", ".join(missed)}.isdisjoint({Status.OUTSIDE})
    assert finding.verdict in (verdict, Verdict.FAILS)


def test_most_joint_groups_of_a_small_group_have_insufficient_numbers(tmp_path: Path, model) -> None:
    """About 30 Black young people have the outcome: enough together, and too few in each of three councils."""
    finding = audited(tmp_path, model, ("none", "none"))
    black = [
        each for each in finding.groups if each.group.endswith(", Black") and each.group.split(", ")[0] in AREA_NAMES
    ]
    assert len(black) == 3
    assert {each.status for each in black} == {Status.TOO_FEW}
    assert next(each for each in finding.groups if each.group == "Black").status is not Status.TOO_FEW


def test_where_everybody_is_found_alike_no_joint_group_is_named_over_five_worlds(tmp_path: Path, model) -> None:
    for seed in range(5):
        finding = audited(tmp_path, model, ("none", "none"), seed)
        assert not [each for each in finding.groups if each.status is Status.OUTSIDE]


def test_joint_groups_are_made_where_both_parts_are_held_and_only_there() -> None:
    held = drawn_warehouse(sex={1: "male", 2: "female"}, ethnic_group={1: "Asian"})
    rows = Rows(np.array([1, 2]), np.array(list(AREAS)[:2]), np.array([14, 16], np.int16))
    found = {each.name: each.groups.tolist() for each in characteristics(("sex", "ethnic_group"), rows, held)}
    assert set(found) == {"sex", "ethnic_group", "sex x ethnic_group"}
    assert found["sex x ethnic_group"] == ["male, Asian", "female, not known"]
    every = characteristics(("sex", "ethnic_group", "age_band", "area"), rows, held)
    assert {each.name for each in every} >= set(JOINTS)


def test_cells_of_each_group_are_the_sums_of_its_rows_in_every_draw() -> None:
    """The second way: whole columns, nought outside the group, summed over everybody."""
    rng = np.random.default_rng(3)
    person, group = rng.integers(0, 200, 500), rng.choice(["a", "b, c", "d"], 500)
    outcome, listed, p = (rng.random(500) < 0.3).astype(float), rng.random(500), rng.random(500)
    day = np.full(500, np.datetime64("2024-04-01", "D"))
    age = np.full(500, 14, np.int16)
    rows = Predictions("x", "test 1", person, day, np.full(500, "E"), age, outcome, p, p, listed)
    resamples = resample_people(person, 30, 1)
    for name, cells in cells_of(rows, Characteristic("g", "G", group), resamples).items():
        whole = resamples.of(person).sums(np.column_stack([(group == name) * outcome * listed, (group == name) * p]))
        assert cells.draws["found"] == pytest.approx(whole[:, 0])
        assert cells.draws["predicted"] == pytest.approx(whole[:, 1])
        assert cells.people["records"] == len(set(person[group == name].tolist()))


def possible(seed: int) -> list[tuple[str, float]]:
    """How many values each hidden small count may have for a reader who solves all tables at once (linear programs)."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    people = int(rng.integers(200, 3000))
    parts = {
        "sex": rng.choice(["male", "female"], people),
        "ethnic_group": rng.choice([*ETHNIC, "not known"], people, p=[0.85, 0.08, 0.03, 0.04]),
        "age_band": rng.choice(["10 to 12", "13 to 14", "15 to 17"], people),
        "area": rng.choice(["Bristol, City of", "Sunderland", "Gateshead"], people, p=[0.5, 0.45, 0.05]),
    }
    for joint, (one, other) in JOINTS.items():
        parts[joint] = np.array([f"{a}, {b}" for a, b in zip(parts[one], parts[other], strict=True)])
    parts["everyone"] = np.full(people, "everyone")
    outcome = rng.random(people) < 0.15
    tables = {name: {g: _cells(outcome[own == g]) for g in np.unique(own).tolist()} for name, own in parts.items()}
    shown = shown_counts(tables, 5)
    cells = [(name, group) for name, table in tables.items() for group in table]
    at = {cell: i for i, cell in enumerate(cells)}
    sums = []
    for name, own in parts.items():
        for whole, whole_groups in parts.items():
            for group in np.unique(whole_groups).tolist():
                members = set(own[whole_groups == group].tolist())
                if whole != name and members.isdisjoint(own[whole_groups != group].tolist()):
                    row = np.zeros(len(cells))
                    row[[at[name, each] for each in members]], row[at[whole, group]] = 1.0, -1.0
                    sums.append(row)
    found = []
    for what in ("records", "positives"):
        printed = {cell: shown.counts.get((*cell, what)) for cell in cells}
        to = max(to for to in ROUND_TO if all(value % to == 0 for value in shown.counts.values()))
        bounds = [
            (0, None) if printed[c] is None else (max(printed[c] - to // 2, 5), printed[c] - to // 2 + to - 1)
            for c in cells
        ]
        for cell in cells:
            small = tables[cell[0]][cell[1]].people[what] < 5
            assert not (small and printed[cell] is not None)
            if small:
                goal = np.eye(len(cells))[at[cell]]
                ends = [
                    linprog(s * goal, A_eq=np.array(sums), b_eq=np.zeros(len(sums)), bounds=bounds) for s in (1, -1)
                ]
                least, most = ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun
                found.append((f"{cell} {what}", most - least + 1))
    return found


def _cells(outcome: np.ndarray) -> GroupCells:
    with_it, without = float(outcome.sum()), float((~outcome).sum())
    sums = {"found": with_it, "missed": 0.0, "wrongly_listed": 0.0, "rightly_not_listed": without}
    return GroupCells(sums, {"records": len(outcome), "positives": int(with_it)}, {})


@pytest.mark.parametrize("seed", range(8))
def test_no_small_count_is_given_back_by_all_tables_solved_together(seed: int) -> None:
    assert [each for each in possible(seed) if each[1] < 5] == []
