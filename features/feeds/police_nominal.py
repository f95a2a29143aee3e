"""People as the police know them. One person may have several records; ``merged_into`` points at the one that stays."""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, day, moment, text

ETHNICITY_CODES = (
    "W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O1", "O2", "O9",
    "NS",
)  # fmt: skip
"""Self-defined ethnicity, 16+1 and 18+1. Officer-defined codes are permitted to be sent, and never read."""

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
        moment("created_dt"),
        text("merged_into"),
    ),
    key=("nominal_id",),
    delay_days=7,
    references=(Reference("merged_into", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    people="""
        SELECT nominal_id AS who, forename, surname, dob, sex, sde_ethnicity AS ethnicity, merged_into,
               created_dt::DATE AS stated_on
        FROM police_nominal
    """,
)
