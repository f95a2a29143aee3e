"""No figure on a page gives back a count that another line of it hides. The readers here share no code with it."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from risk_model.disclosure import (
    SUPPRESSED,
    UNDER,
    Shown,
    Sum,
    may_show,
    show_about,
    show_count,
    show_rate,
    suppress,
    suppress_rounded,
)

Table = tuple[dict[str, int], list[Sum[str]]]
COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 60))


def line(counts: list[int]) -> Table:
    """One row of cells and their total."""
    cells = {f"cell {i}": count for i, count in enumerate(counts)}
    return cells | {"all": sum(counts)}, [Sum("all", tuple(cells))]


def grid(rows: list[list[int]]) -> Table:
    """Rows and columns of cells, a total for each, and a total of everything, by rows and by columns."""
    counts = {f"r{r}c{c}": count for r, row in enumerate(rows) for c, count in enumerate(row)}
    across, down = range(len(rows)), range(len(rows[0]))
    counts |= {f"r{r}": sum(rows[r]) for r in across} | {f"c{c}": sum(row[c] for row in rows) for c in down}
    counts["all"] = sum(sum(row) for row in rows)
    sums = [Sum(f"r{r}", tuple(f"r{r}c{c}" for c in down)) for r in across]
    sums += [Sum(f"c{c}", tuple(f"r{r}c{c}" for r in across)) for c in down]
    sums += [Sum("all", tuple(f"r{r}" for r in across)), Sum("all", tuple(f"c{c}" for c in down))]
    return counts, sums


def patient_reader(shown: Shown[str], sums: list[Sum[str]], cells: dict[str, int]) -> dict[str, tuple[int, int]]:
    """The least and the most every hidden cell can be, for someone who narrows sum after sum until nothing changes."""
    most = 10_000
    room = {c: (shown.counts[c], shown.counts[c]) if c in shown.counts else (0, most) for c in cells}
    for _ in range(60):
        before = dict(room)
        for addition in sums:
            low, high = (sum(room[p][side] for p in addition.parts) for side in (0, 1))
            room[addition.total] = max(room[addition.total][0], low), min(room[addition.total][1], high)
            least, largest = room[addition.total]
            for part in addition.parts:
                own_low, own_high = room[part]
                room[part] = max(own_low, least - (high - own_high)), min(own_high, largest - (low - own_low))
        if room == before:
            break
    return {cell: room[cell] for cell in shown.hidden}


def algebraist(shown: Shown[str], sums: list[Sum[str]]) -> set[str]:
    """The hidden cells that the sums give away as a system of equations, solved exactly."""
    unknown = sorted(shown.hidden)
    rows = []
    for addition in sums:
        signs = [(part, 1) for part in addition.parts] + [(addition.total, -1)]
        known = sum(sign * shown.counts.get(cell, 0) for cell, sign in signs)
        rows.append([Fraction(dict(signs).get(cell, 0)) for cell in unknown] + [Fraction(-known)])
    pivots: list[list[Fraction]] = []
    for column in range(len(unknown)):
        found = next((row for row in rows if row[column]), None)
        if found is None:
            continue
        rows.remove(found)
        pivot = [value / found[column] for value in found]
        rows = [[v - row[column] * p for v, p in zip(row, pivot, strict=True)] for row in rows]
        pivots = [[v - row[column] * p for v, p in zip(row, pivot, strict=True)] for row in pivots] + [pivot]
    solved = [row[:-1] for row in pivots if sum(value != 0 for value in row[:-1]) == 1]
    return {unknown[next(i for i, value in enumerate(row) if value)] for row in solved}


@given(st.lists(COUNTS, min_size=1, max_size=6))
@example([2, 11, 40])
@example([0, 0, 0, 30])
@example([4, 5])
@example([1, 1, 1, 1, 1])
@settings(max_examples=60, deadline=None)
def test_a_total_never_gives_back_a_hidden_cell(counts: list[int]) -> None:
    cells, sums = line(counts)
    shown = suppress(cells, sums)
    hidden = [cell for cell in shown.hidden if cell != "all"]
    assert all(cells[cell] >= UNDER for cell in shown.counts)
    if "all" in shown.hidden or not hidden:
        return
    left = shown.counts["all"] - sum(shown.counts.get(cell, 0) for cell in cells if cell != "all")
    reach = range(min(left, 12) + 1)
    possible = [values for values in product(reach, repeat=len(hidden) - 1) if sum(values) <= left]
    possible_each = [{values[i] for values in possible} for i in range(len(hidden) - 1)]
    possible_each.append({left - sum(values) for values in possible})
    assert all(len(values) >= UNDER for values in possible_each)


@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_rows_and_columns_together_never_give_back_a_small_cell(rows: list[list[int]]) -> None:
    cells, sums = grid(rows)
    shown = suppress(cells, sums)
    small = {cell for cell, count in cells.items() if count < UNDER}
    assert small <= shown.hidden
    assert not small & algebraist(shown, sums)
    room = patient_reader(shown, sums, cells)
    assert all(room[cell][1] - room[cell][0] >= UNDER - 1 for cell in small)


def test_the_readers_of_these_tests_do_find_a_badly_hidden_cell() -> None:
    cells, sums = grid([[2, 20, 30], [25, 3, 30], [40, 40, 40]])
    careless = Shown({c: n for c, n in cells.items() if n >= UNDER}, frozenset({"r0c0", "r1c1"}))
    assert algebraist(careless, sums) == {"r0c0", "r1c1"}
    assert patient_reader(careless, sums, cells)["r0c0"] == (2, 2)


def test_a_table_without_small_cells_is_shown_whole() -> None:
    cells, sums = grid([[20, 30, 40], [50, 60, 70]])
    assert suppress(cells, sums).hidden == frozenset()


def test_nought_is_hidden_like_any_small_count() -> None:
    cells, sums = line([0, 30, 40])
    assert suppress(cells, sums).text("cell 0") == SUPPRESSED
    assert show_count(0) == "fewer than 5"


def test_hidden_cells_look_alike_whether_they_are_small_or_not() -> None:
    cells, sums = line([2, 11, 40])
    shown = suppress(cells, sums)
    assert {shown.text("cell 0"), shown.text("cell 1")} == {SUPPRESSED}


def test_a_percentage_goes_with_the_counts_behind_it() -> None:
    cells, sums = line([2, 11, 40])
    shown = suppress(cells, sums)
    assert shown.rate(2 / 53, "cell 0", "all") is None
    assert shown.rate(40 / 53, "cell 2", "all") == 0.75
    assert show_rate(0.3814, 20, 4) is None


def test_many_records_of_few_people_are_hidden() -> None:
    cells, sums = line([12, 30, 40])
    assert "cell 0" in suppress(cells, sums, people={"cell 0": 3}).hidden
    assert not may_show(12, people=4)


def test_figures_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        suppress({"a": 5, "b": 6, "all": 12}, [Sum("all", ("a", "b"))])


@given(st.lists(COUNTS, min_size=2, max_size=6))
@example([0, 23, 23, 23, 23])
@example([0, 5])
@settings(max_examples=150, deadline=None)
def test_subtracting_rounded_counts_leaves_many_possible_values(counts: list[int]) -> None:
    cells, sums = line(counts)
    shown = suppress_rounded(cells, sums)
    hidden = [cell for cell in cells if cell in shown.hidden and cell != "all"]
    if "all" in shown.hidden or not hidden:
        return
    to = (
        5 if any(figure % 10 for figure in shown.counts.values()) else 10
    )  # the finest rounding a reader could take it for

    def printed_as(figure: int) -> set[int]:
        return {n for n in range(UNDER, figure + to) if max((n + to // 2) // to * to, to) == figure}

    others = [printed_as(shown.counts[cell]) for cell in cells if cell != "all" and cell not in shown.hidden]
    totals = printed_as(shown.counts["all"])
    smallest = max(0, min(totals) - sum(max(values) for values in others))
    largest = max(totals) - sum(min(values) for values in others)
    assert largest - smallest + 1 >= UNDER


@given(st.lists(st.lists(st.integers(0, 80), min_size=3, max_size=3), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_rounded_tables_hide_every_small_cell_and_print_no_exact_one(rows: list[list[int]]) -> None:
    cells, sums = grid(rows)
    shown = suppress_rounded(cells, sums)
    assert {cell for cell, count in cells.items() if count < UNDER} <= shown.hidden
    assert all(figure % 5 == 0 and figure > 0 for figure in shown.counts.values())


def test_rounding_protects_a_small_group_without_hiding_a_large_one() -> None:
    cells, sums = line([3, 2810, 6127])
    assert suppress(cells, sums).hidden == {"cell 0", "cell 1"}
    assert suppress_rounded(cells, sums).hidden == {"cell 0"}


@given(st.integers(0, 100_000), st.integers(2, 20))
def test_a_count_under_the_limit_is_never_printed(count: int, under: int) -> None:
    for text in (show_count(count, under), show_about(count, under=under)):
        assert text == f"fewer than {under}" if count < under else int(text.replace(",", "")) >= under
