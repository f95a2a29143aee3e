"""The synthetic world's calendar: months, terms, census days, and how the pandemic bent what was recorded.

Days are whole days since 1970-01-01; minutes are whole minutes since 1970-01-01 (UTC); months count from January 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from features.synthetic.defects import USUAL, Defects
from features.windows import days_since_epoch

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

FIRST_YEAR, LAST_YEAR = 2016, 2025
FIRST_DAY = days_since_epoch(date(FIRST_YEAR, 1, 1))
CUT = days_since_epoch(date(2026, 1, 1))
"""The first day the extracts do not cover: nothing recorded on or after it is in a file."""
MONTHS = (LAST_YEAR + 1 - FIRST_YEAR) * 12
YEARS = MONTHS // 12
MONTH_STARTS: Ints = np.arange("2016-01", "2026-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
"""First day of each month, and the cut (121 days)."""
MINUTES_A_DAY = 1440
YEAR = 365.25

_LOCKDOWN = {50: 0.5, 51: 1.0, 52: 0.9, 53: 0.6, 58: 0.5, 60: 0.9, 61: 0.8, 62: 0.5}
"""How far each month was a lockdown (March to June 2020, November 2020, January to March 2021)."""
_LOCKDOWN_EFFECT = {
    "offence": -0.40, "victim": -0.50, "asb": 0.45, "asb_victim": 0.30, "missing": -0.45, "domestic": 0.15,
    "search": -0.10, "suspension": -2.8, "need": -0.25, "care": -0.20,
}  # fmt: skip
_TREND = {
    "offence": (2.00, 1.55, 1.45, 1.30, 1.15, 1.05, 1.00, 1.00, 1.00, 1.00),
    "victim": (1.15, 1.00, 1.00, 1.00, 1.05, 1.05, 1.00, 1.00, 1.00, 1.00),
    "suspension": (0.45, 0.50, 0.58, 0.62, 0.70, 0.80, 0.98, 1.06, 1.12, 1.10),
    "asb": (1.30, 1.15, 1.10, 1.05, 1.10, 1.05, 1.00, 0.98, 0.96, 0.95),
}  # fmt: skip
_SEASON = {
    "asb": (0.85, 0.90, 1.0, 1.1, 1.1, 1.1, 1.1, 1.1, 1.0, 1.25, 1.15, 0.75),
    "suspension": (1.1, 1.0, 1.3, 0.9, 1.3, 1.3, 0.7, 0.0, 0.9, 1.2, 1.5, 0.8),
    "missing": (0.9, 0.9, 1.0, 1.05, 1.1, 1.15, 1.1, 1.05, 1.0, 1.0, 0.95, 0.8),
}


def month_factors(process: str) -> Floats:
    """What multiplies a process's rate in each of the 120 months: season, slow trend and lockdown (float32)."""
    lockdown = np.array([_LOCKDOWN.get(month, 0.0) for month in range(MONTHS)])
    trend = np.repeat(np.array(_TREND.get(process, (1.0,) * YEARS)), 12)
    season = np.tile(np.array(_SEASON.get(process, (1.0,) * 12)), YEARS)
    return (np.exp(_LOCKDOWN_EFFECT.get(process, 0.0) * lockdown) * trend * season).astype(np.float32)


@dataclass(frozen=True)
class Term:
    """A school term: its name (``2023-autumn``), first and last day, half-day sessions, and the month it ends in."""

    name: str
    first: int
    last: int
    sessions: int
    month: int
    school_year: int


def _terms() -> tuple[Term, ...]:
    shape = (("spring", (1, 6), (3, 31), 118), ("summer", (4, 17), (7, 20), 124), ("autumn", (9, 4), (12, 19), 142))
    found = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for season, (m1, d1), (m2, d2), sessions in shape:
            if (year, season) == (2020, "summer"):
                continue  # attendance was not collected while schools were closed
            first, last = days_since_epoch(date(year, m1, d1)), days_since_epoch(date(year, m2, d2))
            started = year if season == "autumn" else year - 1
            found.append(Term(f"{year}-{season}", first, last, sessions, (year - FIRST_YEAR) * 12 + m2 - 1, started))
    return tuple(found)


TERMS = _terms()
CENSUS_DAYS: Ints = np.array(
    [
        days_since_epoch(date(year, m, d))
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for m, d in ((1, 16), (5, 21), (10, 1))
    ],
    dtype=np.int64,
)
"""School census days; a change shows on the first census day on or after it."""


def birthday(born: Ints, age_years: float) -> Ints:
    """The day of the birthday, to the day or so (365.25 days a year)."""
    return (born + np.ceil(age_years * YEAR)).astype(np.int64)


def born_for_school_year(year_starting: int, age_on_first_of_september: int) -> int:
    """The latest birthday of a pupil who is at least that old on 1 September."""
    return days_since_epoch(date(year_starting - age_on_first_of_september, 9, 1))


def month_of(day: Ints) -> Ints:
    """The month number of each day; before 2016 negative only by clipping to -1, after the cut 120."""
    return np.searchsorted(MONTH_STARTS, day, side="right") - 1


@cache
def _school_days(month: int) -> Ints:
    """Weekdays in term in a month; other weekdays where there are none (schools closed)."""
    days = np.arange(MONTH_STARTS[month], MONTH_STARTS[month + 1])
    in_term = np.any([(days >= term.first) & (days <= term.last) for term in TERMS], axis=0)
    weekday = (days + 3) % 7 < 5
    return days[in_term & weekday] if (in_term & weekday).any() else days[weekday]


def days_into(month: int, share: NDArray[np.float64], at_school: bool = False) -> Ints:
    """The days those shares (0 to 1) of a month bring one to; of its school days, for what only happens there."""
    days = _school_days(month) if at_school else np.arange(MONTH_STARTS[month], MONTH_STARTS[month + 1])
    return days[(share * len(days)).astype(np.int64)]


def on_school_days(month: int, day: Ints) -> Ints:
    """The last school day of the month on or before each day."""
    days = _school_days(month)
    return days[np.maximum(np.searchsorted(days, day, side="right") - 1, 0)]


_HOUR_WEIGHTS = np.array(
    [3, 2, 1.5, 1, 0.5, 0.5, 1, 2, 4, 4, 4, 5, 6, 5, 6, 9, 9, 8, 8, 8, 8, 7, 6, 4.5], dtype=np.float64
)


def moments(rng: np.random.Generator, day: Ints, defects: Defects = USUAL, times: float = 1.0) -> Ints:
    """Minutes since 1970 on those days: mostly after school and evenings, a share left at midnight as systems do, which
    is ``times`` the usual one."""
    hour = rng.choice(24, len(day), p=_HOUR_WEIGHTS / _HOUR_WEIGHTS.sum())
    minute = hour * 60 + rng.integers(0, 60, len(day))
    minute[rng.random(len(day)) < defects.midnight * times] = 0
    return day * MINUTES_A_DAY + minute


def recording_delay(rng: np.random.Generator, count: int, defects: Defects = USUAL, times: float = 1.0) -> Ints:
    """Minutes from happening to being recorded: mostly within 3 days, a tail of weeks, a few of months, which is
    ``times`` as long as the usual one."""
    delay = rng.exponential(0.6, count)
    tail = rng.random(count) < defects.recorded_late * times
    delay[tail] = np.minimum(rng.lognormal(2.6, 1.0, int(tail.sum())), 300.0)
    return (np.minimum(delay, 300.0) * MINUTES_A_DAY).astype(np.int64) + 5
