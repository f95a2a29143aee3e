"""Does the published model give away the people it learned from? Two attacks on the recipe, and a scan of the bundle.

The attacks are made on the same recipe fitted on half of the people: whoever holds the model and somebody's record
guesses whether they were learned from (from how well the model fits them), and guesses a hidden input of theirs. What
they guess better for those learned from than for the others is what the model gave away.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.separation import Separation, separation
from risk_model.disclosure import may_show
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS

NAME = "privacy"
QUESTION = "Does the published model give away the people it learned from?"
MOST_ROWS = 20_000
LIMIT = 0.60
"""The most the membership attack may reach (AUC; a half is guessing)."""
ADVANTAGE = 0.05
"""The most the guess of a hidden input may be better for those learned from, as a share of guesses."""
HIDDEN = 5
"""Inputs tried: those that differ between people most evenly."""
LEAST_IN_LEAF = 10
"""The fewest people, and so the fewest records, a published leaf may rest on: one person has a record a date."""


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails where an attack certainly works, or where the bundle rests on too few people somewhere.

    Nobody may accept the latter.
    """
    rows = _one_each(inputs.known, inputs.experiment.seed).only(inputs.model.feature_names)
    small = [*bundle_faults(inputs.model_folder, inputs.experiment.audit.suppress_under), *leaf_faults(inputs)]
    faults = list(small)
    lines: tuple[tuple[str, str], ...] = ()
    attacked = len(rows) and 10 <= rows.outcome.sum() < len(rows)
    if attacked:
        rng = np.random.default_rng(inputs.experiment.seed)
        learned = np.zeros(len(rows), dtype=bool)
        learned[rng.permutation(len(rows))[: len(rows) // 2]] = True
        fitted = _fit(inputs, rows.rows(np.flatnonzero(learned)))
        membership = membership_attack(fitted, rows, learned)
        gained, spread = disclosure_attack(fitted, rows, learned)
        if membership.low > LIMIT:
            faults.append(f"whoever holds somebody's record can tell whether the model learned from it (AUC "
                          f"{membership.auc:.2f}, certainly above {LIMIT:g})")  # fmt: skip
        if gained - 2 * spread > ADVANTAGE:
            faults.append(f"a hidden input of those learned from is guessed right {100 * gained:.0f} points more often")
        lines = (
            ("Was somebody learned from? (AUC; a half is guessing)",
             f"{membership.auc:.2f} ({membership.low:.2f} to {membership.high:.2f})"),
            ("A hidden input: how much more often guessed right of those learned from", f"{100 * gained:+.1f} points"),
        )  # fmt: skip
    fine = ("No attack certainly works, and nothing in the bundle rests on too few people.",)
    return Finding(
        audit=NAME, question=QUESTION, acceptable=not small,
        verdict=Verdict.FAILS if faults else Verdict.PASSES, reasons=tuple(faults) or fine,
        notes=("The attacks are on the same recipe fitted on half of the people (at most "
               f"{MOST_ROWS:,} of them, one record each), compared with the others. Limits, set before the run: AUC "
               f"{LIMIT:g}; {100 * ADVANTAGE:.0f} points; {LEAST_IN_LEAF} people in a leaf.",
               *(() if attacked else ("Too few outcomes to attack.",))),
        tables=(Table(title="What attacks reach", heads=("Attack", "Result"), rows=lines),) if lines else (),
    )  # fmt: skip


def _one_each(rows: Dataset, seed: int) -> Dataset:
    """One row a person, and at most ``MOST_ROWS``."""
    order = np.random.default_rng(seed).permutation(len(rows))
    first = np.unique(rows.person[order], return_index=True)[1]
    return rows.rows(np.sort(order[np.sort(first)[:MOST_ROWS]]))


def _fit(inputs: AuditInputs, rows: Dataset) -> Any:
    name = inputs.model.estimator
    return ESTIMATORS[name].fit(rows, inputs.experiment.estimators.get(name, {}), inputs.experiment.seed)


def membership_attack(fitted: Any, rows: Dataset, learned: NDArray[np.bool_]) -> Separation:
    """How well the fit of a record's own outcome tells those learned from; the better of all, and of those with it."""
    raw = fitted.raw_score(rows.X)
    fit = np.where(rows.outcome > 0, raw, -raw)
    had = rows.outcome > 0
    everyone, positives = separation(fit, learned, looks=2), separation(fit[had], learned[had], looks=2)
    return max(everyone, positives, key=lambda each: each.low)


def disclosure_attack(fitted: Any, rows: Dataset, learned: NDArray[np.bool_]) -> tuple[float, float]:
    """The most, over hidden inputs, by which guesses are right more often of those learned from; and its spread.

    The attacker knows everything but whether one input is above its median, and says what fits the outcome better.
    """
    found = [(0.0, 0.0)]
    median = np.nanmedian(rows.X, axis=0)
    above = median < rows.X
    evenly = np.argsort(np.abs(np.nan_to_num(above.mean(axis=0)) - 0.5), kind="stable")[:HIDDEN]
    for at in evenly:
        truth = above[:, at]
        if truth.all() or not truth.any():
            continue
        tried = []
        for value in (np.nanmedian(rows.X[~truth, at]), np.nanmedian(rows.X[truth, at])):
            guess = rows.X.copy()
            guess[:, at] = value
            tried.append(fitted.raw_score(guess))
        sign = np.where(rows.outcome > 0, 1, -1)
        right = (sign * tried[1] > sign * tried[0]) == truth
        inside, outside = right[learned], right[~learned]
        spread = float(np.sqrt(inside.var() / len(inside) + outside.var() / len(outside)))
        found.append((float(inside.mean() - outside.mean()), spread))
    return max(found, key=lambda each: each[0] - 2 * each[1])


def bundle_faults(folder: Path, under: int) -> list[str]:
    """A sentence for each part of the bundle that rests on too few people."""
    faults = []
    for path in sorted(folder.rglob("*.txt")):
        counts = [int(n) for line in re.findall(r"^leaf_count=(.*)$", path.read_text(encoding="utf-8"), re.M)
                  for n in line.split()]  # fmt: skip
        small = sum(count < LEAST_IN_LEAF for count in counts)
        if small:
            faults.append(f"{path.name}: {small} of {len(counts)} leaves rest on fewer than {LEAST_IN_LEAF} records; "
                          "set min_data_in_leaf higher")  # fmt: skip
    for path in sorted(folder.rglob("*.json")):
        small_counts = [
            where
            for where, count in _counts(json.loads(path.read_text(encoding="utf-8")))
            if not may_show(count, under=under)
        ]
        faults += [f"{path.name}: {where} is a count of fewer than {under}" for where in small_counts]
    return faults


def leaf_faults(inputs: AuditInputs) -> list[str]:
    """A sentence where leaves of the published trees rest on too few people, though on many records of theirs."""
    leaves = getattr(inputs.model.fitted, "leaves", None)
    known = inputs.known.only(inputs.model.feature_names)
    if leaves is None or not len(known):
        return []
    _, place, records = np.unique(known.person, return_inverse=True, return_counts=True)
    fewest = [people_in_leaves(each, place, int(records.max())) for each in leaves(known.X)]
    small, all_of_them = sum(int((each < LEAST_IN_LEAF).sum()) for each in fewest), sum(map(len, fewest))
    said = f"{small:,} of {all_of_them:,} leaves rest on fewer than {LEAST_IN_LEAF} people"
    return [f"{said}; let leaves hold more rows (see the estimator's settings)"] if small else []


def people_in_leaves(leaf: NDArray[np.intp], person: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """How many people each leaf that anybody reaches rests on; counted no further than ``LEAST_IN_LEAF``. ``most`` is
    the most rows that anybody has."""
    records = np.bincount(leaf)
    doubtful = np.isin(leaf, np.flatnonzero(records < LEAST_IN_LEAF * most))
    pairs = np.unique(np.column_stack([leaf[doubtful], person[doubtful]]), axis=0)
    found = np.where(records < LEAST_IN_LEAF * most, np.bincount(pairs[:, 0], minlength=len(records)), LEAST_IN_LEAF)
    return found[records > 0]


COUNTED = frozenset({"people", "positives", "records", "rows", "count"})


def _counts(value: Any, where: str = "") -> list[tuple[str, int]]:
    """Every count in a tree of JSON, by the words for counts; nought is how a hidden count is written."""
    if isinstance(value, dict):
        own = [(f"{where}{key}", int(n)) for key, n in value.items()
               if key in COUNTED and isinstance(n, int | float) and n]  # fmt: skip
        return own + [each for key, part in value.items() for each in _counts(part, f"{where}{key}.")]
    if isinstance(value, list):
        return [each for at, part in enumerate(value) for each in _counts(part, f"{where}{at}.")]
    return []
