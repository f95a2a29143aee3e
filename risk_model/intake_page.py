"""The intake report of one delivery as a page: what came, what was set aside and why, and what to ask each partner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from features.agreements import agreement_of
from features.feeds import FEEDS, Feed
from features.lineage import DeliveryRecord, FeedFigures
from features.quarantine import FeedReport
from features.report import IntakeReport
from features.workspace import write_text
from risk_model.document import bullets, plain, render_page, table

DELIVERIES_SHOWN = 8
"""The latest ones, in the trends."""
_FEEDS = {feed.name: feed for feed in FEEDS}


def intake_page(report: IntakeReport) -> str:
    """The page (HTML). Figures are of rows of extracts, never of a person, and no cell is quoted."""
    received = report.deliveries[-1].received_on
    return render_page(f"Intake report, delivery of {received}", intake_markdown(report))


def write_intake_page(report: IntakeReport, folder: Path) -> Path:
    """The page as a file, one a delivery; where it is."""
    page = folder / f"intake_{report.deliveries[-1].received_on}.html"
    write_text(page, intake_page(report))
    return page


def intake_markdown(report: IntakeReport) -> str:
    """The page's Markdown."""
    now = report.deliveries[-1]
    before = _figures(report.deliveries[-2]) if len(report.deliveries) > 1 else {}
    read, aside = (sum(getattr(f, name) for f in report.feeds) for name in ("rows_read", "rows_quarantined"))
    parts = [
        f"# Intake report: the delivery received on {now.received_on}",
        f"{read:,} rows of {len(report.feeds)} extracts were read; {read - aside:,} loaded, {aside:,} set aside. The "
        f" warehouse holds {report.events:,} events of {report.people:,} people.",
        "## What to ask partners",
        bullets(_questions(report, now, before))
        or "Nothing: no row was set aside, and every extract is as fresh and as large as it should be.",
        "## Extract by extract",
        table(["Extract", "Partner", "Rows", "Set aside", "Share", "Share last time", "Rows last time", "Newest row"],
              [_line(feed, _figures(now)[feed.name], before.get(feed.name)) for feed in report.feeds]),
        "## Why rows were set aside",
        table(["Extract", "Reason", "Rows"], _reasons(report)) if aside else "None were.",
        "## Trends",
        _trends(report.deliveries[-DELIVERIES_SHOWN:]),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _figures(delivery: DeliveryRecord) -> dict[str, FeedFigures]:
    return {each.name: each for each in delivery.feeds}


def _share(aside: int, read: int) -> str:
    return f"{aside / read:.1%}" if read else "—"


def _line(feed: FeedReport, now: FeedFigures, last: FeedFigures | None) -> list[str]:
    then = [_share(last.rows_quarantined, last.rows_read), f"{last.rows_read:,}"] if last else ["—", "—"]
    share = _share(feed.rows_quarantined, feed.rows_read)
    return [f"`{feed.name}`", plain(feed.partner), f"{feed.rows_read:,}", f"{feed.rows_quarantined:,}", share, *then,
            now.newest or "—"]  # fmt: skip


def _reasons(report: IntakeReport) -> list[list[str]]:
    return [
        [f"`{feed.name}`", plain(reason), f"{rows:,}"]
        for feed in report.feeds
        for reason, rows in sorted(feed.quarantined.items(), key=lambda item: -item[1])
    ]


def _questions(report: IntakeReport, now: DeliveryRecord, before: Mapping[str, FeedFigures]) -> list[str]:
    """For each extract with something to ask: the facts, and whom to ring."""
    asked = []
    for each in report.feeds:
        feed = _FEEDS[each.name]
        facts = [*_bad(each), *stale(feed, _figures(now)[feed.name], now.received_on)]
        facts += shrunk(feed, each.rows_read, before.get(feed.name))
        if facts:
            whom = plain(agreement_of(feed).contacts.extract)
            asked.append(f"**`{feed.name}`** ({plain(feed.partner)}; ask: {whom}): {'; '.join(facts)}.")
    return asked


def _bad(feed: FeedReport) -> list[str]:
    if feed.held_back:
        return [f"it was held back whole: {plain(feed.held_back)}"]
    if not feed.rows_quarantined:
        return []
    reason, rows = max(feed.quarantined.items(), key=lambda item: item[1])
    return [f"{feed.rows_quarantined:,} of {feed.rows_read:,} rows were set aside, mostly: {plain(reason)} ({rows:,})"]


def stale(feed: Feed, now: FeedFigures, received: str) -> list[str]:
    """The fact that a feed's newest row is older than the feed says it should be."""
    if not now.newest:
        return []
    days = (date.fromisoformat(received) - date.fromisoformat(now.newest)).days
    most = feed.fresh_days + feed.delay_days
    return (
        [f"its newest row is of {now.newest}, {days} days before; {most} are expected at most"] if days > most else []
    )


def shrunk(feed: Feed, rows: int, last: FeedFigures | None) -> list[str]:
    """The fact that a feed has far fewer rows than the delivery before."""
    if last is None or rows >= feed.least_volume * last.rows_read:
        return []
    return [f"it has {rows:,} rows where the delivery before had {last.rows_read:,}"]


def _trends(deliveries: tuple[DeliveryRecord, ...]) -> str:
    """Rows read, and the share set aside, from delivery to delivery."""
    names = [each.name for each in deliveries[-1].feeds]
    rows = []
    for name in names:
        cells = []
        for delivery in deliveries:
            figure = _figures(delivery).get(name)
            share = _share(figure.rows_quarantined, figure.rows_read) if figure else ""
            held = ", held back" if figure and figure.held_back else ""
            cells.append(f"{figure.rows_read:,} ({share}{held})" if figure else "—")
        rows.append([f"`{name}`", *cells])
    said = "Rows read (share set aside) of each delivery that the warehouse is made from."
    return f"{said}\n\n{table(['Extract', *(each.received_on for each in deliveries)], rows)}"
