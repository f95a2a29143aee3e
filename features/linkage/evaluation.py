"""How good linking is, against the synthetic truth: precision, recall and F1 over pairs, and recall by ethnic group.

A pair is two of the partners' numbers. Recall is the share of all pairs of one child that were joined; pairs that no
blocking rule looked at count as missed. Precision is the share of joined pairs that are one child. The recall gap is
between the ethnic groups with the highest and the lowest recall: a missed link hides a child's need, so it should not
be missed more often in one group.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import MissingStep
from features.feeds import FEEDS
from features.store import Connection
from features.synthetic.truth import LINKS

SMALLEST_GROUP = 100
"""Pairs a group needs for its recall to count in the gap: under that, chance alone makes a gap."""


@dataclass(frozen=True)
class LinkQuality:
    """Shares from 0 to 1. ``by_group`` holds (pairs, recall) by ethnic group as truth or records say."""

    precision: float
    recall: float
    f1: float
    recall_gap: float
    true_pairs: int
    joined_pairs: int
    by_group: dict[str, tuple[int, float]]


def read_truth(folder: Path) -> pa.Table:
    """numbering, who, child: whose every number really is, from the truth a synthetic world keeps.

    :raises MissingStep: there is none, as there never is of real people.
    """
    path = folder / LINKS
    if not path.exists():
        raise MissingStep(f"no {LINKS} in {folder}: linking is measured on synthetic worlds only")
    table = pq.read_table(path)
    numbering = {feed.name: str(feed.numbering) for feed in FEEDS if feed.numbering}
    kinds = pa.array([numbering[name] for name in table["source_table"].to_pylist()], pa.string())
    return pa.table({"numbering": kinds, "who": table["record"], "child": table["child"]})


def measure(connection: Connection, belonging: pa.Table, truth: pa.Table, groups: pa.Table) -> LinkQuality:
    """Linking's quality. ``belonging``: numbering, who, identity (as now known); ``truth`` as :func:`read_truth`;
    ``groups``: numbering, who, ethnic_group, of the numbers for which it is held."""
    for name, table in {"belonging": belonging, "truth": truth, "said": groups}.items():
        connection.register(name, table)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE judged AS
        WITH each AS (SELECT DISTINCT numbering, who, child FROM truth),
        group_of AS (SELECT child, mode(ethnic_group ORDER BY ethnic_group) AS ethnic_group
                     FROM each JOIN said USING (numbering, who) GROUP BY child)
        SELECT child, identity, coalesce(ethnic_group, 'Not known') AS ethnic_group
        FROM belonging JOIN each USING (numbering, who) LEFT JOIN group_of USING (child)
    """)

    def pairs(*by: str) -> str:
        return f"SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM judged GROUP BY {', '.join(by)})"

    true, joined, right = (
        int(connection.execute(pairs(*by)).fetchall()[0][0] or 0)
        for by in (("child",), ("identity",), ("child", "identity"))
    )
    by_group = connection.execute("""
        WITH found AS (SELECT ethnic_group, child, identity, count(*) AS n FROM judged GROUP BY ALL),
        of_child AS (SELECT ethnic_group, child, sum(n) AS n, sum(n * (n - 1) // 2) AS joined FROM found GROUP BY ALL)
        SELECT ethnic_group, sum(n * (n - 1) // 2)::BIGINT, sum(joined)::BIGINT FROM of_child GROUP BY 1 ORDER BY 1
    """).fetchall()
    for name in ("belonging", "truth", "said"):
        connection.unregister(name)
    recalls = {group: (all_pairs, got / all_pairs) for group, all_pairs, got in by_group if all_pairs}
    counted = [share for group, (size, share) in recalls.items() if size >= SMALLEST_GROUP and group != "Not known"]
    precision, recall = right / max(joined, 1), right / max(true, 1)
    return LinkQuality(
        precision, recall, 2 * precision * recall / max(precision + recall, 1e-12),
        max(counted) - min(counted) if counted else 0.0, true, joined, recalls,
    )  # fmt: skip
