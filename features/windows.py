"""The only file that compares dates. Everything else asks these functions, in Python, compiled code or SQL.

Dates are whole days since 1970-01-01 (UTC) wherever they are integers. Two rules, used everywhere:

* **Visibility**: an event is known on a date when ``available_on < as_of`` and it has not been withdrawn by then.
* **Windows** are half-open on ``happened_on``: features look at ``[as_of - n, as_of)``, outcomes at
  ``[as_of, as_of + horizon)``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
MOMENTS = pd.ArrowDtype(pa.timestamp("us"))
NEVER = 2**31 - 1
"""``withdrawn_on`` of an event nobody has withdrawn, and the edge of an all-time window (days)."""
FOREVER = "DATE '9999-12-31'"
"""A day after every other, in SQL."""
MIDDLE_OF_MONTH = 15
"""Stands for the day of birth, of which only the month is held."""


def is_visible(available_on: int, withdrawn_on: int, as_of: int) -> bool:
    """Whether an event was known on ``as_of`` (days since 1970).

    >>> is_visible(available_on=9, withdrawn_on=NEVER, as_of=10), is_visible(10, NEVER, 10), is_visible(5, 9, 10)
    (True, False, False)
    """
    return available_on < as_of <= withdrawn_on


def had_a_past(known_on: int, linked_on: int) -> bool:
    """Whether something known since ``known_on`` had been seen as it was before a link came to be known.

    >>> had_a_past(known_on=9, linked_on=10), had_a_past(10, 10)
    (True, False)
    """
    return known_on < linked_on


def days_back(happened_on: int, as_of: int) -> int:
    """Days from the event to the as-of date; 1 is the day before, 0 and less lie in the future.

    >>> days_back(happened_on=9, as_of=10)
    1
    """
    return as_of - happened_on


def in_look_back(days_ago: int, window_days: int) -> bool:
    """Whether ``days_ago`` lies in ``[as_of - window_days, as_of)``.

    >>> [in_look_back(d, 30) for d in (0, 1, 30, 31)]
    [False, True, True, False]
    """
    return 0 < days_ago <= window_days


def overlap_days(started_on: int, ended_on: int, as_of: int, window_days: int) -> int:
    """Days of the spell ``[started_on, ended_on)`` inside ``[as_of - window_days, as_of)``; an open spell ends NEVER.

    >>> overlap_days(started_on=90, ended_on=NEVER, as_of=100, window_days=5), overlap_days(90, 97, 100, 5)
    (5, 2)
    """
    last = min(ended_on, as_of)
    first = max(started_on, as_of - window_days)
    return max(last - first, 0)


@dataclass(frozen=True)
class LookBack:
    """A feature window ``[as_of - days, as_of)`` on ``happened_on``; ``days=None`` is all time.

    With ``since_age`` it is ``[that birthday, as_of)``, the 15th standing for the day of birth: nothing before counts.
    """

    days: int | None = None
    since_age: int | None = None

    def __post_init__(self) -> None:
        if self.days is not None and self.days < 1:
            raise ValueError(f"a look-back covers at least 1 day, not {self.days}")
        if self.since_age is not None and (self.days is not None or self.since_age < 0):
            raise ValueError("a look-back since an age has no length in days, and the age is 0 or more")

    @property
    def edge(self) -> int:
        """The window's length in days, ``NEVER`` for all time and since an age."""
        return NEVER if self.days is None else self.days

    @property
    def is_everything(self) -> bool:
        """Whether it covers all time."""
        return self.days is None and self.since_age is None

    @property
    def plain(self) -> str:
        """The window in plain words.

        >>> LookBack(365).plain, LookBack(30).plain, LookBack().plain, LookBack(since_age=10).plain
        ('in the past year', 'in the past 30 days', 'at any time on record', 'since the age of 10')
        """
        if self.since_age is not None:
            return f"since the age of {self.since_age}"
        named = {
            None: "at any time on record",
            91: "in the past 3 months",
            182: "in the past 6 months",
            365: "in the past year",
            730: "in the past 2 years",
            1095: "in the past 3 years",
        }
        return named.get(self.days, f"in the past {self.days} days")


