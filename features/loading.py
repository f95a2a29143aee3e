"""From validated tables to what the warehouse stores: people, their protected characteristics, areas and events.

Everything runs inside one scratch store. Names and partners' numbers stay in it, and go only to the identity store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pyarrow as pa

from features.feeds import Feed
from features.feeds.feed import sql_name
from features.pseudonyms import RECORD_SQL, Pseudonymiser
from features.store import Connection
from features.windows import sql_in_order
from features.workspace import digest

OPTIONAL = {"ended_on": "DATE", "end_recorded_on": "DATE", "taken_back_on": "DATE", "value": "DOUBLE",
            "gravity": "DOUBLE", "place": "VARCHAR"}  # fmt: skip
_OVER, _UNSEEN = sql_in_order("withdrawn_on", "since"), sql_in_order("until", "available_on")
BELONGING = f"""
    SELECT * EXCLUDE (since, until)
           REPLACE (greatest(available_on, since) AS available_on, least(withdrawn_on, until) AS withdrawn_on)
    FROM version WHERE coalesce(NOT {_OVER}, true) AND coalesce(NOT {_UNSEEN}, true)
"""
"""Versions as each person's: from the day the number was known to be theirs until it was known to be another's."""


def show_feeds(connection: Connection, feeds: Sequence[Feed]) -> None:
    """Give each feed's good rows a view of the feed's name."""
    for feed in feeds:
        columns = ", ".join(sql_name(column.name) for column in feed.columns)
        good = f"SELECT {columns} FROM checked_{feed.name} WHERE reason = ''"
        connection.execute(f"CREATE VIEW {sql_name(feed.name)} AS {good}")


def make_events(connection: Connection, feed: Feed) -> int:
    """Add a feed's events to ``new_event``; how many there are.

    A spell whose end was recorded after its start is two rows, of which one is visible on any date: open until its end
    reached us (``withdrawn_on``), and closed from that day (``available_on``). So is an event of a number that was
    found to be another person's: the earlier person's until the link was known, and the remaining one's from that day.
    """
    shared = "person, kind, role, code, happened_on, value, gravity, place, record"
    added = connection.execute(f"""
        INSERT INTO new_event BY NAME
        WITH {_told(feed.events)}, known AS (
            SELECT told.*, number.person, since, until FROM told
            JOIN number ON number.numbering = '{feed.numbering}' AND number.who = told.who
        ), version AS ({_versions(f"{shared}, since, until", feed.delay_days)}), belonging AS ({BELONGING})
        SELECT {"DISTINCT" if feed.shared_records else ""} belonging.*, class_id, '{feed.name}' AS source
        FROM belonging LEFT JOIN event_class USING (kind, role, code)
    """)
    return int(added.fetchall()[0][0])


def leave_out_before_birth(connection: Connection, feed: Feed) -> int:
    """Take events of a feed from before the person's month of birth out of ``new_event``; how many there were."""
    taken = connection.execute(f"""
        DELETE FROM new_event USING new_person p WHERE new_event.source = '{feed.name}'
        AND new_event.person = p.person AND NOT {sql_in_order("p.birth_month", "new_event.happened_on")}
    """)
    return int(taken.fetchall()[0][0])


def make_relations(connection: Connection, feed: Feed) -> None:
    """Add to ``new_relation`` who a feed says is related to whom, one row each way; nobody is related to themselves."""
    number = f"SELECT * FROM number WHERE numbering = '{feed.numbering}'"
    connection.execute(f"""
        INSERT INTO new_relation BY NAME
        WITH {_told(feed.relations)}, pair AS (
            SELECT told.*, one.person AS one, two.person AS two, greatest(one.since, two.since) AS since,
                   least(one.until, two.until) AS until FROM told
            JOIN ({number}) one ON one.who = told.who JOIN ({number}) two ON two.who = told.other
        ), known AS (
            SELECT * EXCLUDE (one, two, other), one AS person, two AS other FROM pair WHERE one <> two
            UNION ALL
            SELECT * EXCLUDE (one, two, other), two, one FROM pair WHERE one <> two
        ), version AS ({_versions("person, other, kind, happened_on, since, until", feed.delay_days)}),
        belonging AS ({BELONGING})
        SELECT DISTINCT belonging.*, '{feed.name}' AS source FROM belonging
    """)


