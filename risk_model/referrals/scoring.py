"""From a published model and a feature table to scores; and, for the few who are listed, what each feature added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.definition import AnyFeature
from risk_model.errors import BadConfiguration, BadInput, EmptyCohort, all_faults

SCORE_SCHEMA = pa.schema(
    [
        pa.field("person", pa.int64(), nullable=False),
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("area", pa.string(), nullable=False),
        pa.field("age_years", pa.int16(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("band", pa.string(), nullable=False),
        pa.field("raw_score", pa.float64(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),
        pa.field("missing_share", pa.float64(), nullable=False),
    ]
)
"""``rank`` counts from 1 within an as-of date and area, equal scores sharing a rank; ``missing_share`` is 0 to 1."""


NO_BAND = "Not in a band"
"""Below every band: on a list only at random, or where a team has more places than young people in the bands."""


class BandLike(Protocol):
    """A published band: what a calibrated probability means in words, with its interval."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def plain(self) -> str: ...  # noqa: D102
    @property
    def at_least(self) -> float: ...  # noqa: D102
    @property
    def rate(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


class Scorer(Protocol):
    """The part of a :class:`ScoringModel` that lists need."""

    @property
    def feature_names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def bands(self) -> Sequence[BandLike]: ...  # noqa: D102
    def raw_score(self, X: NDArray[np.float32]) -> NDArray[np.float64]: ...  # noqa: D102
    def probability(self, X: NDArray[np.float32]) -> NDArray[np.float64]: ...  # noqa: D102
    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]: ...  # noqa: D102


class Features(Protocol):
    """The part of a :class:`FeatureTable` that lists need: columns, their definitions and the definitions' digest."""

    @property
    def table(self) -> pa.Table: ...  # noqa: D102
    @property
    def features(self) -> tuple[AnyFeature, ...]: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Explained:
    """One person's feature values and what each added to the raw score (same units as the raw score)."""

    values: Mapping[str, float]
    contributions: Mapping[str, float]


def score(model: Scorer, features: Features, cohort: pa.Table, trained_on: str) -> pa.Table:
    """One row per cohort row (``SCORE_SCHEMA``), sorted by date, area and person whatever the order of the inputs.

    ``trained_on`` is the digest of the feature definitions in the model's manifest.

    :raises EmptyCohort: there is nobody to score.
    :raises BadInput: features differ from the model's in name, order or definition, or a cohort row has none.
    """
    if cohort.num_rows == 0:
        raise EmptyCohort("scoring: the cohort is empty; check the as-of date and the cohort's rules")
    check_features(model, features, trained_on)
    cohort = cohort.sort_by([("as_of", "ascending"), ("area", "ascending"), ("person", "ascending")])
    X = matrix(features.table, model.feature_names)[_rows_of(cohort, features.table)]
    raw, probability = model.raw_score(X), model.probability(X)
    _check_numbers(raw, probability)
    columns = {
        "person": cohort["person"],
        "as_of": cohort["as_of"],
        "area": cohort["area"],
        "age_years": cohort["age_years"],
        "probability": probability,
        "band": bands_of(probability, model.bands),
        "raw_score": raw,
        "rank": _ranks(_groups(cohort), raw),
        "missing_share": np.isnan(X).mean(axis=1).astype(np.float64),
    }
    return pa.table(columns, schema=SCORE_SCHEMA)


def check_features(model: Scorer, features: Features, trained_on: str) -> None:
    """Refuse a feature table that is not, name for name and definition for definition, what the model learned from.

    :raises BadInput: all differences together.
    """
    have = tuple(name for name in features.table.column_names if name not in ("person", "as_of"))
    faults = [f"{name}: the model needs it, the table lacks it" for name in model.feature_names if name not in have]
    faults += [f"{name}: the model never saw it" for name in have if name not in model.feature_names]
    if not faults and have != model.feature_names:
        place = next(
            n for n, (ours, theirs) in enumerate(zip(have, model.feature_names, strict=True)) if ours != theirs
        )
        faults.append(f"order: column {place + 1} is {have[place]}, the model's is {model.feature_names[place]}")
    if features.digest != trained_on:
        faults.append(f"definitions: the table's digest is {features.digest}, the model's {trained_on}")
    if faults:
        title = f"feature table and model differ, {len(faults)} fault(s); build the table from the model's catalogue:"
        raise BadInput(all_faults(title, faults))


