"""The contract of the Broward release: its columns, what a cell may hold, and what must agree between cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from features.errors import BadInput, all_faults
from features.windows import days_back, days_since_epoch

Row = Mapping[str, str]


def day(cell: str) -> date | None:
    """The date at the start of a cell (any time of day is left off); None where it is empty.

    >>> day("2013-08-13 06:03:42"), day("")
    (datetime.date(2013, 8, 13), None)
    """
    return date.fromisoformat(cell[:10]) if cell else None


def number(cell: str) -> int:
    """A whole number."""
    return int(cell)


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(cell: str) -> bool:
        try:
            read(cell)
        except ValueError:
            return False
        return True

    return holds


def _is_day(cell: str) -> bool:
    return cell != "" and _reads(day)(cell)


def _is_day_or_empty(cell: str) -> bool:
    return cell == "" or _is_day(cell)


def _is_count(cell: str) -> bool:
    return cell.isdecimal()


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda cell: cell in values


def _said(cell: str) -> bool:
    return cell.strip() != ""


DAY, MAYBE_DAY = (_is_day, "a date"), (_is_day_or_empty, "a date or empty")
COUNT, DEGREE, TEXT = (_is_count, "a count"), (_one_of("F", "M", "O"), "F, M or O"), (_said, "given")
COLUMNS: dict[str, tuple[Callable[[str], bool], str]] = {
    "id": (_is_count, "a whole number"),
    "compas_screening_date": DAY,
    "sex": (_one_of("Male", "Female"), "Male or Female"),
    "race": TEXT,
    "birth_month": DAY,
    "juv_fel_count": COUNT,
    "juv_misd_count": COUNT,
    "juv_other_count": COUNT,
    "priors_count": COUNT,
    "c_jail_in": MAYBE_DAY,
    "c_jail_out": MAYBE_DAY,
    "c_offense_date": MAYBE_DAY,
    "c_arrest_date": MAYBE_DAY,
    "c_charge_degree": DEGREE,
    "is_recid": (_one_of("-1", "0", "1"), "-1, 0 or 1"),
    "r_charge_degree": DEGREE,
    "r_offense_date": MAYBE_DAY,
    "decile_score": (_one_of("-1", *map(str, range(1, 11))), "-1 or 1 to 10"),
}
"""The columns that are read, with what a cell must be. The others (charge texts, score texts ...) are not."""


def check_rows(name: str, rows: Sequence[Row]) -> None:
    """Refuse rows that break the contract.

    :raises BadInput: every fault together, by column, with counts and no values.
    """
    faults = [fault for column in COLUMNS for fault in _cell_faults(column, rows)]
    if not rows:
        faults.append("no rows")
    if not faults:
        faults = _row_faults(rows)
    if faults:
        title = f"{name}, {len(faults)} fault(s); use the release described in its README:"
        raise BadInput(all_faults(title, faults))


def _cell_faults(column: str, rows: Sequence[Row]) -> list[str]:
    holds, what = COLUMNS[column]
    bad = sum(not holds(row[column] or "") for row in rows)
    return [f'column "{column}": {bad} row(s) are not {what}'] if bad else []


def _row_faults(rows: Sequence[Row]) -> list[str]:
    """What must agree between the cells of a row, and between rows."""
    broken = {
        "ids are not unique": len(rows) - len({row["id"] for row in rows}),
        "c_jail_out without c_jail_in": sum(bool(r["c_jail_out"]) and not r["c_jail_in"] for r in rows),
        "c_jail_out on an earlier day than c_jail_in": sum(_before(r, "c_jail_out", "c_jail_in") for r in rows),
        "is_recid and r_offense_date disagree": sum((r["is_recid"] == "1") != bool(r["r_offense_date"]) for r in rows),
        "r_offense_date on an earlier day than the screening": sum(
            _before(row, "r_offense_date", "compas_screening_date") for row in rows
        ),
    }
    return [f"{what}: {count} row(s)" for what, count in broken.items() if count]


def _before(row: Row, one: str, other: str) -> bool:
    """Whether the first date lies before the second; False where either is empty."""
    first, second = day(row[one]), day(row[other])
    if first is None or second is None:
        return False
    return days_back(days_since_epoch(first), days_since_epoch(second)) > 0
