"""Episodes of being missing or away, and the return-home interview offered after each."""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, flag, moment, sql_hours, text

FEED = Feed(
    name="missing",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("episode_id", required=True),
        text("nominal_id", required=True),
        moment("start_dt"),
        moment("end_dt", required=False),
        code("type", ("missing", "away")),
        flag("rhi_offered", required=False),
        flag("rhi_accepted", required=False),
        moment("recorded_dt"),
    ),
    key=("episode_id",),
    delay_days=7,
    in_order=(("start_dt", "end_dt"), ("start_dt", "recorded_dt")),
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    events=f"""
        WITH episode AS (
            SELECT nominal_id AS who, record_hash('missing', episode_id) AS record,
                   'subject' AS role, type, rhi_offered, rhi_accepted,
                   start_dt::DATE AS happened_on, end_dt::DATE AS returned_on,
                   greatest(recorded_dt, end_dt)::DATE AS recorded_on,
                   {sql_hours("start_dt", "end_dt")} AS value
            FROM missing
        )
        SELECT who, record, 'missing' AS kind, role, type AS code, happened_on, recorded_on, value FROM episode
        UNION ALL
        SELECT who, record, 'return_interview', role,
               CASE WHEN rhi_offered = 'N' THEN 'not_offered' WHEN rhi_accepted = 'Y' THEN 'accepted'
                    ELSE 'declined' END,
               returned_on, recorded_on, NULL
        FROM episode WHERE rhi_offered IS NOT NULL AND returned_on IS NOT NULL
    """,
)
