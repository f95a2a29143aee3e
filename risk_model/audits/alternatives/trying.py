"""The alternatives, one function each: other labels, other inputs, other weights, other rows, other places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from risk_model.audits.alternatives.reduction import MOST_ROWS, group_weights
from risk_model.audits.characteristics import NOT_KNOWN, HoldsCharacteristics, Rows, characteristics
from risk_model.errors import Untrainable
from risk_model.experiment import Experiment
from risk_model.training.capacity import listed_by_team
from risk_model.training.fitting import LEAST_POSITIVES, predict_split
from risk_model.training.inputs import Inputs
from risk_model.training.predictions import Predictions, list_keys
from risk_model.training.splits import Split, temporal_splits

Say = Callable[[str], None]
MORE_PLACES = 1.25
"""What wider outreach tries: a quarter more places for every team."""
BALANCED = ("ethnic_group", "race", "sex")
"""The characteristics tried for learning that knows groups, the first that is held."""
USES_GROUPS = ("balanced", "reduction")
"""Alternatives whose learning reads a protected characteristic: shown for their price, and never recommended."""
NEEDS_SIGN_OFF = ("Uses a protected characteristic in learning: it needs Equality Act advice and a recorded sign-off, "
                  "and cannot be chosen here.")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What alternatives are made from.

    ``labels`` are the same rows with another outcome each (NaN where it is not known); ``more`` the same rows with the
    inputs that hang on police discretion as well; ``responses`` names the inputs that tell how police responded.
    """

    experiment: Experiment
    estimator: str
    known: Inputs
    labels: Mapping[str, Inputs]
    more: Inputs | None
    responses: frozenset[str]
    warehouse: HoldsCharacteristics


@dataclass(frozen=True)
class Alternative:
    """One way it could have been: what in plain words, what to know before choosing it, and its test predictions.

    ``own`` is its own outcome on the test rows, where it learned another one.
    """

    name: str
    title: str
    note: str
    predictions: tuple[Predictions, ...]
    own: NDArray[np.float64] | None = None


def try_all(asked: Asked, say: Say = lambda _: None) -> tuple[tuple[Alternative, ...], tuple[str, ...]]:
    """Every alternative, the published way first; and a sentence for each that could not be tried."""
    splits = temporal_splits(asked.experiment, asked.known.rows.as_of)
    say("alternatives: the published way")
    base = Alternative("published", "As published", "", _predict(asked, splits, lambda split: asked.known))
    made, notes = [base], []
    for title, attempt in _attempts(asked, splits, base):
        say(f"alternatives: {title}")
        try:
            made.append(attempt())
        except Untrainable as error:
            notes.append(f"{title}: could not be tried. {error}")
    return tuple(made), tuple(notes)


def _attempts(asked: Asked, splits: Sequence[Split], base: Alternative) -> list[tuple[str, Callable[[], Alternative]]]:
    """Each alternative's title, and how to make it."""
    found: list[tuple[str, Callable[[], Alternative]]] = [
        (f"Learned from {name}", partial(_other_label, asked, splits, name)) for name in asked.labels
    ]
    kept = tuple(name for name in asked.known.rows.feature_names if name not in asked.responses)
    if 0 < len(kept) < len(asked.known.rows.feature_names):
        found.append(("Without how police responded", lambda: _without_responses(asked, splits, kept)))
    if asked.more is not None:
        found.append(("With stop and search", lambda: _with_more(asked, splits, asked.more)))
    groups = _groups(asked)
    if groups is not None:
        found.append(("Learning balanced between groups", lambda: _balanced(asked, splits, *groups)))
        found.append(("The worst-off group's error held down", lambda: _reduction(asked, splits, *groups)))
    if len(asked.experiment.capacity) > 1:
        found.append(("Each council unseen", lambda: _each_council_unseen(asked, splits)))
    found.append(("A quarter more places", lambda: _more_places(asked, base)))
    return found


def _predict(
    asked: Asked, splits: Sequence[Split], learn: Callable[[Split], Inputs], known: Inputs | None = None
) -> tuple[Predictions, ...]:
    """The recipe on every split, learned from other rows, tested on the same."""
    rows, found = known or asked.known, []
    for split in splits:
        lessons = learn(split)
        positives = lessons.rows.between(split.train.first, split.train.before).outcome.sum()
        if positives < LEAST_POSITIVES:
            raise Untrainable(f"{split.name}: fewer than {LEAST_POSITIVES} rows with the outcome to learn from")
        found.append(predict_split(asked.experiment, asked.estimator, rows, split, lessons))
    return tuple(found)


def _other_label(asked: Asked, splits: Sequence[Split], name: str) -> Alternative:
    lessons = asked.labels[name].labelled()
    predictions = _predict(asked, splits, lambda split: lessons)
    plan = next(each for each in asked.experiment.audit.other_outcomes if each.name == name)
    own = np.concatenate([_outcome_of(asked.labels[name], part) for part in predictions])
    return Alternative(f"outcome {name}", f"Learned from another outcome: {plan.question}",
                       "Another outcome is another aim; it needs its own assessment.", predictions, own)  # fmt: skip


def _outcome_of(labels: Inputs, part: Predictions) -> NDArray[np.float64]:
    """The other outcome of each test row."""
    on = labels.rows.as_of.astype("datetime64[D]") == part.as_of[0]
    people, outcome = labels.rows.person[on], labels.rows.outcome[on]
    order = np.argsort(people)
    found: NDArray[np.float64] = outcome[order[np.searchsorted(people[order], part.person)]]
    return found


