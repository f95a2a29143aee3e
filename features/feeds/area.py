"""Small areas (LSOAs): names, the local authority, and how many 10-17 year olds live there. No person is in it."""

from features.agreements.agreement import Purpose
from features.events import PUBLISHED
from features.feeds.feed import Feed, text, whole

FEED = Feed(
    name="area",
    partner=PUBLISHED,
    agreement="OPEN-DATA",
    columns=(
        text("lsoa_code", required=True),
        text("lsoa_name"),
        text("local_authority", required=True),
        text("local_authority_code", required=True),
        text("rural_urban"),
        whole("population_10_17", 0, 100_000),
        whole("imd_decile", 1, 10, required=False),
    ),
    key=("lsoa_code",),
    delay_days=0,
    purpose=Purpose.AREA_CONTEXT,
)
