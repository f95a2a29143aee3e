"""Slices of time to learn from, to calibrate on and to test on, such that no label reaches into a later slice.

Rolling, with a strict gap: for a test date, the calibration slice is the latest as-of dates whose labels (horizon and
maturity) were known on the test date, and the training slice every as-of date whose label was known on the first
calibration date. So each split is what could have been done on its test date, with what was known then. By ranges
(one split): slices by date of screening. :func:`check_splits` looks again, at rows instead of dates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from risk_model.errors import BadConfiguration, Untrainable, all_faults
from risk_model.experiment import Experiment
from risk_model.training.dataset import Dataset

FINAL = "final"
DAY = timedelta(days=1)
Days = NDArray[np.datetime64]
WholeDays = NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """As-of dates in ``[first, before)``."""

    first: date
    before: date

    @property
    def plain(self) -> str:
        """The slice in words, with its last day.

        >>> Slice(date(2021, 1, 1), date(2021, 7, 2)).plain
        '2021-01-01 to 2021-07-01'
        """
        last = self.before - DAY
        return f"{self.first}" if self.first == last else f"{self.first} to {last}"


@dataclass(frozen=True)
class Split:
    """What one fit learns from, is calibrated on and (unless it is the final one) is tested on."""

    name: str
    train: Slice
    calibrate: Slice
    test: Slice | None


def temporal_splits(experiment: Experiment, as_of_dates: Days) -> tuple[Split, ...]:
    """The experiment's splits, given the as-of dates of its labelled rows (repeats are fine).

    :raises Untrainable: a slice has no as-of date; all faults together.
    :raises BadConfiguration: a test date that no labelled row has.
    """
    dates = _mature(experiment, as_of_dates)
    if experiment.splits.kind == "ranges":
        return (_by_ranges(experiment, dates),)
    faults = [
        f"test date {day}: no row with this as-of date has a label known by data_until {experiment.dates.data_until}; "
        f"there are {_listing(dates)}"
        for day in experiment.splits.test_as_of
        if day not in dates
    ]
    if faults:
        raise BadConfiguration(all_faults(f"[splits], {len(faults)} fault(s):", faults))
    return tuple(_rolling(experiment, dates, day) for day in sorted(experiment.splits.test_as_of))


def final_split(experiment: Experiment, as_of_dates: Days) -> Split:
    """The split the published model is fitted on: the same rule, on the latest data whose labels are known.

    Rolling: the day the data ends stands in the place of the test date. By ranges: every slice moves up by one.
    """
    dates = _mature(experiment, as_of_dates)
    plan = experiment.splits
    if plan.kind == "rolling":
        return _rolling(experiment, dates, None)
    assert plan.test_from is not None
    assert plan.test_before is not None
    train, calibrate = _ranges(experiment, dates, (dates[0], plan.test_from), (plan.test_from, plan.test_before))
    return Split(FINAL, train, calibrate, None)


def _rolling(experiment: Experiment, dates: Sequence[date], test: date | None) -> Split:
    """The split of one test date; None is the final one, on the day the data ends."""
    name = FINAL if test is None else f"test {test}"
    cut = experiment.dates.data_until if test is None else test
    wanted = experiment.splits.calibration_dates
    calibrate = [day for day in dates if _ready(experiment)(day, cut)][-wanted:]
    if len(calibrate) < wanted:
        raise Untrainable(
            f"{name}: {len(calibrate)} as-of date(s) have labels known by {cut}, and calibration_dates asks for "
            f"{wanted}; use a later test date, an earlier first_as_of or fewer calibration_dates"
        )
    train = [day for day in dates if _ready(experiment)(day, calibrate[0])]
    if not train:
        raise Untrainable(
            f"{name}: no as-of date has labels known by {calibrate[0]}, when calibration begins, so nothing is left to "
            "train on; use a later test date or an earlier first_as_of"
        )
    tested = None if test is None else Slice(test, test + DAY)
    return Split(name, _covering(train), _covering(calibrate), tested)


def _ready(experiment: Experiment) -> Callable[[date, date], bool]:
    """Whether an as-of date may come before a slice that begins on a date: label known, or (no gap) just earlier."""
    if experiment.splits.label_gap == "strict":
        return experiment.outcome.window.is_known
    return _is_before


def _is_before(day: date, later: date) -> bool:
    return (later - day).days > 0


def _by_ranges(experiment: Experiment, dates: Sequence[date]) -> Split:
    plan = experiment.splits
    assert plan.calibrate_from is not None
    assert plan.test_from is not None
    assert plan.test_before is not None
    asked = ((dates[0], plan.calibrate_from), (plan.calibrate_from, plan.test_from), (plan.test_from, plan.test_before))
    train, calibrate, test = _ranges(experiment, dates, *asked)
    return Split(f"test {test.plain}", train, calibrate, test)


def _ranges(experiment: Experiment, dates: Sequence[date], *asked: tuple[date, date]) -> list[Slice]:
    """Slices of the dates inside each asked range that may come before the next range begins."""
    slices, faults = [], []
    for at, (first, before) in enumerate(asked):
        inside = [day for day in dates if not _is_before(day, first) and _is_before(day, before)]
        last = at == len(asked) - 1
        kept = inside if last else [day for day in inside if _ready(experiment)(day, before)]
        if not kept:
            faults.append(
                f"{first} to {before}: {len(inside)} as-of date(s) with a known outcome, and none with a label known "
                "before the next slice begins"
                if inside
                else f"{first} to {before}: no row with a known outcome"
            )
        else:
            slices.append(_covering(kept))
    if faults:
        raise Untrainable(all_faults("[splits] ranges leave a slice empty; move calibrate_from or test_from:", faults))
    return slices


def _covering(days: Sequence[date]) -> Slice:
    return Slice(days[0], days[-1] + DAY)


def _mature(experiment: Experiment, as_of_dates: Days) -> list[date]:
    """The distinct as-of dates whose labels are known when the data ends, in order."""
    known, until = experiment.outcome.window.is_known, experiment.dates.data_until
    dates = [day.item() for day in np.unique(as_of_dates.astype("datetime64[D]"))]
    mature = [day for day in dates if known(day, until)]
    if not mature:
        raise Untrainable(
            f"[splits] {len(dates)} as-of date(s) with a known outcome, none with labels known by data_until {until}; "
            "check [dates] and [outcome]"
        )
    return mature


def _listing(dates: Sequence[date]) -> str:
    shown = [str(day) for day in dates]
    return ", ".join(shown if len(shown) <= 12 else [*shown[:3], "...", *shown[-3:]])


def check_splits(experiment: Experiment, split: Split, rows: Dataset, event_on: Days | None = None) -> None:
    """Look again for leaks, from the rows a split selects; returns quietly when there are none.

    Works in whole days on the rows themselves, and shares nothing with the code that made the split. ``event_on`` is
    the day of each row's outcome event (NaT for none), where the caller has it.

    :raises BadConfiguration: rows shared by two slices, a label or an outcome event that reaches into the next slice,
        or a label not known when the data ends. Counts rows; names nobody.
    """
    as_of = _whole_days(rows.as_of)
    parts = {"training": split.train, "calibration": split.calibrate, "test": split.test}
    inside = {name: _selected(as_of, part) for name, part in parts.items() if part is not None}
    faults = [f"{name} slice: no rows" for name, mask in inside.items() if not mask.any()]
    if np.any(sum(mask.astype(int) for mask in inside.values()) > 1):
        faults.append("some rows are in two slices")
    if not faults:
        events = None if event_on is None else _whole_days(event_on)
        faults = _reaching(experiment, as_of, events, inside)
    if faults:
        raise BadConfiguration(all_faults(f"{split.name}: the split leaks, {len(faults)} fault(s):", faults))


def _reaching(
    experiment: Experiment, as_of: WholeDays, events: WholeDays | None, inside: dict[str, NDArray[np.bool_]]
) -> list[str]:
    """Labels and outcome events of each slice that reach into the next; after the last, the data ends."""
    strict = experiment.splits.label_gap == "strict"
    span = experiment.outcome.horizon_days + experiment.outcome.maturity_days
    masks = list(inside.values())
    begins = [int(as_of[mask].min()) for mask in masks[1:]] + [(experiment.dates.data_until - date(1970, 1, 1)).days]
    found = []
    for name, mask, following, last in zip(inside, masks, begins, [False] * (len(masks) - 1) + [True], strict=True):
        gap = span if strict or last else 1
        late = int((as_of[mask] + gap > following).sum())
        found += [f"{name} slice: {late} rows with a label not known before the next slice begins"] if late else []
        reach = 0 if events is None or gap == 1 else int((events[mask] >= following).sum())
        found += [f"{name} slice: {reach} outcome events on or after the next slice begins"] if reach else []
    return found


def _whole_days(days: Days) -> WholeDays:
    """Whole days since 1970; a missing day is far in the past."""
    return days.astype("datetime64[D]").astype(np.int64)


def _selected(as_of: WholeDays, part: Slice) -> NDArray[np.bool_]:
    epoch = date(1970, 1, 1)
    return (as_of >= (part.first - epoch).days) & (as_of < (part.before - epoch).days)


def seen_before(rows: Dataset, split: Split, person: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these people a split's training or calibration slice held too."""
    learned = [rows.between(part.first, part.before).person for part in (split.train, split.calibrate)]
    return np.isin(person, np.concatenate(learned))
