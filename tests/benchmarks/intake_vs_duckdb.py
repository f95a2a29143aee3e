"""Taking a delivery in, all of it: agreements, contracts, quarantine, linking, pseudonyms, events, the warehouse.

The reference reads the very same files with DuckDB as plain text and writes them to a DuckDB file: the least that any
load must do, and none of what intake is for. Both say how many rows they read.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from features.feeds import FEEDS
from features.feeds.feed import sql_text
from features.intake import take_in
from features.store import connect
from features.synthetic import make_partners
from features.workspace import Workspace
from tests.benchmarks.world import SEED

REFERENCE = "plain DuckDB: read the same CSV files, write them as tables"
SIDES = ("ours", "reference")
CHILDREN = 160_000
"""Ten years of their lives fill about five million rows: a quarter more than the real area's children do."""
MOST_MEMORY_MB = 2_000


def prepare(folder: Path, quick: bool) -> str:
    """Write the synthetic partners' files; how much they hold, in words."""
    return write_partners(folder, CHILDREN // (20 if quick else 1))


def write_partners(folder: Path, children: int) -> str:
    """Partners' extracts in a folder; how much they hold, in words."""
    summary = make_partners(Workspace(folder).extracts, SEED, children)
    return f"{sum(summary.rows.values()):,} rows of {len(summary.rows)} extracts"


def side(name: str, folder: Path) -> Callable[[], int]:
    """One side's work, every time from nothing."""
    return (lambda: by_intake(folder)) if name == "ours" else (lambda: by_duckdb(folder))


def by_intake(folder: Path) -> int:
    """A first load; the rows it read."""
    workspace = Workspace(folder)
    shutil.rmtree(workspace.data, ignore_errors=True)
    report = take_in(workspace, workspace.extracts, key_seed=SEED)
    return sum(feed.rows_read for feed in report.feeds)


def by_duckdb(folder: Path) -> int:
    """Read and write; the rows it read."""
    target = folder / "plain.duckdb"
    target.unlink(missing_ok=True)
    store = connect(target)
    rows = 0
    for feed in (feed for feed in FEEDS if not feed.optional):
        source = sql_text(str(Workspace(folder).extracts / feed.file_name))
        made = store.execute(f"CREATE TABLE {feed.name} AS FROM read_csv({source}, header = true, all_varchar = true)")
        rows += made.fetchall()[0][0]
    store.close()
    return rows


def answer(made: int) -> int:
    """How many rows were read."""
    return made
