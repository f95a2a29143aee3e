"""From what records state to people: whose number is whose since when, and what is known about each of them.

Everything runs inside one scratch store. Names and partners' numbers stay in it, and go only to the identity store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from features.feeds import FEEDS, Numbering
from features.linkage import Links, Remembered, link_people
from features.linkage.model import WEIGHTS
from features.pseudonyms import Pseudonymiser
from features.store import Connection
from features.workspace import Workspace, digest

if TYPE_CHECKING:
    from features.rights.at_load import AtLoad

PRECEDENCE = (Numbering.SCHOOL, Numbering.CARE, Numbering.YOUTH_JUSTICE, Numbering.POLICE, Numbering.COURT,
              Numbering.PROBATION, Numbering.HOUSING, Numbering.FIRE)  # fmt: skip
"""Whose word counts first for date of birth, sex and ethnicity; then the latest."""

ETHNIC_GROUPS = {"W": "White", "M": "Mixed", "A": "Asian", "C": "Asian", "B": "Black", "O": "Other"}
"""By a code's first letter (CHNE is Chinese). Refused, not stated and not obtained are ``Not known``."""
ETHNIC_DETAIL = {
    **dict.fromkeys(("W1", "WBRI"), "White: British"), **dict.fromkeys(("W2", "WIRI"), "White: Irish"),
    **dict.fromkeys(("W3", "WIRT", "WROM"), "White: Gypsy, Roma or Irish Traveller"),
    **dict.fromkeys(("W9", "WOTH"), "White: other"),
    **dict.fromkeys(("M1", "MWBC"), "Mixed: White and Black Caribbean"),
    **dict.fromkeys(("M2", "MWBA"), "Mixed: White and Black African"),
    **dict.fromkeys(("M3", "MWAS"), "Mixed: White and Asian"), **dict.fromkeys(("M9", "MOTH"), "Mixed: other"),
    **dict.fromkeys(("A1", "AIND"), "Asian: Indian"), **dict.fromkeys(("A2", "APKN"), "Asian: Pakistani"),
    **dict.fromkeys(("A3", "ABAN"), "Asian: Bangladeshi"), **dict.fromkeys(("A4", "CHNE"), "Asian: Chinese"),
    **dict.fromkeys(("A9", "AOTH"), "Asian: other"), **dict.fromkeys(("B1", "BCRB"), "Black: Caribbean"),
    **dict.fromkeys(("B2", "BAFR"), "Black: African"), **dict.fromkeys(("B9", "BOTH"), "Black: other"),
    "O2": "Other: Arab", **dict.fromkeys(("O9", "OOTH"), "Other: other"),
}  # fmt: skip
"""By a code of the police's 16+1 and 18+1 lists or of the school census; the group stands before the colon. What each
list means by a code is to be confirmed with the partner; any other code is of its group, and not told apart."""
NO_ETHNICITY = ("NS", "REFU", "NOBT")
SEXES = {"M": "male", "F": "female"}
SEND = {"N": "none", "K": "support", "E": "EHCP"}

STATED = {"sex": "VARCHAR", "ethnicity": "VARCHAR", "send": "VARCHAR", "upn": "VARCHAR", "merged_into": "VARCHAR",
          "lsoa": "VARCHAR", "council": "VARCHAR"}  # fmt: skip
IDENTITIES = {
    "person": "SELECT person, identity FROM identity ORDER BY person",
    "number": "SELECT person, numbering, who, known_on, since, until FROM number ORDER BY ALL",
    "name": "SELECT DISTINCT person, feed, forename, surname, dob FROM stated JOIN number USING (numbering, who) "
    "ORDER BY ALL",
    "link": "FROM link",
    "decision": "FROM decision",
}
"""The identity store: whose pseudonym is whose since when, under which names and numbers partners know them, which
links make them one person, and what people decided about doubtful ones."""


