"""People as the police know them. One person may have several records; ``merged_into`` points at the one that stays.

Addresses say only who lives with whom: they are compared inside a load, and kept nowhere.
"""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, day, moment, text

ETHNICITY_CODES = (
    "W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O1", "O2", "O9",
    "NS",
)  # fmt: skip
"""Self-defined ethnicity, 16+1 and 18+1. Officer-defined codes are permitted to be sent, and never read."""
MOST_AT_AN_ADDRESS = 10
"""An address with more people than this on record is a hostel, a home or a station, not a household."""
HOME_SQL, SURNAME_SQL = (
    rf"nullif(regexp_replace(upper(strip_accents({column})), '[^\p{{L}}\p{{N}}]', '', 'g'), '')"
    for column in ("address", "surname")
)
"""Without case, accents, spaces and punctuation."""
YEARS_BETWEEN = 16
"""Brothers and sisters are taken to be people of one address and surname, born less than so many years apart."""

FEED = Feed(
    name="police_nominal",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("nominal_id", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        code("sex", ("M", "F", "U"), required=False),
        code("sde_ethnicity", ETHNICITY_CODES, required=False),
        text("lsoa"),
        moment("created_dt"),
        text("address"),
        text("lsoa"),
        text("merged_into"),
    ),
    key=("nominal_id",),
    delay_days=7,
    references=(Reference("merged_into", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    people="""
        SELECT nominal_id AS who, forename, surname, dob, sex, sde_ethnicity AS ethnicity, lsoa, merged_into,
               created_dt::DATE AS stated_on
        FROM police_nominal
    """,
    relations=f"""
        WITH living AS (
            SELECT nominal_id, {HOME_SQL} || coalesce(lsoa, '') AS home, {SURNAME_SQL} AS surname, dob,
                   created_dt::DATE AS stated_on
            FROM police_nominal WHERE home IS NOT NULL
            QUALIFY count(*) OVER (PARTITION BY home) <= {MOST_AT_AN_ADDRESS}
        ), pair AS (
            SELECT one.nominal_id AS who, two.nominal_id AS other,
                   greatest(one.stated_on, two.stated_on) AS happened_on,
                   one.surname = two.surname AND abs(date_diff('year', one.dob, two.dob)) < {YEARS_BETWEEN} AS sibling
            FROM living one JOIN living two ON one.home = two.home AND one.nominal_id < two.nominal_id
        )
        SELECT * EXCLUDE (sibling), 'household' AS kind, happened_on AS recorded_on FROM pair
        UNION ALL
        SELECT * EXCLUDE (sibling), 'sibling', happened_on FROM pair WHERE sibling
    """,
)
