"""A term's attendance, known some weeks after the term ends."""

from features.events import EDUCATION
from features.feeds.feed import Feed, Numbering, Reference, day, text, whole

FEED = Feed(
    name="attendance",
    partner=EDUCATION,
    agreement="VRU-ISA-EDUCATION",
    columns=(
        text("upn", required=True),
        text("term", required=True),
        day("term_start"),
        day("term_end"),
        whole("sessions_possible", 1, 400),
        whole("sessions_authorised_absence", 0, 400),
        whole("sessions_unauthorised_absence", 0, 400),
    ),
    key=("upn", "term"),
    delay_days=45,
    fresh_days=150,
    in_order=(("term_start", "term_end"),),
    references=(Reference("upn", "school_pupil", "upn"),),
    numbering=Numbering.SCHOOL,
    events="""
        WITH term AS (
            SELECT upn AS who, record_hash('attendance', upn || ' ' || term) AS record,
                   'pupil' AS role, 'term' AS code,
                   term_end AS happened_on, term_end AS recorded_on,
                   least(sessions_authorised_absence + sessions_unauthorised_absence, sessions_possible)
                       / sessions_possible AS missed,
                   least(sessions_unauthorised_absence, sessions_possible) / sessions_possible AS without_leave
            FROM attendance
        )
        SELECT 'attendance' AS kind, * EXCLUDE (missed, without_leave), missed AS value FROM term
        UNION ALL
        SELECT 'unauthorised_absence', * EXCLUDE (missed, without_leave), without_leave FROM term
    """,
)
