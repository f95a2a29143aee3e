"""How much each day changed what was known, by kind of record: what ``features.known`` sums."""

from __future__ import annotations

from features.windows import sql_both_known, sql_known_from

ROWS = {
    "new_event": "person, kind, role, code, happened_on, ended_on, available_on, value, gravity, place, source, record",
    "new_relation": "person, other, kind, happened_on, ended_on, available_on, source",
    "new_area_event": "kind, role, code, happened_on, ended_on, available_on, value, gravity, place, source, record",
}
"""All that a feature can see of a row: everything but the day it is withdrawn, which only ends it."""


def content_sql() -> str:
    """A query giving ``part``, ``day`` and ``change`` (a whole number, as text) for the tables being loaded."""
    rows = " UNION ALL ".join(
        f"SELECT '{table.removeprefix('new_')}/' || kind AS part, {sql_known_from('e')} AS since, "
        f"withdrawn_on AS until, hash({columns})::HUGEINT AS change FROM {table} e"
        for table, columns in ROWS.items()
    )
    return f"""
        WITH row AS ({rows}), ever AS (SELECT * FROM row WHERE until IS NULL OR {sql_both_known("since", "until")})
        SELECT part, day, sum(change)::VARCHAR AS change FROM (
            SELECT part, since AS day, change FROM ever
            UNION ALL SELECT part, until, -change FROM ever WHERE until IS NOT NULL
            UNION ALL SELECT 'person/birth_month', DATE '0001-01-01', hash(person, birth_month)::HUGEINT FROM new_person
        ) GROUP BY ALL ORDER BY ALL"""