@dataclass(frozen=True)
class LookAhead:
    """An outcome window ``[as_of, as_of + days)`` on ``happened_on``.

    ``maturity_days`` is how long after the window we wait for late records before a label counts as known.
    """

    days: int
    maturity_days: int = 0

    def __post_init__(self) -> None:
        if self.days < 1 or self.maturity_days < 0:
            raise ValueError("an outcome window covers at least 1 day and waits 0 days or more")

    def known_by(self, as_of: date) -> date:
        """The first date on which the label of ``as_of`` is known.

        >>> LookAhead(365, maturity_days=90).known_by(date(2023, 1, 1))
        datetime.date(2024, 3, 31)
        """
        return as_of + timedelta(days=self.days + self.maturity_days)

    def is_known(self, as_of: date, known_on: date) -> bool:
        """Whether the label of ``as_of`` is known on ``known_on``.

        >>> [LookAhead(365, 90).is_known(date(2023, 1, 1), day) for day in (date(2024, 3, 30), date(2024, 3, 31))]
        [False, True]
        """
        return self.known_by(as_of) <= known_on

    def touches(self, as_of: date, first: date, before: date) -> bool:
        """Whether the as-of date lies in ``[first, before)``, or its outcome window reaches into it.

        >>> [LookAhead(30).touches(day, date(2020, 3, 23), date(2020, 7, 1)) for day in (
        ...     date(2020, 2, 22), date(2020, 2, 23), date(2020, 6, 30), date(2020, 7, 1))]
        [False, True, True, False]
        """
        return as_of < before and as_of + timedelta(days=self.days) > first

    def latest_as_of(self, known_on: date) -> date:
        """The last as-of date whose label is known on ``known_on``; the inverse of :meth:`known_by`."""
        return known_on - timedelta(days=self.days + self.maturity_days)


def regular_dates(first: date, latest: date, every_months: int) -> list[date]:
    """``first`` and every ``every_months`` months after it, up to and including ``latest``.

    >>> [str(day) for day in regular_dates(date(2021, 1, 1), date(2021, 7, 1), 3)]
    ['2021-01-01', '2021-04-01', '2021-07-01']
    """
    made, months = [], 0
    while (day := _months_after(first, months)) <= latest:
        made.append(day)
        months += every_months
    return made


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def sql_visible(as_of: str, alias: str = "e") -> str:
    """The visibility rule as SQL over an event table; ``as_of`` is an SQL expression."""
    return f"({alias}.available_on < {as_of} AND ({alias}.withdrawn_on IS NULL OR {as_of} <= {alias}.withdrawn_on))"


def sql_known_from(alias: str) -> str:
    """The day after which a row may count on a date, as SQL: it is available and has happened."""
    return f"greatest({alias}.available_on, {alias}.happened_on)"


def sql_before(day: str, as_of: str) -> str:
    """Whether a day lies before a date, as SQL."""
    return f"({day} < {as_of})"


def sql_lent_from(relation: str, event: str) -> str:
    """The day after which an event of somebody related may count, as SQL: both are known and the relation has begun."""
    return f"greatest({relation}.available_on, {relation}.happened_on, {event}.available_on)"


def sql_lent_until(relation: str, event: str, only_while: bool) -> str:
    """The last date on which it counts, as SQL: either is withdrawn, or the relation (``only_while``) has ended."""
    ends = f", coalesce({relation}.ended_on, {FOREVER}) - 1" if only_while else ""
    withdrawn = ", ".join(f"coalesce({alias}.withdrawn_on, {FOREVER})" for alias in (relation, event))
    return f"least({withdrawn}{ends})"


def sql_while_related(relation: str, event: str) -> str:
    """Whether an event happened while the relation held, as SQL."""
    happened = f"{event}.happened_on"
    return f"({relation}.happened_on <= {happened} AND {happened} < coalesce({relation}.ended_on, {FOREVER}))"


def sql_both_known(available: str, withdrawn: str) -> str:
    """Whether there is any date on which something available and withdrawn on these days was known, as SQL."""
    return f"({available} < {withdrawn})"


def sql_in_look_back(as_of: str, window: LookBack, alias: str = "e") -> str:
    """``happened_on`` in ``[as_of - n, as_of)`` as SQL."""
    past = f"{alias}.happened_on < {as_of}"
    return past if window.days is None else f"({past} AND {alias}.happened_on >= {as_of} - {window.days})"


def sql_in_look_ahead(as_of: str, window: LookAhead, alias: str = "e") -> str:
    """``happened_on`` in ``[as_of, as_of + n)`` as SQL."""
    return f"({alias}.happened_on >= {as_of} AND {alias}.happened_on < {as_of} + {window.days})"


def sql_surely_aged(birth_month: str, as_of: str, youngest: int, oldest: int) -> str:
    """Certainly aged ``youngest`` to ``oldest`` on the date, when only the month of birth is known, as SQL.

    A child born some time in May 2010 is certainly 10 from 1 June 2020 and certainly not yet 18 before 1 May 2028.
    """
    return (
        f"({as_of} >= {birth_month} + INTERVAL '{youngest} years 1 month' "
        f"AND {as_of} < {birth_month} + INTERVAL '{oldest + 1} years')"
    )


