"""From validated tables to what the warehouse stores: people, their protected characteristics, areas and events.

Everything runs inside one scratch store. Names and partners' numbers stay in it, and go only to the identity store.
"""

from __future__ import annotations

from dataclasses import asdict

import pyarrow as pa

from features.feeds import FEEDS, Feed, Numbering
from features.feeds.feed import sql_name
from features.linkage import NAME_KEY_SQL, STANDARD_NAME_SQL, LinkCounts, link_people
from features.pseudonyms import RECORD_SQL, Pseudonymiser
from features.store import Connection
from features.windows import sql_in_order
from features.workspace import digest

PRECEDENCE = (Numbering.SCHOOL, Numbering.CARE, Numbering.YOUTH_JUSTICE, Numbering.POLICE, Numbering.COURT,
              Numbering.PROBATION, Numbering.HOUSING, Numbering.FIRE)  # fmt: skip
"""Whose word counts first for date of birth, sex and ethnicity; then the latest."""

ETHNIC_GROUPS = {"W": "White", "M": "Mixed", "A": "Asian", "C": "Asian", "B": "Black", "O": "Other"}
"""By a code's first letter (CHNE is Chinese). Refused, not stated and not obtained are ``Not known``."""
NO_ETHNICITY = ("NS", "REFU", "NOBT")
SEXES = {"M": "male", "F": "female"}
SEND = {"N": "none", "K": "support", "E": "EHCP"}

STATED = {"sex": "VARCHAR", "ethnicity": "VARCHAR", "send": "VARCHAR", "upn": "VARCHAR", "merged_into": "VARCHAR"}
OPTIONAL = {"ended_on": "DATE", "end_recorded_on": "DATE", "taken_back_on": "DATE", "value": "DOUBLE",
            "gravity": "DOUBLE", "place": "VARCHAR"}  # fmt: skip
IDENTITIES = {
    "person": "SELECT person, identity FROM identity ORDER BY person",
    "number": "SELECT person, numbering, who FROM number ORDER BY ALL",
    "name": "SELECT DISTINCT person, feed, forename, surname, dob FROM stated JOIN number USING (numbering, who) "
    "ORDER BY ALL",
}
"""The identity store: whose pseudonym is whose, and under which names and numbers partners know them."""


def show_feeds(connection: Connection) -> None:
    """Give each feed's good rows a view of the feed's name."""
    for feed in FEEDS:
        columns = ", ".join(sql_name(column.name) for column in feed.columns)
        good = f"SELECT {columns} FROM checked_{feed.name} WHERE reason = ''"
        connection.execute(f"CREATE VIEW {sql_name(feed.name)} AS {good}")


def link(connection: Connection, pseudonymiser: Pseudonymiser) -> LinkCounts:
    """Make ``stated`` (what records say of people), ``number`` (whose number is whose) and ``identity``."""
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in STATED.items())
    parts = [
        f"(SELECT '{feed.numbering}' AS numbering, {PRECEDENCE.index(feed.numbering)} AS precedence, "
        f"'{feed.name}' AS feed, * FROM ({feed.people}))"
        for feed in FEEDS
        if feed.people and feed.numbering
    ]
    connection.execute(
        f"CREATE TABLE stated AS SELECT {nothing} WHERE false UNION ALL BY NAME {' UNION ALL BY NAME '.join(parts)}"
    )
    first, last = (STANDARD_NAME_SQL.format(name=name) for name in ("forename", "surname"))
    stated = connection.sql(f"""
        WITH named AS (SELECT *, {first} AS first, {last} AS last FROM stated)
        SELECT DISTINCT numbering, who, {NAME_KEY_SQL} AS name_key, upn, merged_into FROM named
    """).to_arrow_table()
    links = link_people(stated)
    _number_people(connection, links.table, pseudonymiser)
    return links.counts


def _number_people(connection: Connection, linked: pa.Table, pseudonymiser: Pseudonymiser) -> None:
    identities = linked["identity"].unique()
    persons = pa.array([pseudonymiser.person(identity) for identity in identities.to_pylist()], pa.int64())
    if len(persons.unique()) != len(identities):
        raise RuntimeError("two identities have one pseudonym; a 63-bit hash should never do that")
    connection.register("linked", linked)
    connection.register("numbered", pa.table({"identity": identities, "person": persons}))
    connection.execute("CREATE TABLE identity AS SELECT person, identity FROM numbered")
    connection.execute(
        "CREATE TABLE number AS SELECT person, numbering, who FROM linked JOIN identity USING (identity)"
    )
    connection.unregister("linked")
    connection.unregister("numbered")


