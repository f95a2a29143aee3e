"""Features made from other columns of the same table: ratios, changes against the person's own past, and age."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.definition import Age, AnyFeature, Change, Feature, Ratio, parts_of

DAYS_A_YEAR = 365.25


def complete(table: pa.Table, features: Sequence[AnyFeature]) -> pa.Table:
    """``table`` with the derived features added, its feature columns in the order of ``features`` (float32).

    ``table`` has person, as_of, age_years and the event features. Parts are computed before what is made from them.
    """
    columns: dict[str, NDArray[np.float32]] = {
        f.name: table[f.name].to_numpy() for f in features if isinstance(f, Feature)
    }
    for feature in features:
        if isinstance(feature, Age):
            columns[feature.name] = table["age_years"].to_numpy().astype(np.float32)
    waiting = [f for f in features if isinstance(f, Ratio | Change)]
    while waiting:
        ready = [f for f in waiting if all(part in columns for part in parts_of(f))]
        if not ready:
            raise ValueError(f"features made from each other in a circle: {', '.join(f.name for f in waiting)}")
        for feature in ready:
            columns[feature.name] = _derive(feature, columns)
        waiting = [f for f in waiting if f not in ready]
    arrays = [pa.array(columns[f.name]) for f in features]
    return pa.table([table["person"], table["as_of"], *arrays], names=["person", "as_of", *(f.name for f in features)])


def _derive(feature: Ratio | Change, columns: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    first, second = (columns[name].astype(np.float64) for name in parts_of(feature))
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(feature, Ratio):
            made = np.where(second == 0, np.nan, first / second)
        else:
            earlier_days = feature.whole_days - feature.recent_days
            made = (first / feature.recent_days - (second - first) / earlier_days) * DAYS_A_YEAR
    otherwise = np.nan if feature.when_missing is None else feature.when_missing
    return np.where(np.isnan(made), otherwise, made).astype(np.float32)