def age_in_years(birth_month: date, as_of: date) -> int:
    """Completed years of somebody born in the middle of ``birth_month`` (first of the month).

    >>> age_in_years(date(2010, 5, 1), date(2025, 5, 1)), age_in_years(date(2010, 5, 1), date(2025, 6, 1))
    (14, 15)
    """
    months = (as_of.year - birth_month.year) * 12 + as_of.month - birth_month.month
    return (months - (as_of.day < MIDDLE_OF_MONTH)) // 12


def sql_age_in_years(birth_month: str, as_of: str) -> str:
    """:func:`age_in_years` as SQL."""
    months = f"datediff('month', {birth_month}, {as_of})"
    return f"(({months} - CASE WHEN day({as_of}) < {MIDDLE_OF_MONTH} THEN 1 ELSE 0 END) // 12)"


def birthdays(birth_month: NDArray[np.datetime64], age: int) -> NDArray[np.int64]:
    """The day (since 1970) on which people born in these months reach ``age``, as :func:`age_in_years` has it.

    ``NEVER`` where the month of birth is not known: nothing can be said to have happened since.

    >>> [day_from_epoch(int(day)) for day in birthdays(np.array(["2010-05"], "datetime64[M]"), 10)]
    [datetime.date(2020, 5, 15)]
    """
    month = birth_month.astype("datetime64[M]")
    day = (month + 12 * age).astype("datetime64[D]").astype(np.int64) + MIDDLE_OF_MONTH - 1
    return np.where(np.isnat(month), NEVER, day)


def on_or_after(happened: NDArray[Any], day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which events happened on the day or after it (days since 1970)."""
    return happened >= day


def in_between(day: NDArray[np.int64], started: NDArray[Any], ended: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether a spell ``[started, ended)`` had begun before the day and had not ended by it (days since 1970)."""
    return (started < day) & (day < ended)


def is_during(day: date | None, first: date | None, before: date | None) -> bool:
    """Whether ``day`` lies in ``[first, before)``; an end that is None is open, and no day is in any of them."""
    return day is None or ((first is None or first <= day) and (before is None or day < before))


def sql_during(column: str, first: date | None, before: date | None) -> str:
    """:func:`is_during` as SQL.

    >>> sql_during("e.happened_on", date(2023, 4, 1), None)
    "(e.happened_on >= DATE '2023-04-01')"
    """
    tests = [] if first is None else [f"{column} >= DATE '{first}'"]
    tests += [] if before is None else [f"{column} < DATE '{before}'"]
    return f"({' AND '.join(tests) or 'true'})"


def days_since_epoch(day: date) -> int:
    """Whole days since 1970-01-01.

    >>> days_since_epoch(date(1970, 1, 3))
    2
    """
    return (day - EPOCH).days


def day_from_epoch(days: int) -> date:
    """The date that many days after 1970-01-01."""
    return EPOCH + timedelta(days=days)


def sql_in_order(earlier: str, later: str) -> str:
    """That one date does not come after another, as SQL; NULL where either is missing."""
    return f"({earlier} <= {later})"


def in_force(day: date, starts_on: date, expires_on: date) -> bool:
    """Whether an agreement that ends on the eve of ``expires_on`` holds on a day.

    >>> [in_force(date(2026, 1, d), date(2026, 1, 2), date(2026, 1, 4)) for d in (1, 2, 3, 4)]
    [False, True, True, False]
    """
    return starts_on <= day < expires_on


def all_in_order(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Row by row, that one date or moment does not come after another; true where either is missing.

    A date is its midnight, as ``sql_in_order`` has it.
    """
    first, second = earlier.astype(MOMENTS), later.astype(MOMENTS)
    return (first <= second).fillna(True)


def all_in_period(days: pd.Series, first: date | None, last: date | None) -> pd.Series:
    """Row by row, that a date or moment lies in ``[first, last]`` by its day; true where it is missing."""
    day = days.astype(MOMENTS).dt.floor("D")
    early = False if first is None else day < pd.Timestamp(first)
    late = False if last is None else day > pd.Timestamp(last)
    return ~(pd.Series(early, index=days.index) | pd.Series(late, index=days.index)).fillna(False).astype(bool)


def sql_comes_before(earlier: str, later: str) -> str:
    """That one date comes before another, as SQL; NULL where either is missing."""
    return f"({earlier} < {later})"


def came_before(earlier: str, later: str) -> bool:
    """Whether one ISO date comes before another."""
    return earlier < later


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months before; the last of the month where it has no such day.

    >>> months_before(date(2026, 3, 31), 1), months_before(date(2026, 2, 1), 216)
    (datetime.date(2026, 2, 28), datetime.date(2008, 2, 1))
    """
    return _months_after(day, -months)


def days_after(day: date, days: int) -> date:
    """So many days later.

    >>> days_after(date(2026, 1, 1), 90)
    datetime.date(2026, 4, 1)
    """
    return day + timedelta(days)
