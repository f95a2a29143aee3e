"""Contracts are pandera schemas; whatever a chunk holds, they find the rows that a second, plain reading finds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contracts import ARROW_TYPES, AS_SENT, broken_rows, schema_of
from features.feeds import FEEDS, Feed, Type
from features.feeds.feed import code, day, flag, held, moment, text, whole

FEED = Feed(
    name="drawn", partner="Drawn", agreement="OPEN-DATA", key=("id",), delay_days=0,
    columns=(
        text("id", required=True), flag("yes_no"), whole("number", 1, 9, required=False), day("start_dt"),
        moment("end_dt", required=False),
        held(code("kind", ("old", "new", "both")), on="start_dt", old=(None, date(2020, 6, 30)),
             new=(date(2020, 7, 1), None)),
    ),
    in_order=(("start_dt", "end_dt"),),
)  # fmt: skip

Row = Mapping[str, object]
days = st.dates(date(2020, 1, 1), date(2020, 12, 31))
rows = st.fixed_dictionaries({
    "id": st.sampled_from(["a", "=b", "@b", None]), "yes_no": st.sampled_from(["Y", "N", "y", None]),
    "number": st.one_of(st.integers(1, 9), st.sampled_from(["12", "x", None])),
    "start_dt": st.one_of(days, st.sampled_from(["30/02/2020", None])),
    "end_dt": st.one_of(days.map(lambda d: datetime(d.year, d.month, d.day, 12)), st.sampled_from(["soon", None])),
    "kind": st.sampled_from(["old", "new", "both", "other", None]),
})  # fmt: skip


def _plainly(row: Row) -> set[str]:
    """What is wrong with one row, read by hand."""
    start, end, kind = row["start_dt"], row["end_dt"], row["kind"]
    found = {f"{name} is missing" for name in ("id", "yes_no", "start_dt", "kind") if row[name] is None}
    found |= {"yes_no is not in its code list"} if row["yes_no"] == "y" else set()
    found |= {"id is a formula"} if str(row["id"])[0] in "=@" else set()
    found |= {"kind is not in its code list"} if kind == "other" else set()
    for name, words in (("number", Type.WHOLE), ("start_dt", Type.DAY), ("end_dt", Type.MOMENT)):
        found |= {f"{name} is not {words}"} if isinstance(row[name], str) else set()
    if isinstance(start, date):
        if (kind == "old" and start.month > 6) or (kind == "new" and start.month < 7):
            found.add("kind is a code that did not hold on start_dt")
        if isinstance(end, datetime) and end.date() < start:
            found.add("end_dt is before start_dt")
    return found


def _chunk(drawn: list[Row]) -> pd.DataFrame:
    columns = {}
    for column in FEED.columns:
        cells = [row[column.name] for row in drawn]
        if column.type is Type.TEXT:
            columns[column.name] = pa.array(cells, pa.string())
        else:
            read = [None if isinstance(cell, str) else cell for cell in cells]
            columns[column.name] = pa.array(read, ARROW_TYPES[column.type])
            unread = [cell if isinstance(cell, str) else None for cell in cells]
            columns[column.name + AS_SENT] = pa.array(unread, pa.string())
    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=12))
def test_the_schema_finds_exactly_what_a_plain_reading_of_each_row_finds(drawn: list[Row]) -> None:
    found = broken_rows(FEED, _chunk(drawn))
    for place, row in enumerate(drawn):
        assert {reason for reason, failing in found.items() if place in failing} == _plainly(row)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_every_feed_has_a_schema_that_names_its_types_codes_and_what_must_be_filled(feed: Feed) -> None:
    schema = schema_of(feed)
    for column in feed.columns:
        made = schema.columns[column.name]
        assert made.name == column.name
        if column.type is Type.TEXT:
            assert made.nullable is not column.required
            assert len(made.checks) == 1
        else:
            assert f"{column.name} is not {column.type}" in {
                c.error for c in schema.columns[column.name + AS_SENT].checks
            }
    assert len(schema.checks) >= len(feed.in_order)


def test_dated_codes_are_in_their_list_and_their_date_is_a_column_of_the_feed() -> None:
    for feed in FEEDS:
        for column in feed.columns:
            assert {each[0] for each in column.dated} <= set(column.codes)
            assert not column.dated or column.held_on in {other.name for other in feed.columns}
            assert feed.dated_by or not [c for c in feed.columns if c.type in (Type.DAY, Type.MOMENT)]
