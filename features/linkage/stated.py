"""What records state of people, as linking needs it: numbers, descriptions, and numbers that name one another."""

from __future__ import annotations

from features.feeds.feed import Numbering
from features.store import Connection

STANDARD_NAME_SQL = r"nullif(regexp_replace(upper(strip_accents({name})), '[^\p{{L}}]', '', 'g'), '')"
"""A name without case, accents, spaces and punctuation; NULL where nothing is left."""

STATED_COLUMNS = {
    "numbering": "VARCHAR", "who": "VARCHAR", "forename": "VARCHAR", "surname": "VARCHAR", "dob": "DATE",
    "sex": "VARCHAR", "lsoa": "VARCHAR", "council": "VARCHAR", "upn": "VARCHAR", "merged_into": "VARCHAR",
    "known_on": "DATE",
}  # fmt: skip
"""What the table ``stated`` must have; ``known_on`` is the day the row was available to us."""


def _rank(column: str) -> str:
    ranks = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(Numbering))
    return f"CASE {column} {ranks} END"


def make_linking_tables(connection: Connection) -> None:
    """Make ``linking_number``, ``profile`` and ``reference`` from ``stated`` (columns ``STATED_COLUMNS``).

    * ``linking_number``: number_id (0, 1, ... in order of numbering and number), rank, numbering, who, known_on
    * ``profile``: see ``features.linkage.model.PROFILE_COLUMNS``, and known_on
    * ``reference``: number_id, other_id, kind (``pupil_number`` or ``police_merge``), known_on
    """
    connection.execute(f"""
        CREATE OR REPLACE TABLE linking_number AS
        WITH named AS (
            SELECT numbering, who, known_on FROM stated WHERE who IS NOT NULL
            UNION ALL SELECT '{Numbering.SCHOOL}', upn, known_on FROM stated WHERE upn IS NOT NULL
            UNION ALL SELECT '{Numbering.POLICE}', merged_into, known_on FROM stated WHERE merged_into IS NOT NULL
        ), grouped AS (
            SELECT {_rank("numbering")} AS rank, numbering, who, min(known_on) AS known_on FROM named
            GROUP BY numbering, who
        )
        SELECT (row_number() OVER (ORDER BY rank, who) - 1)::INTEGER AS number_id, * FROM grouped ORDER BY number_id
    """)
    first, last = (STANDARD_NAME_SQL.format(name=name) for name in ("forename", "surname"))
    connection.execute(f"""
        CREATE OR REPLACE TABLE profile AS
        WITH described AS (
            SELECT number_id, (numbering = '{Numbering.SCHOOL}')::INTEGER AS pupil, {first} AS first, {last} AS last,
                   dob::VARCHAR AS dob, year(dob)::INTEGER AS birth_year, nullif(sex, 'U') AS sex, lsoa, council,
                   min(stated.known_on) AS known_on
            FROM stated JOIN linking_number USING (numbering, who) GROUP BY ALL
        )
        SELECT (row_number() OVER (ORDER BY number_id, first, last, dob, sex, lsoa, council) - 1)::INTEGER AS unique_id,
               * FROM described WHERE first IS NOT NULL OR last IS NOT NULL
    """)
    connection.execute(f"""
        CREATE OR REPLACE TABLE reference AS
        WITH said AS (
            SELECT numbering, who, '{Numbering.SCHOOL}' AS to_numbering, upn AS to_who, 'pupil_number' AS kind, known_on
            FROM stated WHERE upn IS NOT NULL
            UNION ALL
            SELECT numbering, who, '{Numbering.POLICE}', merged_into, 'police_merge', known_on
            FROM stated WHERE merged_into IS NOT NULL
        )
        SELECT own.number_id, other.number_id AS other_id, kind, min(said.known_on) AS known_on
        FROM said JOIN linking_number own USING (numbering, who)
        JOIN linking_number other ON other.numbering = to_numbering AND other.who = to_who
        WHERE own.number_id <> other.number_id GROUP BY ALL ORDER BY ALL
    """)
