"""A corrected delivery: what it no longer says is kept as it was known until then; what it newly says counts from then.

History is cut at the day the delivery was received. On any date up to that day the warehouse shows what it showed
before; on any date after it, what the new delivery says. A row that both say is one row. Names are not needed for this,
and none are kept: the versions are those of events, relations and area events under pseudonyms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from features.events import AREA_EVENT_SCHEMA, EVENT_SCHEMA, RELATION_SCHEMA
from features.feeds.feed import sql_text
from features.store import Connection
from features.windows import sql_comes_before

TABLES = {"event": EVENT_SCHEMA, "relation": RELATION_SCHEMA, "area_event": AREA_EVENT_SCHEMA}
"""Every table of dated knowledge; each has the columns available_on and withdrawn_on."""
DATES = ("available_on", "withdrawn_on")


def keep_versions(connection: Connection, earlier: Path, received_on: date, held: Sequence[str] = ()) -> None:
    """Put the history of the warehouse ``earlier`` into the load's new tables, whose delivery came on ``received_on``.

    What feeds that were ``held`` back (or left out, being optional) said before still stands: they say nothing new and
    take nothing back.
    People that only the history speaks of stay in ``new_person`` and ``new_protected``.
    """
    connection.execute(f"ATTACH {sql_text(str(earlier))} AS before (READ_ONLY)")
    try:
        for table, schema in TABLES.items():
            _keep(connection, table, [name for name in schema.names if name not in DATES], received_on, held)
        _keep_people(connection)
    finally:
        connection.execute("DETACH before")


def _keep(connection: Connection, table: str, said: Sequence[str], received_on: date, held: Sequence[str]) -> None:
    """Replace ``new_<table>`` by history and news. Equal rows are paired off one by one: by a hash of what they say."""
    cut = f"DATE '{received_on}'"
    stands = f"source IN ({', '.join(repr(name) for name in held)})" if held else "false"
    extra = [] if table == "relation" else ["class_id"]
    names = ", ".join([*said, *extra])
    content = ", ".join(said)
    news, later = f"greatest(available_on, {cut})", sql_comes_before(cut, "withdrawn_on")
    connection.execute(f"""
        CREATE TABLE versions AS
        WITH was AS (
            SELECT *, row_number() OVER (PARTITION BY said, goes_on) AS copy FROM (
                SELECT {names}, available_on, hash({content}) AS said,
                       CASE WHEN {stands} THEN withdrawn_on ELSE least(withdrawn_on, {cut}) END AS withdrawn_on,
                       withdrawn_on IS NULL OR {later} AS goes_on
                FROM before.{table}
            ) WHERE withdrawn_on IS NULL OR {sql_comes_before("available_on", "withdrawn_on")}
        ), is_now AS (
            SELECT *, row_number() OVER (PARTITION BY said, goes_on) AS copy FROM (
                SELECT {names}, {news} AS available_on, withdrawn_on, hash({content}) AS said,
                       NOT {sql_comes_before(cut, "available_on")} AS goes_on
                FROM new_{table}
            ) WHERE withdrawn_on IS NULL OR {sql_comes_before("available_on", "withdrawn_on")}
        )
        SELECT {
        ", ".join(f"CASE WHEN w.said IS NULL THEN n.{name} ELSE w.{name} END AS {name}" for name in [*said, *extra])
    },
               coalesce(w.available_on, n.available_on) AS available_on,
               CASE WHEN n.said IS NULL THEN w.withdrawn_on ELSE n.withdrawn_on END AS withdrawn_on
        FROM was AS w FULL JOIN is_now AS n ON w.said = n.said AND w.copy = n.copy AND w.goes_on AND n.goes_on
    """)
    connection.execute(f"DELETE FROM new_{table}; INSERT INTO new_{table} BY NAME SELECT * FROM versions")
    connection.execute("DROP TABLE versions")


def _keep_people(connection: Connection) -> None:
    held = "SELECT person FROM new_event UNION SELECT person FROM new_relation UNION SELECT other FROM new_relation"
    connection.execute(f"""
        CREATE TEMP TABLE only_before AS
        SELECT person, birth_month FROM before.person ANTI JOIN new_person USING (person)
        SEMI JOIN ({held}) USING (person)
    """)
    connection.execute("INSERT INTO new_person BY NAME SELECT * FROM only_before")
    connection.execute(
        "INSERT INTO new_protected BY NAME SELECT p.* FROM before.protected p SEMI JOIN only_before USING (person)"
    )
    connection.execute("DROP TABLE only_before")
