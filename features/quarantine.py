"""Rows that broke their feed's contract: counted by reason, and set aside where only their owner can read them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from features.contracts import AS_SENT
from features.feeds import FEEDS, Column, Feed, Type
from features.feeds.feed import sql_name, sql_text
from features.lineage import FeedFigures
from features.store import Connection
from features.workspace import whole_folder

_FEEDS = {feed.name: feed for feed in FEEDS}
HELD_BACK = "held back with its extract"
"""The reason of a row that is good but for the others of its file."""


@dataclass(frozen=True)
class FeedReport:
    """One feed's rows. ``quarantined`` counts each reason; a row with two reasons counts under both."""

    name: str
    partner: str
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    quarantined: dict[str, int]
    content_digest: str = ""
    events: int = 0
    before_birth: int = 0
    """Events left out because they happened before the person's month of birth: a wrong date, or a wrong person."""
    held_back: str = ""
    """Why the whole feed was held back; '' where it was not."""

    @property
    def over_budget(self) -> bool:
        """Whether more rows are bad than the feed allows."""
        return self.rows_quarantined > _FEEDS[self.name].error_budget * self.rows_read

    def fault(self, folder: Path) -> str:
        """What to tell the partner when it is over budget; ``folder`` holds the rows."""
        file = _FEEDS[self.name].file_name
        return f"{file}: {self.broken()}. See {folder / file}, or correct the extract"

    def broken(self) -> str:
        """How many rows break the contract, against what the feed allows, and why."""
        reasons = ", ".join(f"{reason} ({rows})" for reason, rows in self.quarantined.items())
        return (
            f"{self.rows_quarantined} of {self.rows_read} rows break its contract, more than "
            f"{_FEEDS[self.name].error_budget:.0%}: {reasons}"
        )


def count_rows(connection: Connection, feed: Feed) -> FeedReport:
    """How many rows of ``checked_<feed>`` are good, and what is wrong with the others."""
    table = f"checked_{feed.name}"
    read, bad = connection.execute(f"SELECT count(*), count(*) FILTER (reason <> '') FROM {table}").fetchall()[0]
    reasons = connection.execute(f"""
        WITH found AS (SELECT unnest(string_split(reason, '; ')) AS reason FROM {table} WHERE reason <> '')
        SELECT reason, count(*) FROM found GROUP BY reason ORDER BY reason
    """).fetchall()
    return FeedReport(feed.name, feed.partner, read, read - bad, bad, dict(reasons))


def hold_back(connection: Connection, report: FeedReport, waits: str) -> FeedReport:
    """Mark every good row of a feed, so that none loads; its report then. ``waits``: for what, if not its own fault."""
    connection.execute(f"UPDATE checked_{report.name} SET reason = '{HELD_BACK}' WHERE reason = ''")
    return replace(count_rows(connection, _FEEDS[report.name]), held_back=waits or report.broken())


def set_aside(connection: Connection, reports: Sequence[FeedReport], folder: Path) -> None:
    """Write bad rows as they were sent, with their reason, to ``folder`` (replaced), readable by their owner only."""
    with whole_folder(folder) as scratch:
        for report in reports:
            if report.rows_quarantined:
                _write_rows(connection, _FEEDS[report.name], scratch)


def _write_rows(connection: Connection, feed: Feed, folder: Path) -> None:
    sent = ", ".join(_as_sent(column) for column in feed.columns)
    target = folder / feed.file_name
    connection.execute(f"""
        COPY (SELECT {sent}, reason FROM checked_{feed.name} WHERE reason <> '' ORDER BY ALL)
        TO {sql_text(str(target))} (HEADER)
    """)
    os.chmod(target, 0o600)


def _as_sent(column: Column) -> str:
    """The cell as it was sent; an apostrophe goes before what a spreadsheet would run as a formula."""
    name = sql_name(column.name)
    sent = name if column.type is Type.TEXT else f"coalesce({sql_name(column.name + AS_SENT)}, {name}::VARCHAR)"
    return f"CASE WHEN regexp_matches({sent}, '^[=@+-]') THEN chr(39) || {sent} ELSE {sent} END AS {name}"


def figures(connection: Connection, reports: Sequence[FeedReport]) -> tuple[FeedFigures, ...]:
    """What each feed brought, as it is remembered from delivery to delivery."""
    return tuple(
        FeedFigures(report.name, report.rows_read, report.rows_quarantined, _newest(connection, _FEEDS[report.name]),
                    bool(report.held_back))
        for report in reports
    )  # fmt: skip


def _newest(connection: Connection, feed: Feed) -> str:
    if not feed.dated_by:
        return ""
    column = sql_name(feed.dated_by)
    found = connection.execute(f"SELECT max({column})::DATE FROM checked_{feed.name} WHERE reason = ''").fetchall()
    return f"{found[0][0] or ''}"


def rows_in(connection: Connection, table: str) -> int:
    """How many rows a table of the load has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
