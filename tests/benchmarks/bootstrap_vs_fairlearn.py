"""Group rates with 95% intervals: ours resamples people, Fairlearn's ``MetricFrame(n_boot=...)`` resamples rows.

Same rows, same groups, same number of draws, same point estimates (checked; ours are Fairlearn's too). The intervals
are not the same on purpose: a person on several dates is one person. Fairlearn is given every metric as its own or
scikit-learn's function, as its documentation does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

REFERENCE = "Fairlearn MetricFrame(n_boot=...)"
SIDES = ("ours", "reference")
SEED = 22
DRAWS = 25
DATES = 4
GROUPS = ("Asian", "Black", "Mixed", "Not known", "Other", "White")
RATES = ("recall", "precision", "false_positive_rate", "missed_rate", "selection_rate")
Points = dict[str, dict[str, float]]


def prepare(folder: Path, quick: bool) -> str:
    """Draw people on four dates each, about 8% with the outcome, about 10% listed; the size in words."""
    rng = np.random.default_rng(SEED)
    people = 500 if quick else 5_000
    person = np.repeat(np.arange(people, dtype=np.int64), DATES)
    groups = np.repeat(rng.choice(GROUPS, people, p=[0.1, 0.05, 0.1, 0.05, 0.05, 0.65]), DATES)
    need = np.repeat(rng.normal(size=people), DATES)
    outcome = (need + rng.normal(size=len(person)) > 2).astype(np.float64)
    listed = (need + rng.normal(size=len(person)) > 1.8).astype(np.float64)
    np.savez(folder / "rows.npz", person=person, groups=groups, outcome=outcome, listed=listed)
    return f"{len(person):,} rows of {people:,} people, {len(GROUPS)} groups, {len(RATES)} rates, {DRAWS} draws"


def side(name: str, folder: Path) -> Callable[[], Points]:
    """One side's work, with the rows in memory."""
    with np.load(folder / "rows.npz") as saved:
        rows = {key: saved[key] for key in saved.files}
    return _ours(rows) if name == "ours" else _fairlearn(rows)


def answer(made: Points) -> Points:
    """The point estimates, to nine decimals."""
    return {group: {name: round(rates[name], 9) for name in RATES} for group, rates in sorted(made.items())}


def _ours(rows: dict[str, np.ndarray]) -> Callable[[], Points]:
    from risk_model.audits.characteristics import Characteristic
    from risk_model.audits.confusion import cells_of, fairlearn_rates
    from risk_model.training.intervals import interval, resample_people
    from risk_model.training.predictions import Predictions

    person, every = rows["person"], len(rows["person"])
    predictions = Predictions(
        "lightgbm", "split", person, np.full(every, np.datetime64("2024-01-01")), np.full(every, "E08000021"),
        np.full(every, 14, np.int16), rows["outcome"], rows["listed"], rows["listed"], rows["listed"],
    )  # fmt: skip
    characteristic = Characteristic("ethnic_group", "Ethnic group", rows["groups"])

    def work() -> Points:
        cells = cells_of(predictions, characteristic, resample_people(person, DRAWS, SEED))
        ranges = {(group, name): interval(cells[group].rate_draws(name)) for group in cells for name in RATES}
        assert len(ranges) == len(GROUPS) * len(RATES)
        return fairlearn_rates(cells)

    return work


def _fairlearn(rows: dict[str, np.ndarray]) -> Callable[[], Points]:
    from fairlearn import metrics as fair
    from sklearn.metrics import precision_score

    functions = {
        "recall": fair.true_positive_rate,
        "precision": lambda *y, **w: precision_score(*y, **w, zero_division=np.nan),
        "false_positive_rate": fair.false_positive_rate,
        "missed_rate": fair.false_negative_rate,
        "selection_rate": fair.selection_rate,
    }

    def work() -> Points:
        frame = fair.MetricFrame(
            metrics=functions, y_true=rows["outcome"].astype(int), y_pred=rows["listed"].astype(int),
            sensitive_features=rows["groups"], n_boot=DRAWS, ci_quantiles=[0.025, 0.975], random_state=SEED,
        )  # fmt: skip
        low, _high = frame.by_group_ci
        assert low.shape == (len(GROUPS), len(RATES))
        return {group: {name: float(row[name]) for name in RATES} for group, row in frame.by_group.iterrows()}

    return work
