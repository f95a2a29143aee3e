"""Incidents of anti-social behaviour, by role: the child behind it, or the child it happened to."""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, moment, text

FEED = Feed(
    name="asb",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("incident_id", required=True),
        text("nominal_id", required=True),
        code("role", ("subject", "victim")),
        moment("incident_dt"),
        code("category", ("personal", "nuisance", "environmental")),
        moment("recorded_dt"),
    ),
    key=("incident_id", "nominal_id", "role"),
    delay_days=7,
    in_order=(("incident_dt", "recorded_dt"),),
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    shared_records=True,
    events="""
        SELECT nominal_id AS who, record_hash('asb', incident_id) AS record,
               'asb' AS kind, role, category AS code,
               incident_dt::DATE AS happened_on, recorded_dt::DATE AS recorded_on
        FROM asb
    """,
)
