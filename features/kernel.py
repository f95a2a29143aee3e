"""The compiled point-in-time aggregation: Arrow in, Arrow out, one range of people at a time.

Events come sorted by person, then date; rows (person, as-of date) sorted by person. For each row the kernel goes back
through that person's events once, from the as-of date: it drops what was not known, adds the rest to what its class
feeds, and at every window's edge reads the features of that window. Engines differ only in who calls it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.compiled import is_sorted
from features.compiled import rows as _rows
from features.errors import BadInput
from features.plan import Plan
from features.variants import Relabelling, tell_apart
from features.windows import NEVER

Array = NDArray[Any]


class Columns(NamedTuple):
    """The event columns as the compiled loops take them: whole numbers, dates as days since 1970, floats."""

    person: Array
    class_id: Array
    happened: Array
    ended: Array
    available: Array
    withdrawn: Array
    value: Array
    gravity: Array


def aggregate(events: pa.Table, rows: pa.Table, plan: Plan, threads: int | None = None) -> pa.Table:
    """The features of each row: ``rows`` with one float32 column a feature added.

    ``events`` has ``plan.event_columns``, sorted by person and ``happened_on``; ``rows`` has ``person`` and ``as_of``,
    sorted by person. Dates are date32. Rows come back in the order given.

    Where a plan needs them (``features.engines.reading`` supplies both): events of others, lent to the person with both
    knowledge dates, have ``circle`` (whose they are: 0 the person's own, else 1 + a place in
    ``plan.relabelling.circles``), and rows have ``birth_month``.

    :raises BadInput: either table is not sorted by person, or a column is missing.
    """
    _refuse_missing(events, plan.event_columns, "event")
    _refuse_missing(rows, ("person", "as_of", *(("birth_month",) if plan.needs_birth_month else ())), "row")
    columns = _event_arrays(events, plan.event_columns)
    person, as_of = _ints(rows["person"], np.int64), _ints(rows["as_of"], np.int32)
    if not is_sorted(columns.person, columns.happened) or np.any(person[1:] < person[:-1]):
        raise BadInput("the kernel needs events sorted by person and date, rows by person; sort them at intake")
    if plan.relabelling is not None:
        columns = _told_apart(plan.relabelling, columns, events, rows, person)
    out = np.empty((len(plan.names), len(person)), np.float32)
    _run_ranges(columns, person, as_of, plan, out, threads or os.cpu_count() or 1)
    made = [pa.array(out[place]) for place in plan.place_of]
    return pa.table([*rows.columns, *made], names=[*rows.column_names, *plan.names])


def _refuse_missing(table: pa.Table, wanted: tuple[str, ...], what: str) -> None:
    absent = [name for name in wanted if name not in table.column_names]
    if absent:
        raise BadInput(
            f"the kernel needs the {what} columns {', '.join(absent)}; there are {', '.join(table.column_names)}. "
            "Read them with features.engines.reading"
        )


def _told_apart(how: Relabelling, columns: Columns, events: pa.Table, rows: pa.Table, person: Array) -> Columns:
    """The events with the numbers of their variants for classes, spells cut where birthdays cut them."""
    count = len(columns.person)
    circle = _ints(events["circle"], np.int64) if how.circles else np.zeros(count, np.int64)
    born = np.full(count, "NaT", "datetime64[M]")
    if how.ages and len(person):
        month = rows["birth_month"].to_numpy().astype("datetime64[M]")
        at = np.minimum(np.searchsorted(person, columns.person), len(person) - 1)
        born = np.where(person[at] == columns.person, month[at], born)
    told = tell_apart(how, columns.person, columns.class_id, columns.happened, columns.ended, circle, born)
    if len(told.source) == count:
        return columns._replace(class_id=told.variant)
    taken = Columns(*(column[told.source] for column in columns))
    return taken._replace(class_id=told.variant, happened=told.happened.astype(np.int32))


def _run_ranges(
    columns: Columns, person: Array, as_of: Array, plan: Plan,
    out: Array, threads: int,
) -> None:  # fmt: skip
    """Split the rows between threads where one person ends and the next begins; the kernel holds no lock."""
    cuts = np.linspace(0, len(person), 4 * threads + 1).astype(np.int64) if threads > 1 else np.array([0, len(person)])
    cuts[1:-1] = np.searchsorted(person, person[cuts[1:-1]]) if len(person) else 0

    def one(place: int) -> None:
        _rows(columns, person, as_of, cuts[place], cuts[place + 1], plan.feeds, plan.reading, out)

    if threads == 1:
        one(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(len(cuts) - 1)))


def _event_arrays(events: pa.Table, used: tuple[str, ...]) -> Columns:
    """The columns used, as arrays. For one that nothing reads, one of its kind stands in: the loops take all eight."""
    happened, value = _ints(events["happened_on"], np.int32), _floats(events["value"])
    return Columns(
        person=_ints(events["person"], np.int64),
        class_id=_ints(events["class_id"], np.int16).view(np.uint16),
        happened=happened,
        ended=_ints(events["ended_on"], np.int32, NEVER) if "ended_on" in used else happened,
        available=_ints(events["available_on"], np.int32),
        withdrawn=_ints(events["withdrawn_on"], np.int32, NEVER),
        value=value,
        gravity=_floats(events["gravity"]) if "gravity" in used else value,
    )


def _ints(column: pa.ChunkedArray, kind: Any, missing: int | None = None) -> Array:
    """A column as whole numbers (dates become days since 1970), copied only where it must be."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    if pa.types.is_date32(array.type):
        array = array.view(pa.int32())
    if array.null_count and array.null_count == len(array) and missing is not None:
        return np.full(len(array), missing, kind)
    if array.null_count:
        array = array.fill_null(missing)
    return array.to_numpy(zero_copy_only=False).astype(kind, copy=False)


def _floats(column: pa.ChunkedArray) -> Array:
    """A column as float64, missing as NaN."""
    return column.to_numpy().astype(np.float64, copy=False)
