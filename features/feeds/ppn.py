"""Police protection notices: what worried an officer about a child, and how much. Shared with social care."""

from features.events import CONCERNS, POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, moment, sql_codes, text

RATINGS: dict[str, int] = {"standard": 1, "medium": 2, "high": 3}

FEED = Feed(
    name="ppn",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("notice_id", required=True),
        text("nominal_id", required=True),
        moment("incident_dt"),
        code("concern", CONCERNS),
        code("rating", tuple(RATINGS)),
        moment("recorded_dt"),
    ),
    key=("notice_id", "nominal_id", "concern"),
    delay_days=7,
    in_order=(("incident_dt", "recorded_dt"),),
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    shared_records=True,
    events=f"""
        SELECT nominal_id AS who, record_hash('ppn', notice_id) AS record,
               'ppn' AS kind, 'child' AS role, concern AS code,
               incident_dt::DATE AS happened_on, recorded_dt::DATE AS recorded_on,
               {sql_codes("rating", RATINGS)} AS gravity
        FROM ppn
    """,
)
