"""Linking tried on a delivery without loading it: how good it is where the truth is known, and weights learned anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from features import checking, loading, people
from features.errors import BadInput, all_faults
from features.feeds import FEEDS
from features.linkage import link_people
from features.linkage.evaluation import LinkQuality, measure, read_truth
from features.linkage.model import train
from features.linkage.stated import make_linking_tables
from features.store import Connection, scratch_store, turned_to_csv

_FEEDS = tuple(feed for feed in FEEDS if feed.people or feed.name == "area")


def try_linking(delivery: Path, truth_folder: Path, folder: Path, weights: dict[str, Any]) -> LinkQuality:
    """How well the records of a synthetic delivery link with these weights; ``folder`` holds the scratch store.

    :raises MissingStep: the delivery has no truth beside it. :raises BadInput: a file is missing or cannot be read.
    """
    truth = read_truth(truth_folder)
    with turned_to_csv(folder) as turned, scratch_store(folder) as connection:
        state_delivery(connection, delivery, turned)
        links = link_people(connection, weights)
        now = links.belonging.filter(pc.is_null(links.belonging["until"]))
        letters = ", ".join(f"'{letter}': '{group}'" for letter, group in people.ETHNIC_GROUPS.items())
        unknown = ", ".join(f"'{code}'" for code in people.NO_ETHNICITY)
        groups = connection.sql(f"""
            SELECT DISTINCT numbering, who, map {{{letters}}}[left(ethnicity, 1)] AS ethnic_group FROM stated
            WHERE ethnicity NOT IN ({unknown})
        """).to_arrow_table()
        return measure(connection, now, truth, groups)


def learn_weights(delivery: Path, folder: Path) -> dict[str, Any]:
    """Weights learned from a delivery's own records, without anybody's true identity (``features.linkage.model``)."""
    with turned_to_csv(folder) as turned, scratch_store(folder) as connection:
        state_delivery(connection, delivery, turned)
        make_linking_tables(connection)
        return train(connection)


def state_delivery(connection: Connection, delivery: Path, turned: Callable[[], Path]) -> None:
    """Make ``stated`` from the good rows of the extracts that say who somebody is; nothing is linked or loaded.

    :raises BadInput: a file is missing or cannot be read: every fault of every file.
    """
    extracts = [checking.open_extract(feed, delivery, turned) for feed in _FEEDS]
    for extract in extracts:
        if extract.readable:
            checking.check_rows(connection, extract)
    faults = [fault for extract in extracts for fault in extract.faults]
    if faults:
        raise BadInput(all_faults(f"linking needs what says who somebody is, {len(faults)} fault(s):", faults))
    loading.show_feeds(connection, _FEEDS)
    people.state_people(connection)
