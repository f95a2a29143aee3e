"""Do reasons hold, and do they tell nothing they must not? Words, steadiness, and a model that explains itself.

Every sentence an input can become is read for a protected characteristic, a place or somebody else's data. Then the
reasons of a sample are made again by the same recipe on resampled people, after a small change, and by the glass box.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.definition import AnyFeature
from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.training.dataset import Dataset
from risk_model.training.estimators import ESTIMATORS

NAME = "reasons"
QUESTION = "Do reasons hold, and do they tell nothing they must not?"
SAMPLE, MOST_ROWS, TOP = 400, 15_000, 4
LEAST_SHARED = 0.5
"""Of the main reasons, the share that must be the same again after resampling; below it, attention is asked for."""
GLASS_BOX = "logistic"
TELLING = re.compile(
    r"\b(boys?|girls?|males?|females?|his|her|he|she|son|daughter|wom[ae]n|m[ae]n|ethnic\w*|race|racial|black|asian|white|"
    r"gypsy|roma|traveller|muslim|christian|jewish|religio\w*|faith|disab\w+|autis\w+|adhd|pregnan\w*|gay|lesbian|"
    r"bisexual|transgender|postcode|lsoa)\b",
    re.IGNORECASE,
)
"""Words that would tell a protected characteristic, or a place, in a reason."""
OTHERS = re.compile(r"\b(mother|father|brother|sister|friend|neighbour|cousin)('s|s')? (name|address|conviction|record|"
                    r"probation|arrest)|\b(NB-[0-9A-Z]{4}|[A-Z]{1,2}\d{6,})\b")  # fmt: skip
"""Words that would tell somebody else's record, or a number that names a person."""


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails on a sentence that tells too much, which nobody may accept; unsteady reasons ask attention."""
    faults = telling_sentences(inputs.features, inputs.model.feature_names)
    shares = steadiness(inputs)
    low = [name for name, share in shares.items() if share < LEAST_SHARED]
    worries = [f"{name}: only {shares[name]:.0%} of the main reasons are the same" for name in low]
    fine = f"None of the sentences of {len(inputs.model.feature_names)} inputs tells a protected characteristic or "
    return Finding(
        audit=NAME, question=QUESTION,
        verdict=Verdict.FAILS if faults else Verdict.NEEDS_ATTENTION if worries else Verdict.PASSES,
        reasons=(*faults, *worries) or (f"{fine}somebody else's record, and the main reasons hold when made again.",),
        notes=(f"The {TOP} main reasons of {SAMPLE} records were made again; shown is the share that is the same. "
               f"Under {LEAST_SHARED:.0%}, set before the run, attention is asked for.",),
        tables=(Table(title="Of the main reasons, the same again", heads=("Made again", "Same"),
                      rows=tuple((name, f"{share:.0%}") for name, share in shares.items())),) if shares else (),
    )  # fmt: skip


def telling_sentences(features: tuple[AnyFeature, ...], names: tuple[str, ...]) -> list[str]:
    """A sentence for each input of which a reader would learn a protected characteristic, or of somebody else."""
    wanted = {name: feature for feature in features if (name := feature.name) in names}
    faults = []
    for name, feature in wanted.items():
        text = " / ".join(part for part in (feature.phrase.many, feature.phrase.one, feature.phrase.none,
                                            feature.phrase.falling) if part)  # fmt: skip
        if TELLING.search(text):
            faults.append(f"the words of {name} tell a protected characteristic or a place")
        if OTHERS.search(text):
            faults.append(f"the words of {name} tell somebody else's record")
    return faults


def steadiness(inputs: AuditInputs) -> dict[str, float]:
    """The share of main reasons that are the same after resampling, after a small change, and by the glass box."""
    rows = inputs.known.only(inputs.model.feature_names)
    if not 10 <= rows.outcome.sum() < len(rows):
        return {}
    rng = np.random.default_rng(inputs.experiment.seed)
    asked = inputs.sample.only(inputs.model.feature_names).X
    asked = asked[np.sort(rng.choice(len(asked), min(SAMPLE, len(asked)), replace=False))]
    first, second = (_fit(inputs, inputs.model.estimator, _people(rows, rng)) for _ in range(2))
    main = first.contributions(asked)[:, :-1]
    found = {
        "learned from other people, drawn again": shared(main, second.contributions(asked)[:, :-1]),
        "after a small change of every input": shared(main, first.contributions(_nudged(asked, rng))[:, :-1]),
    }
    if inputs.model.estimator != GLASS_BOX and GLASS_BOX in inputs.experiment.estimators:
        glass = _fit(inputs, GLASS_BOX, _people(rows, rng))
        found["by the glass-box model, by theme"] = shared(*(_by_theme(inputs, each.contributions(asked)[:, :-1])
                                                             for each in (first, glass)))  # fmt: skip
    return found


def shared(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Of the ``TOP`` columns that add most to each row, the share that is the same; 1 where nothing adds anything."""
    top = min(TOP, one.shape[1])
    first, second = (np.argsort(-parts, axis=1, kind="stable")[:, :top] for parts in (one, other))
    same = [len(set(a) & set(b)) / top for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    return float(np.mean(same)) if same else 1.0


def _people(rows: Dataset, rng: np.random.Generator) -> Dataset:
    """All rows of people drawn with replacement, up to ``MOST_ROWS``."""
    people, index = np.unique(rows.person, return_inverse=True)
    times = np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people))[index]
    drawn = np.repeat(np.arange(len(rows)), times)
    return rows.rows(rng.permutation(drawn)[:MOST_ROWS])


def _nudged(X: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Every value moved by up to a twentieth of itself; nought and missing stay."""
    return (X * rng.uniform(0.95, 1.05, X.shape)).astype(np.float32)


def _by_theme(inputs: AuditInputs, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    theme_of = {feature.name: feature.theme for feature in inputs.features}
    themes = np.array([theme_of.get(name, "other") for name in inputs.model.feature_names])
    return np.column_stack([parts[:, themes == theme].sum(axis=1) for theme in np.unique(themes)])


def _fit(inputs: AuditInputs, name: str, rows: Dataset) -> Any:
    return ESTIMATORS[name].fit(rows, inputs.experiment.estimators.get(name, {}), inputs.experiment.seed)
