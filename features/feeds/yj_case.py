"""Youth justice disposals: cautions, community resolutions and court sentences."""

from features.events import DISPOSALS, OFFENCE_GROUPS, YOUTH_JUSTICE
from features.feeds.feed import Feed, Numbering, code, day, moment, text, whole

FEED = Feed(
    name="yj_case",
    partner=YOUTH_JUSTICE,
    agreement="VRU-ISA-YJS",
    columns=(
        text("case_id", required=True),
        text("yj_person_id", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        code("sex", ("M", "F", "U"), required=False),
        text("la_code"),
        code("disposal", DISPOSALS),
        code("offence", OFFENCE_GROUPS, required=False),
        whole("gravity", 1, 5, required=False),
        whole("seriousness", 1, 8, required=False),
        day("disposal_dt"),
        day("start_dt", required=False),
        day("end_dt", required=False),
        moment("recorded_dt"),
    ),
    key=("case_id",),
    delay_days=14,
    fresh_days=93,
    in_order=(("disposal_dt", "recorded_dt"), ("start_dt", "end_dt")),
    numbering=Numbering.YOUTH_JUSTICE,
    people="""
        SELECT yj_person_id AS who, forename, surname, dob, sex, la_code AS council, disposal_dt AS stated_on
        FROM yj_case
    """,
    events="""
        SELECT yj_person_id AS who, record_hash('yj_case', case_id) AS record,
               'yj_disposal' AS kind, 'subject' AS role,
               disposal AS code, disposal_dt AS happened_on, recorded_dt::DATE AS recorded_on, gravity
        FROM yj_case
    """,
)
