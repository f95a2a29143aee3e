"""A digest of what was known of each kind of record on a date: equal digests, equal feature values.

At load the warehouse keeps, for every kind and day, by how much the sum of its rows' hashes changed: a row adds its
hash once it is known and has happened, and takes it away once it is withdrawn. So what was known on a date, of any
kind, is one sum; what arrives later, is corrected or withdrawn later leaves the digests of earlier dates as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from features.definition import Around, Feature, HomeArea
from features.warehouse import Warehouse
from features.where import as_tuple
from features.windows import sql_before
from features.workspace import digest, digest_file

BIRTHS = "person/birth_month"
Known = Mapping[str, str]
"""The digest of every part (``event/occurrence``, ``relation/sibling``, ...) on one date; without rows it is absent."""


def depends_on(feature: Feature) -> tuple[str, ...]:
    """The parts of the data that a feature's values rest on.

    >>> from features.catalogue import CATALOGUE
    >>> depends_on(next(one for one in CATALOGUE if one.name == "suspect_records_last_365_days"))
    ('event/occurrence',)
    """
    births = (BIRTHS,) if feature.window.since_age is not None else ()
    if isinstance(feature.of, HomeArea):
        return (*(f"area_event/{kind}" for kind in feature.events.kinds), "event/residence")
    related = as_tuple(feature.of.relation) if isinstance(feature.of, Around) else ()
    return (*(f"event/{kind}" for kind in feature.events.kinds), *(f"relation/{kind}" for kind in related), *births)


def known_on(warehouse: Warehouse, dates: Sequence[date]) -> dict[date, Known]:
    """What was known on each date, by part."""
    found = warehouse.sql(
        f"""SELECT part, as_of, sum(change::HUGEINT)::VARCHAR AS known
            FROM content, (SELECT unnest($dates::DATE[]) AS as_of) WHERE {sql_before("day", "as_of")} GROUP BY ALL""",
        {"dates": list(dates)},
    )
    return _by_date(found)


def known_through(warehouse: Warehouse, last: date) -> Known:
    """What was known on every date up to ``last``, by part: for tables with a date a person."""
    found = warehouse.sql(
        f"""SELECT part, $last::DATE AS as_of, md5(string_agg(day || change, ' ' ORDER BY day)) AS known
            FROM content WHERE {sql_before("day", "$last::DATE")} GROUP BY part""",
        {"last": last},
    )
    return _by_date(found).get(last, {})


def _by_date(found: pa.Table) -> dict[date, Known]:
    made: dict[date, dict[str, str]] = {}
    for row in found.to_pylist():
        made.setdefault(row["as_of"], {})[row["part"]] = row["known"]
    return dict(made)


def column_key(feature: Feature, computation: object, code: str, known: Known) -> str:
    """What a column of one date rests on: its definition, the code, and what was known of its parts."""
    return digest([computation, code, [known.get(part, "") for part in depends_on(feature)]])


def code_of(*modules: object) -> str:
    """A digest of modules' source code."""
    return digest([digest_file(Path(str(getattr(module, "__file__", "")))) for module in modules])
