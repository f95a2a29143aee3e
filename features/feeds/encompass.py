"""Operation Encompass: police tell a child's school of domestic abuse at home, before the next school day if they can.

The notice says that a child may need a kind word, never what happened. It reaches us from the schools.
"""

from features.events import EDUCATION
from features.feeds.feed import Feed, Numbering, Reference, day, flag, moment, text

FEED = Feed(
    name="encompass",
    partner=EDUCATION,
    agreement="VRU-ISA-EDUCATION",
    columns=(
        text("notice_id", required=True),
        text("upn", required=True),
        day("incident_dt"),
        moment("notified_dt"),
        flag("before_next_school_day"),
    ),
    key=("notice_id",),
    delay_days=14,
    in_order=(("incident_dt", "notified_dt"),),
    references=(Reference("upn", "school_pupil", "upn"),),
    numbering=Numbering.SCHOOL,
    events="""
        SELECT upn AS who, record_hash('encompass', notice_id) AS record,
               'encompass_notice' AS kind, 'pupil' AS role,
               CASE before_next_school_day WHEN 'Y' THEN 'in_time' ELSE 'late' END AS code,
               incident_dt AS happened_on, notified_dt::DATE AS recorded_on
        FROM encompass
    """,
)
