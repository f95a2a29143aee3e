"""Who was involved in an occurrence and how. A victim is not a suspect: each role stays what it is.

A role that ends (``to_dt``, for example a suspect eliminated) is taken back from the day that reaches us.
"""

from features.events import POLICE, POLICE_ROLES
from features.feeds.feed import Feed, Numbering, Reference, code, moment, sql_codes, text
from features.feeds.occurrence import SERIOUSNESS

MOST_TOGETHER = 20
"""An incident with more suspects than this (a match day, a riot) says nothing about who knows whom."""

FEED = Feed(
    name="occ_role",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("occ_id", required=True),
        text("nominal_id", required=True),
        code("role", POLICE_ROLES),
        moment("from_dt"),
        moment("to_dt", required=False),
    ),
    key=("occ_id", "nominal_id", "role", "from_dt"),
    delay_days=7,
    in_order=(("from_dt", "to_dt"),),
    references=(Reference("occ_id", "occurrence", "occ_id"), Reference("nominal_id", "police_nominal", "nominal_id")),
    numbering=Numbering.POLICE,
    shared_records=True,
    events=f"""
        WITH involved AS (
            SELECT nominal_id AS who, record_hash('occurrence', occ_id) AS record,
                   role, ho_class AS code, da_flag, weapon_flag,
                   coalesce(committed_from, reported_dt)::DATE AS happened_on,
                   greatest(recorded_dt, from_dt)::DATE AS recorded_on,
                   to_dt::DATE AS taken_back_on,
                   {sql_codes("ho_class", SERIOUSNESS)} AS gravity,
                   lsoa AS place
            FROM occ_role JOIN occurrence USING (occ_id)
        )
        SELECT 'occurrence' AS kind, * EXCLUDE (da_flag, weapon_flag) FROM involved
        UNION ALL
        SELECT 'domestic_occurrence', * EXCLUDE (da_flag, weapon_flag) FROM involved WHERE da_flag = 'Y'
        UNION ALL
        SELECT 'weapon_occurrence', * EXCLUDE (da_flag, weapon_flag) FROM involved WHERE weapon_flag = 'Y'
    """,
    relations=f"""
        WITH suspect AS (
            SELECT occ_id, nominal_id, coalesce(committed_from, reported_dt)::DATE AS happened_on,
                   greatest(recorded_dt, from_dt)::DATE AS recorded_on, to_dt::DATE AS taken_back_on
            FROM occ_role JOIN occurrence USING (occ_id) WHERE role = 'suspect'
            QUALIFY count(*) OVER (PARTITION BY occ_id) <= {MOST_TOGETHER}
        )
        SELECT one.nominal_id AS who, two.nominal_id AS other, 'co_suspect' AS kind, one.happened_on,
               greatest(one.recorded_on, two.recorded_on) AS recorded_on,
               least(one.taken_back_on, two.taken_back_on) AS taken_back_on
        FROM suspect one JOIN suspect two ON one.occ_id = two.occ_id AND one.nominal_id < two.nominal_id
    """,
)