def describe_people(connection: Connection) -> None:
    """Make ``new_person`` and ``new_protected``: one word a person and characteristic, by PRECEDENCE then date."""
    order = "ORDER BY precedence, stated_on DESC, {0}"
    unknown = ", ".join(f"'{code}'" for code in NO_ETHNICITY)
    known = {
        "dob": "dob IS NOT NULL",
        "sex": "sex IN ('M', 'F')",
        "ethnicity": f"ethnicity NOT IN ({unknown})",
        "send": "send IS NOT NULL",
    }
    chosen = ", ".join(f"first({c} {order.format(c)}) FILTER ({test}) AS {c}" for c, test in known.items())
    connection.execute(f"""
        CREATE TABLE described AS
        SELECT person, {chosen} FROM number LEFT JOIN stated USING (numbering, who) GROUP BY person
    """)
    connection.execute(
        "CREATE TABLE new_person AS SELECT person, date_trunc('month', dob)::DATE AS birth_month FROM described"
    )
    parts = [
        f"SELECT person, '{name}' AS characteristic, coalesce(map {{{_pairs(words)}}}[{code}], '{otherwise}') AS value "
        "FROM described"
        for name, code, words, otherwise in (
            ("sex", "sex", SEXES, "unknown"),
            ("ethnic_group", "left(ethnicity, 1)", ETHNIC_GROUPS, "Not known"),
            ("send", "send", SEND, "not known"),
        )
    ]
    connection.execute(f"CREATE TABLE new_protected AS {' UNION ALL '.join(parts)}")


def _pairs(words: dict[str, str]) -> str:
    return ", ".join(f"'{code}': '{word}'" for code, word in words.items())


def make_events(connection: Connection, feed: Feed) -> int:
    """Add a feed's events to ``new_event``; how many there are.

    A spell whose end was recorded after its start is two rows, of which one is visible on any date: open until its end
    reached us (``withdrawn_on``), and closed from that day (``available_on``).
    """
    shared = "person, kind, role, code, happened_on, value, gravity, place, record"
    added = connection.execute(f"""
        INSERT INTO new_event BY NAME
        WITH {_told(feed.events)}, known AS (
            SELECT told.*, number.person FROM told
            JOIN number ON number.numbering = '{feed.numbering}' AND number.who = told.who
        ), version AS ({_versions(shared, feed.delay_days)})
        SELECT {"DISTINCT" if feed.shared_records else ""} version.*, class_id, '{feed.name}' AS source
        FROM version LEFT JOIN event_class USING (kind, role, code)
    """)
    return int(added.fetchall()[0][0])


def make_relations(connection: Connection, feed: Feed) -> None:
    """Add to ``new_relation`` who a feed says is related to whom, one row each way; nobody is related to themselves."""
    number = f"SELECT * FROM number WHERE numbering = '{feed.numbering}'"
    connection.execute(f"""
        INSERT INTO new_relation BY NAME
        WITH {_told(feed.relations)}, pair AS (
            SELECT told.*, one.person AS one, two.person AS two FROM told
            JOIN ({number}) one ON one.who = told.who JOIN ({number}) two ON two.who = told.other
        ), known AS (
            SELECT * EXCLUDE (one, two, other), one AS person, two AS other FROM pair WHERE one <> two
            UNION ALL
            SELECT * EXCLUDE (one, two, other), two, one FROM pair WHERE one <> two
        ), version AS ({_versions("person, other, kind, happened_on", feed.delay_days)})
        SELECT DISTINCT version.*, '{feed.name}' AS source FROM version
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


def content_digest(connection: Connection, feed: Feed) -> str:
    """A digest of a feed's good rows, whatever their order, and of how they are read."""
    cells = ", ".join(f"coalesce({sql_name(column.name)}::VARCHAR, chr(30))" for column in feed.columns)
    summed = connection.execute(f"""
        SELECT count(*)::VARCHAR || ' ' || coalesce(sum(md5_number_lower(concat_ws(chr(31), {cells}))), 0)::VARCHAR
        FROM {sql_name(feed.name)}
    """).fetchall()
    return digest([summed[0][0], asdict(feed)])


def make_small_tables(connection: Connection, feeds: pa.Table) -> None:
    """Make ``new_area`` and ``new_feed`` (name, partner, rows_loaded, rows_quarantined, content_digest)."""
    connection.execute("CREATE TABLE new_area AS SELECT * FROM area")
    connection.register("given", feeds)
    connection.execute("CREATE TABLE new_feed AS SELECT * FROM given")
    connection.unregister("given")
