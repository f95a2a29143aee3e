"""Youth court hearings: what was pleaded, and how the hearing ended. A sentence is the outcome, never a sign of it."""

from features.events import COURTS, OFFENCE_GROUPS
from features.feeds.feed import Feed, Numbering, code, day, sql_codes, text

ENDS: dict[str, str] = {
    "adjourned": "adjourned",
    **dict.fromkeys(("acquitted", "dismissed", "withdrawn"), "not_proven"),
    **dict.fromkeys(("absolute_discharge", "conditional_discharge", "fine", "referral_order", "YRO", "DTO", "other"),
                    "sentenced"),
}  # fmt: skip
PLEAS = ("guilty", "not_guilty", "none")

FEED = Feed(
    name="court",
    partner=COURTS,
    agreement="VRU-ISA-COURTS",
    columns=(
        text("hearing_id", required=True),
        text("defendant_id", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        day("hearing_dt"),
        code("offence", OFFENCE_GROUPS),
        code("plea", PLEAS),
        code("disposal", tuple(ENDS)),
        day("recorded_dt"),
    ),
    key=("hearing_id", "defendant_id"),
    delay_days=14,
    in_order=(("hearing_dt", "recorded_dt"),),
    numbering=Numbering.COURT,
    people="""
        SELECT defendant_id AS who, forename, surname, dob, hearing_dt AS stated_on FROM court
    """,
    events=f"""
        SELECT defendant_id AS who, record_hash('court', hearing_id) AS record,
               'court_hearing' AS kind, 'defendant' AS role, {sql_codes("disposal", ENDS)} AS code,
               hearing_dt AS happened_on, recorded_dt AS recorded_on
        FROM court
        UNION ALL
        SELECT defendant_id, record_hash('court', hearing_id), 'court_plea', 'defendant', plea, hearing_dt, recorded_dt
        FROM court WHERE plea <> 'none'
    """,
)
