"""Telling who is who among a million descriptions: numbers that name one another, likeness, rules, dates.

The reference is Splink by itself, with the same weights, on the same descriptions: it scores the same pairs and joins
whatever is connected, two pupils too, and dates nothing. Both say how many descriptions they were given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from features.feeds.feed import sql_text
from features.linkage import LINK_BITS, link_people
from features.linkage.model import read_weights, weighed
from features.linkage.stated import STATED_COLUMNS, make_linking_tables
from features.linkage.trial import state_delivery
from features.store import Connection, scratch_store, turned_to_csv
from features.synthetic import make_partners
from tests.benchmarks.world import SEED

REFERENCE = "Splink alone: score the same pairs, join what is connected"
SIDES = ("ours", "reference")
CHILDREN = 212_000
"""Aged 10 to 17: over ten years their partners describe somebody about a million times."""
MOST_MEMORY_MB = 4_000


def prepare(folder: Path, quick: bool) -> str:
    """Write what partners state of people; how much that is, in words."""
    make_partners(folder / "extracts", SEED, CHILDREN // (20 if quick else 1))
    with turned_to_csv(folder) as turned, scratch_store(folder / "scratch") as connection:
        state_delivery(connection, folder / "extracts", turned)
        columns = ", ".join(STATED_COLUMNS)
        pq.write_table(connection.sql(f"SELECT {columns} FROM stated").to_arrow_table(), folder / "stated.parquet")
        make_linking_tables(connection)
        profiles, numbers = (_count(connection, table) for table in ("profile", "linking_number"))
    return f"{profiles:,} descriptions of {numbers:,} numbers"


def side(name: str, folder: Path) -> Callable[[], int]:
    """One side's work, every time from what partners state."""
    return lambda: _link(name, folder)


def _link(name: str, folder: Path) -> int:
    with scratch_store(folder / name) as connection:
        connection.execute(f"CREATE TABLE stated AS FROM {sql_text(str(folder / 'stated.parquet'))}")
        if name == "ours":
            link_people(connection, read_weights())
        else:
            make_linking_tables(connection)
            linker = weighed(connection, read_weights())
            pairs = linker.inference.predict(threshold_match_weight=LINK_BITS, warning_mode="never")
            linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=LINK_BITS)
        return _count(connection, "profile")


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def answer(made: int) -> int:
    """How many descriptions there were."""
    return made
