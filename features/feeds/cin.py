"""Children in need and child-protection plans, with the factors found at assessment.

A spell's end is recorded on its own day, so that nobody is known to have left before we could have been told.
"""

from features.events import KINDS, NEEDS, SOCIAL_CARE
from features.feeds.feed import Feed, Numbering, code, day, moment, sql_codes, text
from features.feeds.police_nominal import ETHNICITY_CODES
from features.feeds.school_pupil import PUPIL_ETHNICITY

NAMED_FACTORS: dict[str, str] = {name: name for name in KINDS["cin_factor"].codes if name != "other"}

CHILD_COLUMNS = (
    text("child_id", required=True),
    text("upn"),
    text("forename"),
    text("surname"),
    day("dob", required=False),
    code("sex", ("M", "F", "U"), required=False),
    code("ethnicity", (*PUPIL_ETHNICITY, *ETHNICITY_CODES), required=False),
    text("la_code"),
)
"""Who a social care row is about: the same in both of its extracts."""

FEED = Feed(
    name="cin",
    partner=SOCIAL_CARE,
    agreement="VRU-ISA-CARE",
    columns=(
        *CHILD_COLUMNS,
        day("referral_dt"),
        code("need", NEEDS),
        text("factors"),
        code("plan", ("CIN", "CP")),
        day("close_dt", required=False),
        moment("recorded_dt"),
    ),
    key=("child_id", "referral_dt", "plan"),
    delay_days=30,
    in_order=(("referral_dt", "close_dt"), ("referral_dt", "recorded_dt")),
    numbering=Numbering.CARE,
    people="""
        SELECT child_id AS who, upn, forename, surname, dob, sex, ethnicity, la_code AS council,
               referral_dt AS stated_on FROM cin
    """,
    events=f"""
        WITH spell AS (
            SELECT child_id AS who, record_hash('cin', child_id || ' ' || referral_dt || ' ' || plan) AS record,
                   'child' AS role,
                   lower(plan) AS kind, need AS code, factors,
                   referral_dt AS happened_on, recorded_dt::DATE AS recorded_on,
                   close_dt AS ended_on, close_dt AS end_recorded_on
            FROM cin
        ), factor AS (
            SELECT who, record, role, happened_on, recorded_on, unnest(string_split(factors, ';')) AS factor
            FROM spell WHERE factors IS NOT NULL
        )
        SELECT * EXCLUDE (factors) FROM spell
        UNION ALL BY NAME
        SELECT DISTINCT who, record, role, 'cin_factor' AS kind,
               {sql_codes("trim(factor)", NAMED_FACTORS, otherwise="other")} AS code, happened_on, recorded_on
        FROM factor
    """,
)
