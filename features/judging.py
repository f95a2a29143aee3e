"""Judges a delivery's rows: which are good, which feeds are held back whole, and what refuses the delivery.

A feed with more bad rows than its error budget is held back: all its rows go to quarantine, and the other feeds load.
So is a feed whose rows point at one that is held back. What a held feed said in earlier deliveries still stands
(``features.versions``), until it comes corrected. Two kinds of feeds refuse the delivery instead: small areas, without
which no place is known; and, once there is history, feeds that say who somebody is, since without them people would get
other pseudonyms and be cut off from what is known of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from features import checking
from features.checking import Extract
from features.errors import BadInput, all_faults
from features.feeds import FEEDS, Feed
from features.linkage import records_in_circles
from features.quarantine import FeedReport, count_rows, hold_back, set_aside
from features.store import Connection
from features.workspace import Workspace

NEVER_HELD = ("area",)
_FEEDS = {feed.name: feed for feed in FEEDS}


def judge(connection: Connection, extracts: Sequence[Extract], workspace: Workspace, goes_on: bool) -> list[FeedReport]:
    """Mark the bad rows of every ``checked_<feed>``; what came of each feed, held ones among them.

    ``goes_on``: earlier deliveries are loaded, and this one continues or corrects them.

    :raises BadInput: a file as a whole is bad, or a feed is over its error budget that cannot be held back.
    """
    readable = frozenset(extract.feed.name for extract in extracts if extract.readable)
    reports, held = _held(connection, readable)
    faults = [fault for extract in extracts for fault in extract.faults]
    faults += _circles(connection) if "police_nominal" in readable - set(held) else []
    why_not = {name: why for name in held if (why := _must_load(_FEEDS[name], goes_on))}
    if not any(_FEEDS[name].people for name in readable - set(held)):
        why_not |= {name: "no extract is left that says who anybody is" for name in held if _FEEDS[name].people}
    if faults or why_not:
        folder, over = workspace.quarantine / "refused", [report for report in reports if report.over_budget]
        if over:
            set_aside(connection, over, folder)
        faults += [f"{each.fault(folder)}{_but(why_not.get(each.name))}" for each in over]
        faults += [f"{name}.csv: {held[name]}{_but(why)}" for name, why in why_not.items() if held[name]]
        raise BadInput(all_faults(f"delivery refused, {len(faults)} fault(s); nothing was loaded:", faults))
    return [hold_back(connection, each, held[each.name]) if each.name in held else each for each in reports]


def _held(connection: Connection, readable: frozenset[str]) -> tuple[list[FeedReport], dict[str, str]]:
    """Every feed's report, and those to hold back: which others they wait for, '' where the fault is their own."""
    reports: list[FeedReport] = []
    held: dict[str, str] = {}
    for feed in (feed for feed in FEEDS if feed.name in readable):
        checking.check_keys(connection, feed)
        waits = sorted({each.feed for each in feed.references} & set(held))
        checking.check_references(connection, feed, readable - set(held))
        reports.append(count_rows(connection, feed))
        if reports[-1].over_budget:
            held[feed.name] = ""
        elif waits:
            held[feed.name] = f"its rows point at {' and '.join(waits)}, held back"
    return reports, held


def _must_load(feed: Feed, goes_on: bool) -> str:
    """Why a feed cannot be held back alone; '' where it can."""
    if feed.name in NEVER_HELD:
        return "without it no place is known"
    return "it says who people are, and their history is loaded" if feed.people and goes_on else ""


def _but(why: str | None) -> str:
    return f". It cannot be held back alone: {why}" if why else ""


def _circles(connection: Connection) -> list[str]:
    merges: pa.Table = connection.sql("SELECT nominal_id, merged_into FROM checked_police_nominal").to_arrow_table()
    who, into = (merges[name].combine_chunks() for name in merges.column_names)
    found = records_in_circles(who, into)
    return [f'police_nominal.csv, column "merged_into": {found} records lead round in a circle'] if found else []
