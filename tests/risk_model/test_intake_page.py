"""The intake report says what came, what was set aside and why, and what changed, so that an analyst can ring up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from features.feeds import FEEDS
from features.intake import take_in
from features.lineage import FeedFigures
from features.report import IntakeReport
from features.workspace import Workspace
from risk_model.intake_page import intake_markdown, intake_page, shrunk, stale
from tests.features.delivery import deliver, many_searches, with_rows

CUSTODY = next(feed for feed in FEEDS if feed.name == "custody")
SECRET = "Zebedee-Quartermain"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> IntakeReport:
    workspace = Workspace(tmp_path_factory.mktemp("page"))
    many = with_rows("stop_search", *many_searches(60))
    take_in(workspace, deliver(workspace.extracts, many), key_seed=1, received_on=date(2023, 1, 5))
    few = with_rows("stop_search", *many_searches(24), f"S9 | P3 | 2022-02-20 10:00 | {SECRET} | NFA | N")
    return take_in(workspace, deliver(workspace.extracts, few), key_seed=1, received_on=date(2023, 2, 5))


def test_the_page_names_the_reason_the_trend_and_whom_to_ring(report: IntakeReport) -> None:
    page = intake_markdown(report)
    question = next(line for line in page.splitlines() if line.startswith("- **`stop_search`**"))
    assert "ask: The force's data extract team" in question
    assert "1 of 26 rows were set aside, mostly: object is not in its code list (1)" in question
    assert "it has 26 rows where the delivery before had 61" in question
    assert "| `stop_search` | 61 (0.0%) | 26 (3.8%) |" in page
    assert "| Extract | 2023-01-05 | 2023-02-05 |" in page


def test_the_page_stands_alone_and_quotes_no_cell(report: IntakeReport) -> None:
    html = intake_page(report)
    assert "Intake report, delivery of 2023-02-05" in html
    assert SECRET not in html
    assert "P3" not in html
    assert "http" not in html.split("<body>")[1]


def test_a_delivery_with_nothing_to_ask_says_so(report: IntakeReport) -> None:
    feeds = tuple(replace(f, rows_quarantined=0, quarantined={}) for f in report.feeds)
    fresh = tuple(replace(f, newest="2023-02-01") for f in report.deliveries[-1].feeds)
    calm = replace(report, feeds=feeds, deliveries=(replace(report.deliveries[-1], feeds=fresh),))
    assert "Nothing: no row was set aside" in intake_markdown(calm)


def test_freshness_and_volume_are_judged_by_what_the_feed_expects() -> None:
    most = CUSTODY.fresh_days + CUSTODY.delay_days
    newest = date.fromordinal(date(2023, 2, 5).toordinal() - most)
    assert not stale(CUSTODY, FeedFigures("custody", 10, 0, f"{newest}"), "2023-02-05")
    assert stale(CUSTODY, FeedFigures("custody", 10, 0, f"{newest}"), "2023-02-06")
    assert not stale(CUSTODY, FeedFigures("custody", 10, 0, ""), "2023-02-06")
    assert not shrunk(CUSTODY, 50, FeedFigures("custody", 100, 0, ""))
    assert shrunk(CUSTODY, 49, FeedFigures("custody", 100, 0, ""))
    assert not shrunk(CUSTODY, 1, None)
