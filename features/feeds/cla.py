"""Children in care: one row a placement (SSDA903 episodes). Starts and ends each reach us after the same delay."""

from features.events import NEEDS, SOCIAL_CARE
from features.feeds.cin import CHILD_COLUMNS
from features.feeds.feed import Feed, Numbering, code, day, sql_codes

PLACEMENTS: dict[str, str] = {
    **dict.fromkeys(("U1", "U2", "U3"), "kinship"),
    **dict.fromkeys(("U4", "U5", "U6"), "foster"),
    "K2": "residential",
    "K1": "secure",
    "P2": "independent",
    "Z1": "other",
}

FEED = Feed(
    name="cla",
    partner=SOCIAL_CARE,
    agreement="VRU-ISA-CARE",
    columns=(
        *CHILD_COLUMNS,
        day("decom"),
        code("cin", NEEDS, required=False),
        code("place", tuple(PLACEMENTS)),
        day("dec", required=False),
    ),
    key=("child_id", "decom"),
    delay_days=30,
    in_order=(("decom", "dec"),),
    numbering=Numbering.CARE,
    people="""
        SELECT child_id AS who, upn, forename, surname, dob, sex, ethnicity, la_code AS council, decom AS stated_on
        FROM cla
    """,
    events=f"""
        SELECT child_id AS who, record_hash('cla', child_id || ' ' || decom) AS record,
               'cla' AS kind, 'child' AS role,
               {sql_codes("place", PLACEMENTS)} AS code,
               decom AS happened_on, decom AS recorded_on, dec AS ended_on, dec AS end_recorded_on
        FROM cla
    """,
)
