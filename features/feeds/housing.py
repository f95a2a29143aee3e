"""Social tenancies a child lives in, and rent arrears. It says what a family can pay, so no default feature uses it."""

from features.events import LANDLORDS
from features.feeds.feed import Feed, Numbering, code, day, text, whole

FEED = Feed(
    name="housing",
    partner=LANDLORDS,
    agreement="VRU-ISA-HOUSING",
    columns=(
        text("tenancy_id", required=True),
        text("member_ref", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        code("tenure", ("council", "housing_association", "temporary")),
        day("start_dt"),
        day("end_dt", required=False),
        day("arrears_dt", required=False),
        whole("arrears_weeks", 0, 520, required=False),
        day("arrears_cleared_dt", required=False),
    ),
    key=("tenancy_id", "member_ref"),
    delay_days=30,
    in_order=(("start_dt", "end_dt"), ("start_dt", "arrears_dt"), ("arrears_dt", "arrears_cleared_dt")),
    numbering=Numbering.HOUSING,
    people="""
        SELECT member_ref AS who, forename, surname, dob, start_dt AS stated_on FROM housing
    """,
    events="""
        SELECT member_ref AS who, record_hash('housing', tenancy_id) AS record,
               'tenancy' AS kind, 'household' AS role, tenure AS code,
               start_dt AS happened_on, start_dt AS recorded_on, end_dt AS ended_on, end_dt AS end_recorded_on,
               NULL AS value
        FROM housing
        UNION ALL
        SELECT member_ref, record_hash('housing', tenancy_id), 'rent_arrears', 'household', 'arrears',
               arrears_dt, arrears_dt, arrears_cleared_dt, arrears_cleared_dt, arrears_weeks
        FROM housing WHERE arrears_dt IS NOT NULL
    """,
)
