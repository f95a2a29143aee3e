"""Crimes and incidents. Who was involved, and in which role, comes with ``occ_role``."""

from features.events import OFFENCE_GROUPS, POLICE
from features.feeds.feed import Feed, code, flag, moment, sql_codes, text

SERIOUSNESS: dict[str, int] = {
    "homicide": 8,
    "violence_with_injury": 5,
    "violence_without_injury": 3,
    "sexual": 6,
    "robbery": 6,
    "theft": 3,
    "criminal_damage_arson": 3,
    "drugs": 2,
    "weapons": 4,
    "public_order": 2,
    "misc": 2,
}
"""A setting, not a published scale: one seriousness (1 least, 8 most) an offence group, in the spirit of the Youth
Justice Board's scores for single offences. A group's score stands for its usual offence."""

FEED = Feed(
    name="occurrence",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("occ_id", required=True),
        code("ho_class", OFFENCE_GROUPS),
        moment("committed_from", required=False),
        moment("committed_to", required=False),
        moment("reported_dt"),
        moment("recorded_dt"),
        text("lsoa"),
        flag("da_flag"),
        flag("weapon_flag"),
    ),
    key=("occ_id",),
    delay_days=7,
    in_order=(("committed_from", "committed_to"), ("committed_from", "reported_dt"), ("reported_dt", "recorded_dt")),
    area_events=f"""
        SELECT lsoa AS place, record_hash('occurrence', occ_id) AS record, 'area_occurrence' AS kind,
               'recorded' AS role, ho_class AS code, coalesce(committed_from, reported_dt)::DATE AS happened_on,
               recorded_dt::DATE AS recorded_on, {sql_codes("ho_class", SERIOUSNESS)} AS gravity
        FROM occurrence WHERE lsoa IN (SELECT lsoa_code FROM area)
    """,
)
