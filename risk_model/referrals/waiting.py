"""What would have to change? The past cannot, and how long ago it lies can: what time with nothing new would do.

Whoever is listed is scored again as if time had passed and nothing new had been recorded; age, home, school and all
that is on record about others stay as they are. It says how a score is worked out, and neither what will happen nor
what would help.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from risk_model.referrals.ranking import BY_SCORE
from risk_model.referrals.scoring import Features, Scorer, matrix

PERIODS: Mapping[int, str] = {91: "3 months", 182: "6 months", 365: "a year"}
"""How many days ahead is looked, shortest first, and how that is said."""
HEADING = "If nothing new is recorded"
ENOUGH = "After {period} with nothing new on record, the records would no longer place them on today's list."
NOT_ENOUGH = (
    "Even after a year with nothing new on record, the records would still place them on today's list: much rests on "
    "what stays on record, or on other things."
)
CAVEAT = (
    "It says what time alone would do to the order. It is not a target for the young person, and says nothing of "
    "what would help."
)
LookAhead = Callable[[pa.Table, int], Features]
"""The features of rows (person, as_of, age_years) so many days later, had nothing new been recorded."""


def after_waiting(model: Scorer, listed: pa.Table, ahead: LookAhead) -> dict[int, str]:
    """For each person listed by score, a sentence on what time alone would do; none for those drawn at random.

    The line to fall below is the lowest score on the team's list today. The period named is the first from which the
    score stays below it.
    """
    own = listed.filter(pc.equal(listed["chosen"], BY_SCORE))
    if not len(own):
        return {}
    area, raw = np.asarray(own["area"].to_pylist()), own["raw_score"].to_numpy()
    line = {code: float(raw[area == code].min()) for code in np.unique(area).tolist()}
    below = np.column_stack([
        _scores(model, ahead(own, days), own) < [line[code] for code in area.tolist()] for days in PERIODS
    ])  # fmt: skip
    lasting = np.logical_and.accumulate(below[:, ::-1], axis=1)[:, ::-1]
    return {person: _sentence(stays.tolist()) for person, stays in zip(own["person"].to_pylist(), lasting, strict=True)}


def _scores(model: Scorer, later: Features, own: pa.Table) -> np.ndarray:
    """The scores of later features, in the order of ``own``."""
    place = pc.index_in(own["person"], later.table["person"])
    return model.raw_score(matrix(later.table.take(place.combine_chunks()), model.feature_names))


def _sentence(stays: list[bool]) -> str:
    period = next((said for said, is_below in zip(PERIODS.values(), stays, strict=True) if is_below), None)
    return NOT_ENOUGH if period is None else ENOUGH.format(period=period)
