"""Detentions in police custody. A detention reaches us once the child has been released."""

from features.events import OFFENCE_GROUPS, POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, flag, moment, sql_codes, sql_hours, text

RELEASE_TYPES: dict[str, str] = {
    "charged": "charged",
    "rui": "released_under_investigation",
    "bail": "bail",
    "nfa": "no_further_action",
    "out_of_court": "out_of_court",
}

FEED = Feed(
    name="custody",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("custody_id", required=True),
        text("nominal_id", required=True),
        moment("arrest_dt"),
        moment("arrival_dt"),
        moment("release_dt", required=False),
        code("offence", OFFENCE_GROUPS, required=False),
        flag("appropriate_adult", required=False),
        code("release_type", tuple(RELEASE_TYPES)),
    ),
    key=("custody_id",),
    delay_days=7,
    in_order=(("arrest_dt", "arrival_dt"), ("arrival_dt", "release_dt")),
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    events=f"""
        SELECT nominal_id AS who, record_hash('custody', custody_id) AS record,
               'custody' AS kind, 'subject' AS role,
               {sql_codes("release_type", RELEASE_TYPES)} AS code,
               arrest_dt::DATE AS happened_on, coalesce(release_dt, arrival_dt)::DATE AS recorded_on,
               {sql_hours("arrival_dt", "release_dt")} AS value
        FROM custody
    """,
)
