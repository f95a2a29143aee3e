"""Suspensions (one event a reason, sessions shared between the reasons) and permanent exclusions."""

from datetime import date

from features.events import EDUCATION, SUSPENSION_REASONS
from features.feeds.feed import Feed, Numbering, Reference, code, day, held, moment, text, whole

SINCE = (date(2020, 9, 1), None)
NEW_REASONS = {"LG": SINCE, "DS": SINCE, "MT": SINCE, "OW": SINCE, "PH": SINCE}
"""Reasons that came with the school year 2020/21; to be confirmed with the councils."""

FEED = Feed(
    name="school_suspension",
    partner=EDUCATION,
    agreement="VRU-ISA-EDUCATION",
    columns=(
        text("upn", required=True),
        code("type", ("SUSP", "PERM")),
        day("start_dt"),
        whole("sessions", 0, 400, required=False),
        held(code("reason_1", SUSPENSION_REASONS), on="start_dt", **NEW_REASONS),
        held(code("reason_2", SUSPENSION_REASONS, required=False), on="start_dt", **NEW_REASONS),
        held(code("reason_3", SUSPENSION_REASONS, required=False), on="start_dt", **NEW_REASONS),
        moment("recorded_dt"),
    ),
    key=("upn", "type", "start_dt"),
    delay_days=30,
    in_order=(("start_dt", "recorded_dt"),),
    references=(Reference("upn", "school_pupil", "upn"),),
    numbering=Numbering.SCHOOL,
    events="""
        WITH given AS (
            SELECT upn AS who, record_hash('school_suspension', upn || ' ' || type || ' ' || start_dt) AS record,
                   type, start_dt, sessions,
                   recorded_dt::DATE AS recorded_on,
                   list_distinct([r FOR r IN [reason_1, reason_2, reason_3] IF r IS NOT NULL]) AS reasons
            FROM school_suspension
        )
        SELECT who, record, 'suspension' AS kind, 'pupil' AS role, unnest(reasons) AS code,
               start_dt AS happened_on, recorded_on, sessions / len(reasons) AS value
        FROM given WHERE type = 'SUSP'
        UNION ALL
        SELECT who, record, 'exclusion', 'pupil', 'PERM', start_dt, recorded_on, NULL
        FROM given WHERE type = 'PERM'
    """,
)
