"""Group rates with 95% intervals: ours resamples people, Fairlearn's ``MetricFrame(n_boot=...)`` resamples rows.

Same rows, same groups, same number of draws, same point estimates (checked; ours are Fairlearn's too). Where a person
is on several dates the intervals are not the same on purpose: that is one person. Where people appear once they are,
and that is checked too: on other rows, one a person, ours is handed the very draws Fairlearn makes, and both must come
to the same ends. Fairlearn is given every metric as its own or scikit-learn's function, as its documentation does.

A thousand of Fairlearn's draws would take hours. It is timed without draws and with a few, and what a draw adds is
multiplied; draws cost it the same each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.measuring import Measured

REFERENCE = "Fairlearn MetricFrame(n_boot=...)"
SIDES = ("ours", "reference", "no_draws")
SEED = 22
DRAWS = 1000
TIMED_DRAWS = 2
DATES = 6
GROUPS = ("Asian", "Black", "Mixed", "Not known", "Other", "White")
RATES = ("recall", "precision", "false_positive_rate", "missed_rate", "selection_rate")
ONCE, ONCE_DRAWS = 4_000, 40
"""People who appear once, and draws of them, on which the intervals of both sides are compared."""
QUANTILES = [0.025, 0.975]
Rows = Mapping[str, np.ndarray]
Points = dict[str, dict[str, float]]


def prepare(folder: Path, quick: bool) -> str:
    """Draw people on six dates each, about 8% with the outcome, about 10% listed; the size in words."""
    people = 500 if quick else 100_000
    np.savez(folder / "rows.npz", **_drawn(people, DATES))
    np.savez(folder / "once.npz", **_drawn(ONCE, 1))
    rows = people * DATES
    return f"{rows:,} rows of {people:,} people, {len(GROUPS)} groups, {len(RATES)} rates, {DRAWS:,} draws"


def _drawn(people: int, dates: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    person = np.repeat(np.arange(people, dtype=np.int64), dates)
    groups = np.repeat(rng.choice(GROUPS, people, p=[0.1, 0.05, 0.1, 0.05, 0.05, 0.65]), dates)
    need = np.repeat(rng.normal(size=people), dates)
    outcome = (need + rng.normal(size=len(person)) > 2).astype(np.float64)
    listed = (need + rng.normal(size=len(person)) > 1.8).astype(np.float64)
    return {"person": person, "groups": groups, "outcome": outcome, "listed": listed}


def reference_seconds(found: Mapping[str, Measured]) -> float:
    """What all draws would take Fairlearn: its time without any, and what each of a few added."""
    none, few = found["no_draws"].seconds, found["reference"].seconds
    return none + DRAWS * (few - none) / TIMED_DRAWS


def side(name: str, folder: Path) -> Callable[[], Any]:
    """One side's work, with the rows in memory: the point estimates, and a way to the intervals of those who appear
    once, which is not timed."""
    rows, once = _read(folder / "rows.npz"), _read(folder / "once.npz")
    if name == "ours":
        return lambda: (_ours(rows, _people_drawn(rows))[0], lambda: _ours(once, _rows_drawn(once))[1])
    draws = 0 if name == "no_draws" else TIMED_DRAWS
    return lambda: (_fairlearn(rows, draws)[0], lambda: _fairlearn(once, ONCE_DRAWS)[1])


def _read(path: Path) -> Rows:
    with np.load(path) as saved:
        return {key: saved[key] for key in saved.files}


def answer(made: tuple[Points, Callable[[], Points]]) -> list[Points]:
    """The point estimates, and the intervals of people who appear once, to nine decimals."""
    points, once = made
    return [{group: {name: round(value, 9) for name, value in sorted(rates.items())} for group, rates in sorted(of)}
            for of in (points.items(), once().items())]  # fmt: skip


def _ours(rows: Rows, resamples: Any) -> tuple[Points, Points]:
    """Point estimates and intervals (``recall low`` and so on) of every group."""
    from risk_model.audits.characteristics import Characteristic
    from risk_model.audits.confusion import cells_of, fairlearn_rates
    from risk_model.training.intervals import interval
    from risk_model.training.predictions import Predictions

    every, listed = len(rows["person"]), rows["listed"]
    predictions = Predictions(
        "lightgbm", "split", rows["person"], np.full(every, np.datetime64("2024-01-01")), np.full(every, "E08000021"),
        np.full(every, 14, np.int16), rows["outcome"], listed, listed, listed,
    )  # fmt: skip
    cells = cells_of(predictions, Characteristic("ethnic_group", "Ethnic group", rows["groups"]), resamples)
    points = fairlearn_rates(cells)
    ends = {(group, name): interval(cells[group].rate_draws(name)) for group in cells for name in RATES}
    return points, {
        group: {f"{name} {end}": ends[group, name][at] for name in RATES for at, end in enumerate(("low", "high"))}
        for group in cells
    }


def _people_drawn(rows: Rows) -> Any:
    """Ours: people, each with all their dates."""
    from risk_model.training.intervals import resample_people

    return resample_people(rows["person"], DRAWS, SEED)


def _rows_drawn(rows: Rows) -> Any:
    """Fairlearn's own draws of rows, as draws of the people whose only rows they are."""
    import pandas as pd

    from risk_model.training.intervals import Resamples

    people = len(rows["person"])
    seeds = np.random.default_rng(SEED).integers(0, np.iinfo(np.uint32).max, ONCE_DRAWS, np.uint32)
    index = pd.DataFrame({"at": np.arange(people)})
    drawn = [index.sample(frac=1, replace=True, random_state=seed)["at"].to_numpy() for seed in seeds]
    times = np.stack([np.bincount(each, minlength=people) for each in drawn]).astype(np.uint8)
    return Resamples(times, rows["person"], np.arange(people))


def _fairlearn(rows: Rows, draws: int) -> tuple[Points, Points]:
    """The same by ``MetricFrame``; without draws there are no intervals."""
    from fairlearn import metrics as fair
    from sklearn.metrics import precision_score

    functions = {
        "recall": fair.true_positive_rate,
        "precision": lambda *y, **w: precision_score(*y, **w, zero_division=np.nan),
        "false_positive_rate": fair.false_positive_rate,
        "missed_rate": fair.false_negative_rate,
        "selection_rate": fair.selection_rate,
    }
    boot = {"n_boot": draws, "ci_quantiles": QUANTILES, "random_state": SEED} if draws else {}
    frame = fair.MetricFrame(
        metrics=functions, y_true=rows["outcome"].astype(int), y_pred=rows["listed"].astype(int),
        sensitive_features=rows["groups"], **boot,
    )  # fmt: skip
    points = {str(group): {name: float(row[name]) for name in RATES} for group, row in frame.by_group.iterrows()}
    if not draws:
        return points, {}
    low, high = frame.by_group_ci
    return points, {
        str(group): {f"{name} {end}": float(of.loc[group, name])
                     for name in RATES for end, of in (("low", low), ("high", high))}
        for group in frame.by_group.index
    }  # fmt: skip