def weights_path(workspace: Workspace) -> Path:
    """The workspace's own link weights where it learned some, otherwise the house's."""
    return workspace.link_weights if workspace.link_weights.exists() else WEIGHTS


def state_people(connection: Connection) -> None:
    """Make ``stated``: what every record says of whom it is about, and the day it was available to us."""
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in STATED.items())
    parts = [
        f"(SELECT '{feed.numbering}' AS numbering, {PRECEDENCE.index(feed.numbering)} AS precedence, "
        f"'{feed.name}' AS feed, *, stated_on + {feed.delay_days} AS known_on FROM ({feed.people}))"
        for feed in FEEDS
        if feed.people and feed.numbering
    ]
    connection.execute(f"""
        CREATE TABLE stated AS
        WITH said AS (SELECT {nothing} WHERE false UNION ALL BY NAME {" UNION ALL BY NAME ".join(parts)})
        SELECT said.* REPLACE (coalesce(council, local_authority_code) AS council)
        FROM said LEFT JOIN area ON area.lsoa_code = said.lsoa
    """)


def link(
    connection: Connection, pseudonymiser: Pseudonymiser, weights: dict[str, Any], remembered: Remembered,
    rights: AtLoad | None = None,
) -> Links:  # fmt: skip
    """Make ``number`` (whose number is whose, since when and until when), ``identity``, ``link`` and ``decision``."""
    state_people(connection)
    if rights is not None:
        rights.state(connection)
        remembered = rights.remembered(connection, remembered)
    links = link_people(connection, weights, remembered)
    _number_people(connection, links, pseudonymiser, remembered)
    return links


def _number_people(connection: Connection, links: Links, pseudonymiser: Pseudonymiser, remembered: Remembered) -> None:
    identities = links.belonging["identity"].unique()
    persons = pa.array([pseudonymiser.person(identity) for identity in identities.to_pylist()], pa.int64())
    if len(persons.unique()) != len(identities):
        raise RuntimeError("two identities have one pseudonym; a 63-bit hash should never do that")
    given = {"belonging": links.belonging, "numbered": pa.table({"identity": identities, "person": persons}),
             "linked": links.link, "decided": remembered.decisions}  # fmt: skip
    for name, table in given.items():
        connection.register(name, table)
    connection.execute("CREATE TABLE identity AS SELECT person, identity FROM numbered")
    connection.execute("""
        CREATE TABLE number AS
        SELECT person, numbering, who, known_on, CASE WHEN since >= 0 THEN DATE '1970-01-01' + since END AS since,
               DATE '1970-01-01' + until AS until
        FROM belonging JOIN identity USING (identity)
    """)
    connection.execute("CREATE TABLE link AS SELECT * FROM linked ORDER BY ALL")
    connection.execute("CREATE TABLE decision AS SELECT * FROM decided ORDER BY ALL")
    for name in given:
        connection.unregister(name)


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
    group = f"map {{{_pairs(ETHNIC_GROUPS)}}}[left(ethnicity, 1)]"
    detail = f"coalesce(map {{{_pairs(ETHNIC_DETAIL)}}}[ethnicity], {group} || ': not told apart', 'Not known')"
    parts.append(f"SELECT person, 'ethnic_detail' AS characteristic, {detail} AS value FROM described")
    connection.execute(f"CREATE TABLE new_protected AS {' UNION ALL '.join(parts)}")


def _pairs(words: dict[str, str]) -> str:
    return ", ".join(f"'{code}': '{word}'" for code, word in words.items())


def links_digest(connection: Connection) -> str:
    """A digest of whose number is whose since when: another link or decision makes other events."""
    summed = connection.execute("""
        SELECT coalesce(sum(md5_number_lower(concat_ws(chr(31), identity, numbering, who, coalesce(since::VARCHAR, ''),
                                                       coalesce(until::VARCHAR, '')))), 0)::VARCHAR
        FROM number JOIN identity USING (person)
    """).fetchall()
    return digest(summed[0][0])
