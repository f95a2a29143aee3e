"""Domestic-abuse incidents in a child's home. Only those where the child was there become events."""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, flag, moment, sql_codes, text

DASH_GRADES: dict[str, int] = {"standard": 1, "medium": 2, "high": 3}

FEED = Feed(
    name="da_incident",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("incident_id", required=True),
        text("nominal_id", required=True),
        moment("incident_dt"),
        code("dash_grade", tuple(DASH_GRADES)),
        flag("children_present"),
        moment("recorded_dt"),
    ),
    key=("incident_id", "nominal_id"),
    delay_days=7,
    in_order=(("incident_dt", "recorded_dt"),),
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    shared_records=True,
    events=f"""
        SELECT nominal_id AS who, record_hash('da_incident', incident_id) AS record,
               'da_incident' AS kind, 'child_present' AS role,
               dash_grade AS code, incident_dt::DATE AS happened_on, recorded_dt::DATE AS recorded_on,
               {sql_codes("dash_grade", DASH_GRADES)} AS gravity
        FROM da_incident WHERE children_present = 'Y'
    """,
)
