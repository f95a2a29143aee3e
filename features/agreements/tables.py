"""The agreements as tables of the warehouse: their terms, and which of them each table and column is held under."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from features.agreements import AGREEMENTS
from features.agreements.inheritance import held_under
from features.feeds import FEEDS
from features.store import Connection

SCHEMA = pa.schema([
    ("reference", pa.string()), ("controller", pa.string()), ("regime", pa.string()), ("purposes", pa.string()),
    ("starts_on", pa.date32()), ("expires_on", pa.date32()), ("retention_months", pa.int32()),
])  # fmt: skip
STORED = {
    "agreement": f"SELECT {', '.join(SCHEMA.names)} FROM new_agreement ORDER BY reference",
    "held_under": "SELECT table_name, column_name, agreement FROM new_held_under ORDER BY ALL",
}


def make(connection: Connection, stored: Mapping[str, str]) -> None:
    """Make ``new_agreement`` and ``new_held_under`` for the warehouse's tables (name, query), from ``new_feed``.

    Only agreements that a feed of this load came in under; public test data has none.
    """
    loaded = {name for (name,) in connection.execute("SELECT name FROM new_feed").fetchall()}
    used = {feed.agreement for feed in FEEDS if feed.name in loaded}
    terms = [agreement.model_dump() for reference, agreement in sorted(AGREEMENTS.items()) if reference in used]
    for each in terms:
        each["purposes"] = ", ".join(each["purposes"])
    connection.register("terms", pa.Table.from_pylist(terms, SCHEMA))
    connection.execute("CREATE TABLE new_agreement AS SELECT * FROM terms")
    connection.unregister("terms")
    connection.execute("CREATE TABLE new_held_under (table_name VARCHAR, column_name VARCHAR, agreement VARCHAR)")
    for table, query in stored.items():
        references = [agreement.reference for agreement in held_under(table) if agreement.reference in used]
        if references:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()]
            connection.execute(
                "INSERT INTO new_held_under SELECT ?, unnest(?::VARCHAR[]), a FROM (SELECT unnest(?::VARCHAR[]) AS a)",
                [table, columns, references],
            )
