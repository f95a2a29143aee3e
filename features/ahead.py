"""What would the features be later, if nothing new were recorded? Only time passes: records grow older, none is added.

For whoever wants to know what can still change for somebody: the past cannot, and how long ago it lies can. What comes
in all the time, such as attendance at school, a placement or a home, stays as it is; so do age, the area, and all that
is on record about others, which are not the young person's to change.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from features import derived
from features.build import FeatureTable
from features.definition import AnyFeature, Feature
from features.engines.reading import events_for, rows_for
from features.errors import BadInput
from features.kernel import aggregate
from features.plan import make_plan
from features.warehouse import Warehouse
from features.windows import days_after, sql_visible

HAPPENINGS = frozenset({
    "occurrence", "domestic_occurrence", "weapon_occurrence", "outcome", "stop_search", "custody", "missing", "asb",
    "da_incident", "suspension", "exclusion", "ppn", "encompass_notice", "court_hearing", "court_plea", "fire_referral",
    "assault_injury",
})  # fmt: skip
"""Kinds of record that are made because something happened; nothing new of them is what quiet means."""


def falls_quiet(feature: AnyFeature) -> bool:
    """Whether a feature counts only what happened to, or was recorded of, the young person themselves."""
    return isinstance(feature, Feature) and feature.of is None and HAPPENINGS.issuperset(feature.events.kinds)


def with_nothing_new(warehouse: Warehouse, now: FeatureTable, rows: pa.Table, days: int) -> FeatureTable:
    """The features of ``rows`` (person, as_of, age_years; of one date) so many days later, had nothing new happened.

    ``now`` holds the features of all of them on their date. What became known after it is not looked at, and what was
    withdrawn after it still counts. The rows keep their as-of date.

    :raises BadInput: the rows are of several dates, or ``now`` lacks one of them.
    """
    dates = rows["as_of"].unique().to_pylist()
    if len(dates) != 1:
        raise BadInput(f"looking ahead: pass the rows of one date, not of {len(dates)}")
    ordered = rows.select(["person", "as_of", "age_years"]).sort_by("person")
    quiet = [feature for feature in now.features if isinstance(feature, Feature) and falls_quiet(feature)]
    table = _held(now, ordered)
    if quiet:
        later = pa.array([days_after(dates[0], days)] * len(ordered), pa.date32())
        plan = make_plan(quiet, warehouse.event_classes())
        known = _known_today(warehouse, events_for(warehouse, ordered["person"], plan), dates[0])
        made = aggregate(known, rows_for(warehouse, ordered.set_column(1, "as_of", later), plan), plan)
        for feature in quiet:
            table = table.set_column(table.column_names.index(feature.name), feature.name, made[feature.name])
    return FeatureTable(derived.complete(table, now.features), now.features, now.digest)


def _known_today(warehouse: Warehouse, events: pa.Table, as_of: date) -> pa.Table:
    """The events known on the date, in their order, as if nothing were ever withdrawn of them."""
    return warehouse.sql(
        f"""SELECT * EXCLUDE (nth) REPLACE (NULL::DATE AS withdrawn_on) FROM found e
            WHERE {sql_visible("$as_of::DATE")} ORDER BY nth""",
        {"as_of": as_of},
        found=events.append_column("nth", pa.array(range(len(events)), pa.int64())),
    )


def _held(now: FeatureTable, ordered: pa.Table) -> pa.Table:
    """Everything as it is today, a row for each of ``ordered`` and in its order."""
    own = now.table.filter(pc.field("as_of") == ordered["as_of"][0])
    place = pc.index_in(ordered["person"], own["person"])
    if place.null_count:
        raise BadInput(f"looking ahead: {place.null_count} of {len(ordered)} people have no features on their date")
    taken = own.take(place.combine_chunks())
    return taken if "age_years" in taken.column_names else taken.append_column("age_years", ordered["age_years"])
