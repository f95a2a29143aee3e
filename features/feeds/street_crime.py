"""Published street crime: how many crimes of a kind were recorded in a small area in a month. No person is in it.

Made from the public monthly download as it is (``features.street_crime``), if a delivery has it. Published places are
moved to a point nearby for privacy, so a count is of the area more or less, and says nothing of any home or child.
"""

from features.agreements.agreement import Purpose
from features.events import PUBLISHED, STREET_CRIMES
from features.feeds.feed import Feed, code, day, text, whole

FEED = Feed(
    name="street_crime",
    partner=PUBLISHED,
    agreement="OPEN-DATA",
    columns=(
        day("month"),
        text("lsoa", required=True),
        code("category", STREET_CRIMES),
        whole("crimes", 1, 100_000),
    ),
    key=("month", "lsoa", "category"),
    delay_days=62,
    fresh_days=62,
    purpose=Purpose.AREA_CONTEXT,
    optional=True,
    area_events="""
        SELECT lsoa AS place, record_hash('street_crime', concat_ws(' ', month, lsoa, category)) AS record,
               'street_crime' AS kind, 'recorded' AS role, category AS code, month AS happened_on,
               (month + INTERVAL 1 MONTH)::DATE AS recorded_on, crimes::DOUBLE AS value
        FROM street_crime WHERE lsoa IN (SELECT lsoa_code FROM area)
    """,
)
