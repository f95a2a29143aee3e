"""Referrals to the fire services' work with children who set fires, and whether the child finished it."""

from features.events import FIRE_SERVICES
from features.feeds.feed import Feed, Numbering, code, day, text

FEED = Feed(
    name="fire",
    partner=FIRE_SERVICES,
    agreement="VRU-ISA-FIRE",
    columns=(
        text("referral_id", required=True),
        text("forename"),
        text("surname"),
        day("dob", required=False),
        day("incident_dt"),
        day("referral_dt"),
        code("referred_by", ("police", "school", "family", "social_care", "fire_service")),
        code("behaviour", ("deliberate_fire", "fire_play", "hoax_call")),
        day("completed_dt", required=False),
    ),
    key=("referral_id",),
    delay_days=14,
    in_order=(("incident_dt", "referral_dt"), ("referral_dt", "completed_dt")),
    numbering=Numbering.FIRE,
    people="""
        SELECT referral_id AS who, forename, surname, dob, referral_dt AS stated_on FROM fire
    """,
    events="""
        SELECT referral_id AS who, record_hash('fire', referral_id) AS record,
               'fire_referral' AS kind, 'child' AS role, behaviour AS code,
               incident_dt AS happened_on, referral_dt AS recorded_on
        FROM fire
        UNION ALL
        SELECT referral_id, record_hash('fire', referral_id), 'fire_programme', 'child', 'completed', completed_dt,
               completed_dt
        FROM fire WHERE completed_dt IS NOT NULL
    """,
)
