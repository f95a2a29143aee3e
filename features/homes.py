"""Where a person was known to live on a date: one rule, for cohorts, area context and lists alike."""

from __future__ import annotations

import pyarrow as pa

from features.warehouse import Warehouse
from features.windows import LookBack, sql_in_look_back, sql_visible


def sql_home(dates: str, on: str = "true") -> str:
    """A query giving ``person``, ``as_of`` and ``place`` (LSOA), the latest home known on each date.

    ``dates`` names a table with ``as_of``, ``on`` says which people each of its rows (alias d) is about. Of homes that
    began on one day, the one we heard of last counts.
    """
    visible, past = sql_visible("d.as_of"), sql_in_look_back("d.as_of", LookBack())
    return f"""
        SELECT e.person, d.as_of, arg_max(e.place, (e.happened_on, e.available_on, e.place)) AS place
        FROM event e JOIN {dates} d ON {on} WHERE e.kind = 'residence' AND {visible} AND {past} GROUP BY ALL"""


def homes_on(warehouse: Warehouse, rows: pa.Table) -> pa.Table:
    """``rows`` (person, as_of) in their order, with ``place``: where each was known to live; null where not known."""
    given = rows.select(["person", "as_of"]).append_column("row", pa.array(range(len(rows)), pa.int64()))
    return warehouse.sql(
        f"""WITH home AS ({sql_home("given", "e.person = d.person")})
            SELECT given.person, given.as_of, home.place
            FROM given LEFT JOIN home USING (person, as_of) ORDER BY row""",
        given=given,
    )
