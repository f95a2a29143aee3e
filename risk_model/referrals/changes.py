"""What changed since the list before: who is new, who was there already, and whose band moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from features.windows import days_back, days_since_epoch
from features.workspace import read_json
from risk_model.errors import BadInput
from risk_model.referrals.wording import day_in_words

INDEX = "lists.json"
SCORES = "scores.parquet"
LISTED = "listed.parquet"


@dataclass(frozen=True)
class Previous:
    """An earlier set of lists. ``bands``: everyone considered then; ``areas``: of everyone listed then."""

    as_of: date
    model_version: str
    bands: Mapping[int, str]
    areas: Mapping[int, str]


@dataclass(frozen=True)
class Turnover:
    """People on both lists of an area, only on this one, and only on the one before."""

    carried_on: int
    new: int
    gone: int


def read_previous(folder: Path | None, as_of: date) -> Previous | None:
    """The lists in a folder, or none if no folder is given.

    :raises BadInput: the folder does not hold lists, or lists that are not earlier than ``as_of``.
    """
    if folder is None:
        return None
    absent = [name for name in (INDEX, SCORES, LISTED) if not (folder / name).exists()]
    if absent:
        raise BadInput(f"previous lists in {folder}: no {', '.join(absent)}; name a folder that lists were written to")
    index = read_json(folder / INDEX)
    made_for = date.fromisoformat(index["as_of"])
    if days_back(days_since_epoch(made_for), days_since_epoch(as_of)) < 1:
        raise BadInput(f"previous lists: those of {made_for} are not earlier than {as_of}; name the folder before")
    scores, listed = pq.read_table(folder / SCORES), pq.read_table(folder / LISTED)
    return Previous(
        as_of=made_for,
        model_version=str(index["model_version"]),
        bands=dict(zip(scores["person"].to_pylist(), scores["band"].to_pylist(), strict=True)),
        areas=dict(zip(listed["person"].to_pylist(), listed["area"].to_pylist(), strict=True)),
    )


def what_changed(person: int, area: str, band: str, model_version: str, previous: Previous | None) -> str:
    """One sentence: new, or carried on from the list before, and whether the band moved."""
    if previous is None:
        return "No earlier list to compare with"
    day = day_in_words(previous.as_of)
    if person not in previous.bands:
        return f"New: not among those considered on {day}"
    moved = _moved(previous, band, model_version, previous.bands[person])
    if person not in previous.areas:
        return f"New on the list; considered on {day}{moved}"
    if previous.areas[person] != area:
        return f"Was on another team's list of {day}{moved}"
    return f"Was on the list of {day}{moved}"


def _moved(previous: Previous, band: str, model_version: str, before: str) -> str:
    if before == band:
        return ", same band"
    caution = "; the model changed in between" if previous.model_version != model_version else ""
    return f", band moved from “{before}” to “{band}”{caution}"


def turnover(persons: set[int], area: str, previous: Previous | None) -> Turnover | None:
    """How an area's list differs from the one before; none where there is no earlier list."""
    if previous is None:
        return None
    before = {person for person, where in previous.areas.items() if where == area}
    return Turnover(len(persons & before), len(persons - before), len(before - persons))
