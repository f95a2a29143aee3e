"""Do the reasons add up? Each score is split between the inputs; the parts must sum to it, and say what moves it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.finding import Finding, Importance, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.words import listed, percent

NAME = "explanation"
QUESTION = "Do the reasons add up?"
SAMPLE = 2000
"""Rows explained."""
TOLERANCE = 1e-6
"""How far the parts of a score may be from it, as a share of the spread of scores (or of 1, if that is more)."""
OTHER_THEME = "other"

Floats = NDArray[np.float64]


def audit(inputs: AuditInputs) -> Finding:
    """The verdict, and each input's and theme's share of what moves the scores of a sample of rows."""
    rows = inputs.sample
    if len(rows) > SAMPLE:
        rng = np.random.default_rng(inputs.experiment.seed)
        rows = rows.rows(np.sort(rng.choice(len(rows), SAMPLE, replace=False)))
    X = rows.only(inputs.model.feature_names).X
    parts, scores = inputs.model.contributions(X), inputs.model.raw_score(X)
    furthest = float(np.abs(parts.sum(axis=1) - scores).max()) / max(float(np.ptp(scores)), 1.0)
    adds_up = furthest <= TOLERANCE
    sizes = np.abs(parts[:, :-1]).mean(axis=0)
    themes = theme_shares(inputs, sizes)
    return Finding(
        audit=NAME,
        question=QUESTION,
        verdict=Verdict.PASSES if adds_up else Verdict.FAILS,
        reasons=(_sentence(adds_up, len(rows)),),
        notes=(_what_moves(themes),),
        importances=feature_shares(inputs, sizes),
        themes=themes,
    )


def feature_shares(inputs: AuditInputs, sizes: Floats) -> tuple[Importance, ...]:
    """Each input's share of all that moves the scores, largest first; inputs that move nothing are left out."""
    labels = {feature.name: feature.label for feature in inputs.features}
    return _shares(inputs.model.feature_names, sizes, labels)


def theme_shares(inputs: AuditInputs, sizes: Floats) -> tuple[Importance, ...]:
    """The same by theme."""
    theme_of = {feature.name: feature.theme for feature in inputs.features}
    themes = [theme_of.get(name, OTHER_THEME) for name in inputs.model.feature_names]
    names = sorted(set(themes))
    summed = np.array([sizes[np.array(themes) == name].sum() for name in names])
    return _shares(names, summed, {})


def _shares(names: Sequence[str], sizes: Floats, labels: dict[str, str]) -> tuple[Importance, ...]:
    whole = float(sizes.sum()) or 1.0
    order = np.argsort(-sizes, kind="stable")
    return tuple(
        Importance(name=names[i], label=labels.get(names[i], names[i]), share=round(float(sizes[i]) / whole, 3))
        for i in order
        if sizes[i] > 0
    )


def _sentence(adds_up: bool, rows: int) -> str:
    verb = "add up" if adds_up else "do not add up"
    so = "so the reasons shown are the whole score" if adds_up else "so the reasons shown are not the score's reasons"
    return f"In {rows:,} records the parts given to the inputs {verb} to the score, {so}."


def _what_moves(themes: tuple[Importance, ...]) -> str:
    if not themes:
        return "Nothing moves the scores: everybody has the same one."
    most = [f"{theme.name} ({percent(theme.share)})" for theme in themes[:3]]
    return f"What moves the scores most: {listed(most)}."
