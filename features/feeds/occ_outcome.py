"""How an occurrence ended for a suspect (Home Office outcome codes). It happens, and is recorded, on its own date."""

from datetime import date

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, held, moment, sql_codes, text

OUTCOME_CODES: dict[str, str] = {
    "1": "charge",
    "2": "youth_caution",
    "4": "taken_into_consideration",
    "8": "community_resolution",
    **dict.fromkeys(("9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "21"), "no_further_action"),
    "22": "diversionary",
    **dict.fromkeys(("3", "5", "6", "7", "19", "20"), "other"),
}
"""9 and 10 are not in the public interest, 11-13 prevented, 14-16 evidence or victim, 17 out of time, 18 no suspect,
21 not in the public interest to go on. Other: adult caution, death, penalty notice, cannabis warning, another body.
From when each code held is to be confirmed with the force."""

FEED = Feed(
    name="occ_outcome",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("occ_id", required=True),
        text("nominal_id", required=True),
        held(code("code", tuple(OUTCOME_CODES)), on="outcome_dt", _22=(date(2019, 4, 1), None)),
        moment("outcome_dt"),
    ),
    key=("occ_id", "nominal_id", "code", "outcome_dt"),
    delay_days=14,
    references=(Reference("occ_id", "occurrence", "occ_id"), Reference("nominal_id", "police_nominal", "nominal_id")),
    numbering=Numbering.POLICE,
    shared_records=True,
    events=f"""
        SELECT nominal_id AS who, record_hash('occurrence', occ_id) AS record,
               'outcome' AS kind, 'suspect' AS role,
               {sql_codes("code", OUTCOME_CODES)} AS code,
               outcome_dt::DATE AS happened_on, outcome_dt::DATE AS recorded_on
        FROM occ_outcome
    """,
)
