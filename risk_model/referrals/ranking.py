"""Who is listed: the highest scores within each team's capacity, ties broken fairly, and a few places drawn at random.

Ties are broken by a seeded hash of the person and the date: independent of the order of rows and of identifiers, the
same for the same seed, different from list to list, and blind to everything about the person. The random places show
whom the model misses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from risk_model.errors import BadConfiguration, BadInput, all_faults

BY_SCORE = "highest in the team's area"
AT_RANDOM = "chosen at random"


@dataclass(frozen=True)
class Listing:
    """Everyone listed, in list order within each area.

    ``table``: person, as_of, area, place (1, 2, ... within the area, random places last), chosen (``BY_SCORE`` or
    ``AT_RANDOM``), and the score columns. ``unfilled``: places of each area for which there was nobody.
    """

    table: pa.Table
    unfilled: Mapping[str, int]

    @property
    def persons(self) -> tuple[int, ...]:
        """Everyone listed, in list order."""
        return tuple(self.table["person"].to_pylist())


def rank(
    scores: pa.Table,
    capacity: Mapping[str, int],
    seed: int,
    random_places: int,
    excluded: Collection[int] = (),
) -> Listing:
    """The list of each area in ``capacity``: its top places by raw score, then ``random_places`` from the rest.

    ``scores`` is one date's (:func:`risk_model.referrals.scoring.score`). People in ``excluded`` are never listed;
    their places pass to the next.

    :raises BadInput: somebody appears twice, or there are several dates.
    :raises BadConfiguration: an area has people but no capacity.
    """
    as_of = _check(scores, capacity)
    person, raw = scores["person"].to_numpy(), scores["raw_score"].to_numpy()
    area = np.asarray(scores["area"].to_pylist(), dtype=object)
    open_to = ~np.isin(person, np.fromiter(excluded, np.int64, len(excluded)))
    rows: list[int] = []
    chosen: list[str] = []
    places: list[int] = []
    unfilled = {}
    for code in sorted(capacity):
        here = np.flatnonzero((area == code) & open_to)
        top, drawn = _choose(here, person[here], raw[here], capacity[code], random_places, (seed, as_of))
        rows += [*top, *drawn]
        chosen += [BY_SCORE] * len(top) + [AT_RANDOM] * len(drawn)
        places += range(1, len(top) + len(drawn) + 1)
        unfilled[code] = capacity[code] - len(top)
    listed = scores.take(pa.array(rows, pa.int64()))
    listed = listed.append_column("place", pa.array(places, pa.int32()))
    return Listing(listed.append_column("chosen", pa.array(chosen, pa.string())), unfilled)


def draw(person: int, seed: int, as_of: date, purpose: Literal["tie", "random place"]) -> int:
    """A number from 0 to 2**64 - 1 that depends on the person, date, purpose and seed, and on nothing else."""
    key = hashlib.blake2b(f"{seed}|{as_of.isoformat()}|{purpose}".encode(), digest_size=32).digest()
    return int.from_bytes(hashlib.blake2b(person.to_bytes(8, "big"), key=key, digest_size=8).digest(), "big")


def _choose(
    rows: NDArray[np.intp], person: NDArray[np.int64], raw: NDArray[np.float64],
    capacity: int, random_places: int, drawn_from: tuple[int, date],
) -> tuple[list[int], list[int]]:  # fmt: skip
    """Positions of an area's top places, in order, and of its random places."""
    order = np.lexsort((person, _draws(person, *drawn_from, "tie"), -raw))
    top, rest = order[:capacity], order[capacity:]
    lots = _draws(person[rest], *drawn_from, "random place")
    drawn = rest[np.lexsort((person[rest], lots))][:random_places]
    return rows[top].tolist(), rows[drawn].tolist()


def _draws(
    person: NDArray[np.int64], seed: int, as_of: date, purpose: Literal["tie", "random place"]
) -> NDArray[np.uint64]:
    return np.fromiter((draw(one, seed, as_of, purpose) for one in person.tolist()), np.uint64, len(person))


def _check(scores: pa.Table, capacity: Mapping[str, int]) -> date:
    person = scores["person"].to_numpy()
    days = sorted(set(scores["as_of"].to_pylist()))
    faults = []
    if len(np.unique(person)) != len(person):
        faults.append(f"{len(person) - len(np.unique(person))} people appear more than once")
    if len(days) != 1:
        faults.append(f"a list is for one date, not {len(days)}")
    if scores["raw_score"].null_count or np.isnan(scores["raw_score"].to_numpy()).any():
        faults.append("some scores are missing")
    if faults:
        raise BadInput(all_faults("ranking, scores cannot be used:", faults))
    nowhere = sorted(set(scores["area"].to_pylist()) - set(capacity))
    if nowhere:
        raise BadConfiguration(f"[capacity] has no places for {', '.join(nowhere)}; add the team or leave its area out")
    return days[0]
