"""Stops and searches. They depend on whom police choose to stop, so default features never count them."""

from features.events import POLICE
from features.feeds.feed import Feed, Numbering, Reference, code, flag, moment, text

FEED = Feed(
    name="stop_search",
    partner=POLICE,
    agreement="VRU-ISA-POLICE",
    columns=(
        text("search_id", required=True),
        text("nominal_id", required=True),
        moment("search_dt"),
        code("object", ("drugs", "weapons", "stolen_property", "other")),
        text("outcome"),
        flag("outcome_linked", required=False),
    ),
    key=("search_id",),
    delay_days=7,
    references=(Reference("nominal_id", "police_nominal", "nominal_id"),),
    numbering=Numbering.POLICE,
    events="""
        SELECT nominal_id AS who, record_hash('stop_search', search_id) AS record,
               'stop_search' AS kind, 'subject' AS role, object AS code,
               search_dt::DATE AS happened_on, search_dt::DATE AS recorded_on
        FROM stop_search
    """,
)
