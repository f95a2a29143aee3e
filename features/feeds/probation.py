"""Somebody in a child's family is supervised by probation. The extract names the child, never the adult.

It is about another person: it may help to decide who could do with support, and is never said in a reason.
"""

from features.events import PROBATION
from features.feeds.feed import Feed, Numbering, code, day, text

RELATIONSHIPS = ("parent", "sibling", "other")

FEED = Feed(
    name="probation",
    partner=PROBATION,
    agreement="VRU-ISA-PROBATION",
    columns=(
        text("supervision_id", required=True),
        text("child_ref", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        code("relationship", RELATIONSHIPS),
        code("supervision", ("community", "licence", "custody")),
        day("start_dt"),
        day("end_dt", required=False),
        day("recorded_dt"),
    ),
    key=("supervision_id", "child_ref"),
    delay_days=30,
    in_order=(("start_dt", "end_dt"), ("start_dt", "recorded_dt")),
    numbering=Numbering.PROBATION,
    people="""
        SELECT child_ref AS who, forename, surname, dob, start_dt AS stated_on FROM probation
    """,
    events="""
        SELECT child_ref AS who, record_hash('probation', supervision_id) AS record,
               'family_probation' AS kind, 'relative' AS role, relationship AS code,
               start_dt AS happened_on, recorded_dt AS recorded_on, end_dt AS ended_on, end_dt AS end_recorded_on
        FROM probation
    """,
)