def _without_responses(asked: Asked, splits: Sequence[Split], kept: tuple[str, ...]) -> Alternative:
    known = replace(asked.known, rows=asked.known.rows.only(kept))
    return Alternative("without_police_response", "Without inputs that tell how police responded (custody, endings)",
                       "Fewer inputs are used.", _predict(asked, splits, lambda split: known, known))  # fmt: skip


def _with_more(asked: Asked, splits: Sequence[Split], more: Inputs | None) -> Alternative:
    assert more is not None
    return Alternative("with_stop_and_search", "With stop and search, and what police find by it",
                       "Whom police stop is their choice: shown to see what it would do, never used.",
                       _predict(asked, splits, lambda split: more, more))  # fmt: skip


def _groups(asked: Asked) -> tuple[str, NDArray[np.str_]] | None:
    rows = asked.known.rows
    names = tuple(name for name in BALANCED if name in asked.experiment.audit.characteristics)
    held = characteristics(names, Rows(rows.person, rows.area, rows.age_years), asked.warehouse)
    return (held[0].title, held[0].groups) if held else None


def _balanced(asked: Asked, splits: Sequence[Split], title: str, groups: NDArray[np.str_]) -> Alternative:
    """Rows count so that the outcome is as common in every group (Kamiran and Calders' reweighing, as repeats)."""
    rows = asked.known.rows
    learn = _weighted(asked, lambda inside: balancing_weights(groups[inside], rows.outcome[inside]))
    return Alternative("balanced", f"Learned with the outcome made equally common ({title.lower()})",
                       NEEDS_SIGN_OFF, _predict(asked, splits, learn))  # fmt: skip


def _reduction(asked: Asked, splits: Sequence[Split], title: str, groups: NDArray[np.str_]) -> Alternative:
    """Groups count as much as a Fairlearn reduction says, so that the largest error of a group is small."""
    rows, plan = asked.known.rows, asked.experiment.audit
    learn = _weighted(asked, lambda inside: group_weights(
        rows.X[inside], rows.outcome[inside], groups[inside], plan.least_positives, asked.experiment.seed))  # fmt: skip
    note = (f"{NEEDS_SIGN_OFF} Fairlearn's grid search, with a plain regression on at most {MOST_ROWS:,} rows, says "
            "how much each group counts; the published recipe then learns with that.")  # fmt: skip
    return Alternative("reduction", f"Learned so that the largest error of a group is small ({title.lower()})",
                       note, _predict(asked, splits, learn))  # fmt: skip


def _weighted(asked: Asked, weights: Callable[[NDArray[np.bool_]], NDArray[np.float64]]) -> Callable[[Split], Inputs]:
    """Lessons in which each row of the training slice comes as often as it weighs, a part of a time by luck."""
    rows = asked.known.rows
    luck = np.random.default_rng([asked.experiment.seed, 7]).random(len(rows))

    def lessons(split: Split) -> Inputs:
        inside = asked.known.inside(split.train)
        weight = np.ones(len(rows))
        weight[inside] = weights(inside)
        return asked.known.keep(np.repeat(np.arange(len(rows)), np.floor(weight + luck).astype(np.intp)))

    return lessons


def balancing_weights(groups: NDArray[np.str_], outcome: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each row counts so that group and outcome go together no more than by chance; 1 where not known.

    >>> balancing_weights(np.array(["a", "a", "a", "b"]), np.array([1.0, 0.0, 0.0, 1.0])).tolist()
    [1.5, 0.75, 0.75, 0.5]
    """
    weight = np.ones(len(outcome))
    for group in np.unique(groups):
        for value in (0.0, 1.0):
            both = (groups == group) & (outcome == value)
            if both.any() and group != NOT_KNOWN:
                weight[both] = (groups == group).mean() * (outcome == value).mean() / both.mean()
    return weight


def _each_council_unseen(asked: Asked, splits: Sequence[Split]) -> Alternative:
    """Each council's places filled by a model that learned from the other councils only."""
    areas = asked.known.rows.area
    others = {area: asked.known.keep(areas != area) for area in asked.experiment.capacity}
    unseen = {area: _predict(asked, splits, partial(_same, rest)) for area, rest in others.items()}
    first = next(iter(unseen.values()))
    parts = []
    for at, part in enumerate(first):
        values = {name: getattr(part, name).copy() for name in ("raw_score", "probability", "listed")}
        for area, predicted in unseen.items():
            own = part.area == area
            for name, value in values.items():
                value[own] = getattr(predicted[at], name)[own]
        parts.append(replace(part, **values))
    return Alternative("each_council_unseen", "Each council's list by a model that never saw that council",
                       "Tells whether what was learned holds where nothing was learned.", tuple(parts))  # fmt: skip


def _same(lessons: Inputs, split: Split) -> Inputs:
    return lessons


def _more_places(asked: Asked, base: Alternative) -> Alternative:
    places = {area: round(MORE_PLACES * count) for area, count in asked.experiment.capacity.items()}
    parts = tuple(
        replace(part, listed=listed_by_team(part.raw_score, list_keys(asked.experiment, part.as_of), part.area, places))
        for part in base.predictions
    )
    return Alternative("more_places", f"Wider outreach: {MORE_PLACES - 1:.0%} more places for every team",
                       "Costs the places; nobody is taken off.", parts)  # fmt: skip