def make_area_events(connection: Connection, feed: Feed) -> None:
    """Add to ``new_area_event`` what a feed says happened in places, whoever was involved."""
    shared = "kind, role, code, happened_on, value, gravity, place, record"
    connection.execute(f"""
        INSERT INTO new_area_event BY NAME
        WITH {_told(feed.area_events)}, known AS (SELECT * FROM told),
        version AS ({_versions(shared, feed.delay_days)})
        SELECT version.*, class_id, '{feed.name}' AS source
        FROM version LEFT JOIN event_class USING (kind, role, code)
    """)


def _told(query: str) -> str:
    """What a feed's query says, with every optional column there."""
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in OPTIONAL.items())
    return f"told AS (SELECT {nothing} WHERE false UNION ALL BY NAME ({query}))"


def _versions(shared: str, delay_days: int) -> str:
    """What was known of the rows of ``known``, and when: two rows where the end was recorded later than the start."""
    later = f"NOT {sql_in_order('end_recorded_on', 'recorded_on')}"
    taken_back, ended = f"taken_back_on + {delay_days}", f"end_recorded_on + {delay_days}"
    return f"""
        SELECT {shared}, ended_on, greatest(recorded_on, end_recorded_on) + {delay_days} AS available_on,
               {taken_back} AS withdrawn_on FROM known
        UNION ALL
        SELECT {shared}, NULL, recorded_on + {delay_days}, least({taken_back}, {ended})
        FROM known WHERE ended_on IS NOT NULL AND {later}
    """


def make_event_tables(connection: Connection, pseudonymiser: Pseudonymiser) -> None:
    """Make the empty ``new_event``, ``new_relation`` and ``new_area_event``, and the function that hides partners'
    record numbers."""
    for name, pad in pseudonymiser.pads.items():
        connection.execute(f"SET VARIABLE {name} = $pad::BLOB", {"pad": pad})
    connection.execute(RECORD_SQL)
    event = """kind VARCHAR, role VARCHAR, code VARCHAR, happened_on DATE, ended_on DATE, available_on DATE,
        withdrawn_on DATE, value DOUBLE, gravity DOUBLE, place VARCHAR, source VARCHAR, record VARCHAR,
        class_id SMALLINT NOT NULL"""
    connection.execute(f"CREATE TABLE new_event (person BIGINT, {event})")
    connection.execute(f"CREATE TABLE new_area_event ({event})")
    connection.execute("""
        CREATE TABLE new_relation (person BIGINT, other BIGINT, kind VARCHAR, happened_on DATE, ended_on DATE,
            available_on DATE, withdrawn_on DATE, source VARCHAR)
    """)


def describe_lives(connection: Connection) -> None:
    """Add to ``new_protected`` what only audits ask of somebody's life, as their records say it now.

    Whether they were ever in care, and how deprived the area they live in is (fifths of England, the first the most).
    """
    connection.execute("""
        INSERT INTO new_protected BY NAME
        SELECT person, 'care_experience' AS characteristic,
               CASE WHEN bool_or(kind = 'cla') THEN 'in care now or before' ELSE 'never in care' END AS value
        FROM new_event WHERE EXISTS (SELECT 1 FROM new_event WHERE kind = 'cla') GROUP BY person
    """)
    connection.execute("""
        INSERT INTO new_protected BY NAME
        WITH home AS (
            SELECT person, arg_max(place, (happened_on, available_on, place)) AS place FROM new_event
            WHERE kind = 'residence' GROUP BY person
        )
        SELECT person, 'deprivation' AS characteristic,
               'fifth ' || ((imd_decile + 1) // 2)::VARCHAR AS value
        FROM home JOIN new_area ON lsoa_code = place WHERE imd_decile IS NOT NULL
    """)


def content_digest(connection: Connection, feed: Feed, links: str) -> str:
    """A digest of a feed's good rows, whatever their order, of how they are read, and of who is who."""
    cells = ", ".join(sql_name(column.name) for column in feed.columns)
    summed = connection.execute(f"""
        SELECT count(*)::VARCHAR || ' ' || coalesce(sum(hash({cells})::HUGEINT), 0)::VARCHAR FROM {sql_name(feed.name)}
    """).fetchall()
    return digest([summed[0][0], asdict(feed), links if feed.numbering else ""])


def make_small_tables(connection: Connection, feeds: pa.Table) -> None:
    """Make ``new_area`` and ``new_feed`` (name, partner, rows_loaded, rows_quarantined, content_digest)."""
    connection.execute("CREATE TABLE new_area AS SELECT * FROM area")
    connection.register("given", feeds)
    connection.execute("CREATE TABLE new_feed AS SELECT * FROM given")
    connection.unregister("given")
