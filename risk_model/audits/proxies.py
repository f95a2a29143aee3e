"""Can the inputs give a protected characteristic away? Each input alone, then all together, tried on who is who.

An input that tells groups apart carries the characteristic into the score under another name. What is legitimate need
and what is a stand-in only people can say; the audit names the inputs, and fails where one alone tells groups apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.characteristics import JOINTS, NOT_KNOWN, Characteristic, Rows, characteristics
from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.separation import Separation, separation
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS

NAME = "proxies"
QUESTION = "Can the inputs give a protected characteristic away?"
LIMIT = 0.75
"""The most an input may tell two groups apart (AUC; a half is not at all), as for published tests of resemblance."""
LEAST = 50
"""Distinct people a group and its others need, to try."""
NAMED = 3
FOLDS = 2
AGE = "age_band"
"""Age defines the service and is an input."""

Masks = list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails where one input alone certainly tells a group apart; all together only ask for attention."""
    rows = _one_each(inputs.sample)
    where = Rows(rows.person, rows.area, rows.age_years)
    held = characteristics(inputs.experiment.audit.characteristics, where, inputs.warehouse)
    labels = {feature.name: feature.label for feature in inputs.features}
    X, names = rows.only(inputs.model.feature_names).X.astype(np.float64), inputs.model.feature_names
    faults, worries, lines = [], [], []
    for title, inside, known in _groups(held):
        alone = [separation(column[known], inside[known], looks=len(names)) for column in X.T]
        order = np.argsort([-_strength(each) for each in alone], kind="stable")[:NAMED]
        together = _together(rows.rows(np.flatnonzero(known)).only(names), inside[known], inputs.experiment.seed)
        said = [f"{labels.get(names[at], names[at])} ({_strength(alone[at]):.2f})" for at in order]
        lines.append((title, f"{together.auc:.2f}", "; ".join(said)))
        faults += [
            f"{title}: the input {labels.get(names[at], names[at])} alone tells this group from the others "
            f"(AUC {_strength(alone[at]):.2f}, certainly above {LIMIT:g}); it is a stand-in for the characteristic"
            for at in order if _certainly(alone[at])
        ]  # fmt: skip
        if together.low > LIMIT:
            worries.append(f"{title}: all inputs together tell this group from the others (AUC {together.auc:.2f})")
    quiet = Verdict.PASSES if lines else Verdict.COULD_NOT_TELL
    verdict = Verdict.FAILS if faults else Verdict.NEEDS_ATTENTION if worries else quiet
    return Finding(
        audit=NAME, question=QUESTION, verdict=verdict, acceptable=True,
        reasons=tuple(faults + worries) or _quiet(bool(lines)),
        notes=(f"Tried on one record a person. A half is guessing, 1 always right; the limit, set before the run, is "
               f"{LIMIT:g}. Groups of fewer than {LEAST} people are not tried.",),
        tables=(Table(title="How well a group can be told from the inputs",
                      heads=("Group", "All together (AUC)", "The inputs that tell most alone (AUC)"),
                      rows=tuple(lines)),) if lines else (),
    )  # fmt: skip


def _quiet(tried: bool) -> tuple[str, ...]:
    if not tried:
        return ("No characteristic is held of people enough to try, so nobody can say.",)
    return ("No input alone, and not all of them together, certainly tells a protected group from the others.",)


def _one_each(rows: Dataset) -> Dataset:
    """Each person's latest row."""
    order = np.lexsort((rows.as_of, rows.person))
    last = np.append(rows.person[order][1:] != rows.person[order][:-1], True)
    return rows.rows(np.sort(order[last]))


def _groups(held: tuple[Characteristic, ...]) -> Masks:
    """Each group large enough of each protected characteristic: its title, who is in it, of whom it is known."""
    found: Masks = []
    for each in held:
        if not each.protected or each.name in (AGE, *JOINTS):
            continue
        known = each.groups != NOT_KNOWN
        recorded = [name for name in each.names if name != NOT_KNOWN]
        names = [name for name in recorded if _enough(each.inside(name), known)]
        for name in names[:1] if len(recorded) == 2 else names:
            found.append((f"{each.title}, {name}", each.inside(name), known))
    return found


def _enough(inside: NDArray[np.bool_], known: NDArray[np.bool_]) -> bool:
    return min(int(inside.sum()), int((known & ~inside).sum())) >= LEAST


def _strength(found: Separation) -> float:
    """Telling apart by low values is telling apart as well."""
    return max(found.auc, 1 - found.auc)


def _certainly(found: Separation) -> bool:
    return found.low > LIMIT or found.high < 1 - LIMIT


def _together(rows: Dataset, inside: NDArray[np.bool_], seed: int) -> Separation:
    """All inputs, by a logistic regression learned on the other half of the people."""
    fold = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    score = np.zeros(len(rows))
    labelled = replace(rows, outcome=inside.astype(np.float64))
    for each in range(FOLDS):
        learn, ask = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        if len(np.unique(inside[learn])) < 2:
            return Separation(0.5, 0.0, 1.0)
        fitted = ESTIMATORS["logistic"].fit(labelled.rows(learn), {"penalty_strength": 0.003}, seed)
        score[ask] = fitted.raw_score(rows.X[ask])
    return separation(score, inside)
