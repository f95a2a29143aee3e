"""Features of the area a person was known to live in on the date: the same kernel, with areas in the place of people.

What is known of an area on a date is worked out once, however many people live there, and then looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from features.definition import Feature, HomeArea
from features.engines.reading import area_events_for
from features.homes import homes_on
from features.kernel import aggregate
from features.plan import make_plan
from features.warehouse import Warehouse


def is_of_area(feature: Feature) -> bool:
    """Whether a feature is of the home area rather than of people."""
    return isinstance(feature.of, HomeArea)


def with_area_features(warehouse: Warehouse, rows: pa.Table, features: Sequence[Feature]) -> pa.Table:
    """``rows`` (person, as_of, ...) in their order, with a float32 column for each of these features of areas.

    Missing (NaN) where no home was known on the date.
    """
    if not features:
        return rows
    homes = homes_on(warehouse, rows)
    places = pc.unique(homes["place"].drop_null()).sort()
    number = pc.index_in(homes["place"], places).cast(pa.int64())
    pairs = pa.table({"person": number, "as_of": homes["as_of"]})
    known = pairs.filter(pc.is_valid(number)).group_by(["person", "as_of"]).aggregate([])
    known = known.sort_by([("person", "ascending"), ("as_of", "ascending")])
    plan = make_plan(features, warehouse.event_classes())
    made = aggregate(area_events_for(warehouse, places.to_pylist(), plan), known, plan)
    numbered = pairs.append_column("row", pa.array(range(len(rows)), pa.int64()))
    found = numbered.join(made, ["person", "as_of"], join_type="left outer").sort_by("row")
    for feature in features:
        rows = rows.append_column(feature.name, found[feature.name].combine_chunks().fill_null(float("nan")))
    return rows
