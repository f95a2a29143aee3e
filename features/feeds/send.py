"""Special educational needs and disabilities: support at school, education, health and care plans, and the main need.

Disability is a protected characteristic: these events reach the audits, and no feature may be made of them.
"""

from features.events import EDUCATION, SPECIAL_NEEDS
from features.feeds.feed import Feed, Numbering, Reference, code, day, text

FEED = Feed(
    name="send",
    partner=EDUCATION,
    agreement="VRU-ISA-EDUCATION",
    columns=(
        text("upn", required=True),
        code("provision", ("K", "E")),
        code("need", SPECIAL_NEEDS),
        day("start_dt"),
        day("end_dt", required=False),
        day("ehcp_requested_dt", required=False),
        day("ehcp_issued_dt", required=False),
        day("recorded_dt"),
    ),
    key=("upn", "provision", "start_dt"),
    delay_days=60,
    in_order=(
        ("start_dt", "end_dt"),
        ("ehcp_requested_dt", "ehcp_issued_dt"),
        ("start_dt", "recorded_dt"),
        ("ehcp_requested_dt", "recorded_dt"),
    ),
    references=(Reference("upn", "school_pupil", "upn"),),
    numbering=Numbering.SCHOOL,
    events="""
        WITH given AS (
            SELECT upn AS who, record_hash('send', upn || ' ' || provision || ' ' || start_dt) AS record,
                   'pupil' AS role, need AS code, provision, start_dt, end_dt, ehcp_requested_dt, recorded_dt
            FROM send
        )
        SELECT who, record, CASE provision WHEN 'E' THEN 'ehcp' ELSE 'send_support' END AS kind, role, code,
               start_dt AS happened_on, recorded_dt AS recorded_on, end_dt AS ended_on, end_dt AS end_recorded_on
        FROM given
        UNION ALL BY NAME
        SELECT who, record, 'ehcp_request' AS kind, role, code,
               ehcp_requested_dt AS happened_on, recorded_dt AS recorded_on
        FROM given WHERE ehcp_requested_dt IS NOT NULL
    """,
)
