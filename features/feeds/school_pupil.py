"""Every pupil, with a new row when the home area or the support at school changes (at the next census)."""

from features.events import EDUCATION
from features.feeds.feed import Feed, Numbering, code, day, text
from features.feeds.police_nominal import ETHNICITY_CODES

PUPIL_ETHNICITY = (
    "WBRI", "WIRI", "WIRT", "WROM", "WOTH", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "CHNE",
    "BCRB", "BAFR", "BOTH", "OOTH", "REFU", "NOBT",
)  # fmt: skip
"""The school census's own codes; the 16+1 codes are read too."""

FEED = Feed(
    name="school_pupil",
    partner=EDUCATION,
    agreement="VRU-ISA-EDUCATION",
    columns=(
        text("upn", required=True),
        text("forename"),
        text("surname"),
        day("dob"),
        code("sex", ("M", "F", "U"), required=False),
        code("ethnicity", (*PUPIL_ETHNICITY, *ETHNICITY_CODES), required=False),
        text("lsoa"),
        text("la_code"),
        code("send_provision", ("N", "K", "E"), required=False),
        day("census_dt"),
    ),
    key=("upn", "census_dt"),
    delay_days=60,
    fresh_days=400,
    in_order=(("dob", "census_dt"),),
    numbering=Numbering.SCHOOL,
    people="""
        SELECT upn AS who, forename, surname, dob, sex, ethnicity, send_provision AS send, census_dt AS stated_on, upn,
               lsoa, la_code AS council
        FROM school_pupil
    """,
    events="""
        WITH stated AS (
            SELECT upn, lsoa, census_dt, lag(lsoa) OVER (PARTITION BY upn ORDER BY census_dt) AS before
            FROM school_pupil WHERE lsoa IS NOT NULL
        ), moved AS (
            SELECT upn, lsoa, census_dt, lead(census_dt) OVER (PARTITION BY upn ORDER BY census_dt) AS next_dt
            FROM stated WHERE lsoa IS DISTINCT FROM before
        )
        SELECT upn AS who, record_hash('school_pupil', upn || ' ' || census_dt) AS record,
               'residence' AS kind, 'resident' AS role,
               'home' AS code, census_dt AS happened_on, census_dt AS recorded_on,
               next_dt AS ended_on, next_dt AS end_recorded_on, lsoa AS place
        FROM moved
    """,
)