def explain(model: Scorer, features: Features, listed: pa.Table) -> dict[int, Explained]:
    """Values and contributions of the people in ``listed`` (person, as_of) only: a list holds a few, the cohort many.

    :raises BadInput: one of them has no row, or more than one, in the feature table.
    """
    if listed.num_rows == 0:
        return {}
    rows = _positions(_keys(features.table), _keys(listed), "listed people")
    X = matrix(features.table.take(pa.array(rows)), model.feature_names)
    persons = listed["person"].to_pylist()
    added = model.contributions(X)
    names = model.feature_names
    return {
        person: Explained(dict(zip(names, values, strict=True)), dict(zip(names, parts, strict=True)))
        for person, values, parts in zip(persons, X.astype(np.float64).tolist(), added[:, :-1].tolist(), strict=True)
    }


def matrix(table: pa.Table, names: Sequence[str]) -> NDArray[np.float32]:
    """The columns as ``(rows, features)`` float32, missing as NaN."""
    X = np.empty((table.num_rows, len(names)), np.float32)
    for place, name in enumerate(names):
        X[:, place] = table[name].to_numpy()
    return X


def bands_of(probability: NDArray[np.float64], bands: Sequence[BandLike]) -> list[str]:
    """The name of each probability's band, ``NO_BAND`` below every band's edge.

    :raises BadConfiguration: there are no bands, or they are not ordered from the highest edge down.
    """
    edges = [band.at_least for band in bands]
    if not bands or edges != sorted(edges, reverse=True):
        raise BadConfiguration("bands: a model needs at least one, ordered from the highest edge down; fit it again")
    reached = np.asarray(probability)[:, None] >= np.asarray(edges)[None, :]
    place = np.where(reached.any(axis=1), reached.argmax(axis=1), len(bands))
    names = [*(band.name for band in bands), NO_BAND]
    return [names[n] for n in place]


def _rows_of(cohort: pa.Table, table: pa.Table) -> NDArray[np.intp]:
    """For each cohort row, the position of its features."""
    return _positions(_keys(table), _keys(cohort), "cohort rows")


def _keys(table: pa.Table) -> NDArray[Any]:
    keys = np.empty(table.num_rows, dtype=[("person", np.int64), ("as_of", np.int32)])
    keys["person"] = table["person"].to_numpy()
    keys["as_of"] = table["as_of"].cast(pa.int32()).to_numpy()
    return keys


def _positions(have: NDArray[Any], wanted: NDArray[Any], what: str) -> NDArray[np.intp]:
    order = np.argsort(have, kind="stable")
    ordered = have[order]
    if (ordered[1:] == ordered[:-1]).any():
        raise BadInput("feature table: a person and date appear more than once; build the table again")
    place = np.minimum(np.searchsorted(ordered, wanted), max(len(ordered) - 1, 0))
    absent = len(wanted) if not len(ordered) else int((ordered[place] != wanted).sum())
    if absent:
        raise BadInput(f"feature table: {absent} of {len(wanted)} {what} have no features; build it for this cohort")
    return order[place]


def _check_numbers(raw: NDArray[np.float64], probability: NDArray[np.float64]) -> None:
    bad = int((~np.isfinite(raw) | ~np.isfinite(probability) | (probability < 0) | (probability > 1)).sum())
    if bad:
        raise BadInput(f"scoring: {bad} of {len(raw)} scores are not numbers, or not probabilities; check the model")


def _groups(cohort: pa.Table) -> NDArray[np.int64]:
    """A number for each (as-of date, area) of a sorted cohort."""
    day, area = cohort["as_of"].cast(pa.int32()).to_numpy(), np.asarray(cohort["area"].to_pylist())
    starts = np.r_[False, (day[1:] != day[:-1]) | (area[1:] != area[:-1])]
    return np.cumsum(starts)


def _ranks(groups: NDArray[np.int64], raw: NDArray[np.float64]) -> NDArray[np.int32]:
    """1 for the highest score of a group; equal scores share the best of their ranks."""
    ranks = np.empty(len(raw), np.int32)
    for group in range(int(groups[-1]) + 1):
        rows = np.flatnonzero(groups == group)
        ranks[rows] = 1 + np.searchsorted(np.sort(-raw[rows]), -raw[rows])
    return ranks
