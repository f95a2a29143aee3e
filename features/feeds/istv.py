"""Assault injuries seen in hospital emergency departments (Information Sharing to Tackle Violence).

Anonymised by the hospitals: an attendance says where and how, and is about a place, never about a child.
"""

from features.agreements.agreement import Purpose
from features.events import HOSPITALS
from features.feeds.feed import Feed, code, moment, text

FEED = Feed(
    name="istv",
    partner=HOSPITALS,
    agreement="VRU-ISA-ISTV",
    columns=(
        text("attendance_id", required=True),
        moment("arrival_dt"),
        moment("assault_dt", required=False),
        text("lsoa"),
        code("location_type", ("street", "licensed_premises", "home", "school", "transport", "other")),
        code("method", ("body", "sharp", "blunt", "glass", "firearm", "other")),
    ),
    key=("attendance_id",),
    delay_days=30,
    purpose=Purpose.AREA_CONTEXT,
    in_order=(("assault_dt", "arrival_dt"),),
    area_events="""
        SELECT lsoa AS place, record_hash('istv', attendance_id) AS record, 'assault_injury' AS kind,
               'injured' AS role, CASE method WHEN 'sharp' THEN 'sharp' ELSE 'other' END AS code,
               coalesce(assault_dt, arrival_dt)::DATE AS happened_on, arrival_dt::DATE AS recorded_on
        FROM istv WHERE location_type <> 'home' AND lsoa IN (SELECT lsoa_code FROM area)
    """,
)
