"""Published figures the synthetic world is set by, each with its source. None of them is about a person.

First-time entrants per 100,000 aged 10-17 by year: Local Authority Interactive Tool (DfE, from the tables of the Youth
Justice Board), Open Government Licence v3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR = 2016
_ENTRANTS: dict[str, tuple[int | None, ...]] = {
    "E08000037": (328, 422, 349, 243, 128, 127, 149, 126, 135),
    "E08000021": (582, 514, 610, 322, 167, 172, 137, 184, 230),
    "E08000022": (322, 434, 334, 185, None, 127, 99, 140, 112),
    "E06000057": (304, 357, 329, 334, 67, 87, 98, 147, 201),
    "E08000023": (782, 450, 410, 679, 170, None, 143, 102, 151),
    "E08000024": (416, 366, 297, 375, 135, 101, 138, 146, 161),
}
"""2016 to 2024; two values were not published."""
GOES_ON = 1.20
"""What was rising goes on rising: the year after the last published one, over that one. A setting, not a figure."""
ELSEWHERE = (417, 368, 334, 274, 144, 138, 156, 168, 181)
"""The North East, for areas of any other authority."""


@dataclass(frozen=True)
class Entrants:
    """One authority's series: ``rates`` per 100,000 and year from 2016; ``published`` says which were."""

    rates: NDArray[np.float64]
    published: NDArray[np.bool_]


def entrants(authority: str, years: int) -> Entrants:
    """The series for some years; what was not published lies between its neighbours, or goes on from the last.

    >>> entrants("E08000023", 10).rates.round().tolist()[4:]
    [170.0, 156.0, 143.0, 102.0, 151.0, 181.0]
    """
    known = np.array([np.nan if rate is None else rate for rate in _ENTRANTS.get(authority, ELSEWHERE)])
    given = np.flatnonzero(~np.isnan(known))
    rates = np.exp(np.interp(np.arange(years), given, np.log(known[given])))
    rates[given[-1] + 1 :] *= GOES_ON
    published = np.isin(np.arange(years), given) & (authority in _ENTRANTS)
    return Entrants(rates, published)
