"""Each feed's contract as a pandera schema, and the rows of a chunk that break it. A reason never quotes a cell.

The schema is made from the feed's own definition: types, code lists and when each code held, what must be filled, the
order of dates. Chunks are Arrow-backed data frames, so a check is one vectorised pass; a row that breaks several rules
has several reasons. Measured: five columns of 250,000 rows take about 0.1 s, also where every row is bad.

A column that is not text comes with a second one, ``<name> as sent``: what stood there where it could not be read.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from features.feeds.feed import Column, Feed, Type
from features.windows import all_in_order, all_in_period

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

ARROW_TYPES = {Type.TEXT: pa.string(), Type.DAY: pa.date32(), Type.MOMENT: pa.timestamp("us"), Type.WHOLE: pa.int32()}
AS_SENT = " as sent"
ONE = 1
"""Failing cells that pandera itself writes out. All rows that fail are read from its checks; listing each is slow."""


@cache
def schema_of(feed: Feed) -> DataFrameSchema:
    """The contract of one feed's rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandera.pandas as pandera
    columns, whole = {}, []
    for column in feed.columns:
        arrow = pd.ArrowDtype(ARROW_TYPES[column.type])
        is_text = column.type is Type.TEXT
        checks = [_check(_in_list(column), f"{column.name} is not in its code list")] if column.codes else []
        if is_text and not column.codes:
            checks = [_check(_no_formula, f"{column.name} is a formula")]
        columns[column.name] = pandera.Column(arrow, checks, nullable=not (is_text and column.required))
        if not is_text:
            readable = _check(pd.Series.isna, f"{column.name} is not {column.type}")
            columns[column.name + AS_SENT] = pandera.Column(pd.ArrowDtype(pa.string()), [readable], nullable=True)
            whole += [_check(_filled(column.name), f"{column.name} is missing")] if column.required else []
        whole += [_check(_held(column, each), f"{column.name} is a code that did not hold on {column.held_on}")
                  for each in column.dated]  # fmt: skip
    whole += [_check(_ordered(*pair), f"{pair[1]} is before {pair[0]}") for pair in feed.in_order]
    return pandera.DataFrameSchema(columns, checks=whole, name=feed.name, strict=True)


def _check(holds: Callable[[Any], Any], said: str) -> Any:
    from pandera.pandas import Check

    return Check(holds, error=said, ignore_na=False, n_failure_cases=ONE)


def _in_list(column: Column) -> Callable[[pd.Series], pd.Series]:
    return lambda cells: cells.isin(column.codes) | cells.isna()


def _no_formula(cells: pd.Series) -> pd.Series:
    """That no cell begins as a formula does: whoever opens the file in a spreadsheet would run it."""
    return ~cells.str.startswith(("=", "@")).fillna(False).astype(bool)


def _filled(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[name].notna() | rows[name + AS_SENT].notna()


def _ordered(earlier: str, later: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: all_in_order(rows[earlier], rows[later])


def _held(column: Column, dated: tuple[str, Any, Any]) -> Callable[[pd.DataFrame], pd.Series]:
    code, first, last = dated
    return lambda rows: (rows[column.name] != code).fillna(True) | all_in_period(rows[column.held_on], first, last)


def broken_rows(feed: Feed, rows: pd.DataFrame) -> dict[str, list[int]]:
    """Which rows (by position, from 0) break the contract, by reason.

    :raises RuntimeError: the columns themselves are not those of the contract; the reader should not let that happen.
    """
    from pandera.errors import SchemaErrors

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema_of(feed).validate(rows, lazy=True)
    except SchemaErrors as errors:
        found: dict[str, list[int]] = {}
        for error in errors.schema_errors:
            reason, failing = _failing(error, rows)
            found.setdefault(reason, []).extend(failing)
        return found
    return {}


def _failing(error: Any, rows: pd.DataFrame) -> tuple[str, list[int]]:
    if error.reason_code.name == "SERIES_CONTAINS_NULLS":
        return f"{error.schema.name} is missing", rows.index[rows[error.schema.name].isna()].tolist()
    passed = error.check_output
    if not isinstance(passed, pd.Series):
        raise RuntimeError(f"the contract of {error.schema.name} cannot be checked: {error.reason_code.name}")
    return str(error.check.error), passed.index[~passed.astype(bool)].tolist()
