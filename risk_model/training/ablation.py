"""What does each partner's data add? One estimator fitted with all of it, without each part, and on each part alone.

A part that adds nothing beyond its interval need not be shared for this purpose. Differences are paired: the same
splits, the same rows, the same draws of people. Settings stay those of the page, so a part may be worth a little more
than it shows where other settings would suit the rest better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from risk_model.errors import BadConfiguration, Untrainable
from risk_model.experiment import Experiment
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Difference, Evaluation, difference, evaluate, mean_of_splits
from risk_model.training.fitting import check_split, predict_split
from risk_model.training.inputs import Inputs
from risk_model.training.intervals import Figure, interval, resample_people
from risk_model.training.metrics import BY_NAME
from risk_model.training.plots import COLOURS, Plot, canvas, to_png
from risk_model.training.predictions import Predictions
from risk_model.training.showing import OVERALL_DIGITS, say_figure, shown_figure, verdict
from risk_model.training.splits import temporal_splits

ALL = "all"
Say = Callable[[str], None]
Parts = Mapping[str, frozenset[str]]
"""Each feature's name, and whose data (or theme) it is made from; none of a feature everybody has, such as age."""


@dataclass(frozen=True)
class Variant:
    """A choice of features: ``without`` a part, ``only`` a part (and what everybody has), or ``all``."""

    kind: str
    part: str
    features: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The choice in words."""
        return {ALL: "With everything", "without": f"Without {self.part}", "only": f"Only {self.part}"}[self.kind]


@dataclass(frozen=True)
class Ablated:
    """How a variant did: the mean over the splits with its interval, and its paired difference from everything."""

    variant: Variant
    figure: Figure
    from_all: Difference | None
    evaluations: tuple[Evaluation, ...]


def variants(names: Sequence[str], parts: Parts) -> list[Variant]:
    """Everything first; then, part by part in order of name, without it and only it, where features are left.

    >>> made = variants(["age", "a", "ab"], {"a": frozenset("A"), "ab": frozenset("AB")})
    >>> [(each.plain, each.features) for each in made[1:]]  # doctest: +NORMALIZE_WHITESPACE
    [('Without A', ('age',)), ('Only A', ('age', 'a')), ('Without B', ('age', 'a')), ('Only B', ('age',))]
    """
    made = [Variant(ALL, "", tuple(names))]
    for part in sorted(set().union(*parts.values())):
        without = tuple(name for name in names if part not in parts.get(name, frozenset()))
        only = tuple(name for name in names if parts.get(name, frozenset()) <= {part})
        made += [Variant("without", part, without)] if without else []
        made += [Variant("only", part, only)] if only else []
    return made


def which_estimator(experiment: Experiment, wanted: str | None) -> str:
    """The estimator to ablate: the one asked for, or the page's first that learns and may be published.

    :raises BadConfiguration: it is not on the page, or none there learns.
    """
    learners = [name for name in experiment.estimators if ESTIMATORS[name].publishable and not ESTIMATORS[name].is_rule]
    if wanted is not None and wanted not in learners:
        raise BadConfiguration(f"--estimator {wanted}: the experiment has {', '.join(learners) or 'none that learns'}")
    if not learners:
        raise BadConfiguration("ablation: the experiment has no estimator that learns; add [estimators.lightgbm]")
    return wanted or learners[0]


def ablate(
    experiment: Experiment, estimator: str, inputs: Inputs, parts: Parts, say: Say = lambda _: None
) -> tuple[Ablated, ...]:
    """Every variant fitted, calibrated and tested on every split of the experiment; everything first.

    :raises Untrainable: a slice with too little to learn from.
    """
    known = inputs.labelled()
    splits = temporal_splits(experiment, known.rows.as_of)
    for split in splits:
        check_split(experiment, split, known)
    made: list[tuple[Variant, list[Predictions]]] = []
    for variant in variants(known.rows.feature_names, parts):
        say(f"ablation: {variant.plain.lower()}")
        own = replace(known, rows=known.rows.only(variant.features))
        made.append((variant, [predict_split(experiment, estimator, own, split) for split in splits]))
    people = np.concatenate([part.person for part in made[0][1]])
    resamples = resample_people(people, experiment.bootstrap_resamples, experiment.seed)
    measured = [[evaluate(experiment, part, resamples) for part in predicted] for _, predicted in made]
    return tuple(
        _ablated(experiment, variant, own, measured[0]) for (variant, _), own in zip(made, measured, strict=True)
    )


def _ablated(experiment: Experiment, variant: Variant, own: list[Evaluation], whole: list[Evaluation]) -> Ablated:
    metric = experiment.selection.metric
    value, draws = mean_of_splits(own, metric)
    from_all = None if variant.kind == ALL else difference(own, whole, metric)
    return Ablated(variant, Figure(metric, value, *interval(draws)), from_all, tuple(own))


def as_json(experiment: Experiment, estimator: str, found: Sequence[Ablated]) -> dict[str, Any]:
    """The table as JSON values; a figure that rests on few is null."""
    rows = []
    for each in found:
        figure, gap = _shown(experiment, each), each.from_all
        row: dict[str, Any] = {"variant": each.variant.kind, "part": each.variant.part,
                               "features": len(each.variant.features), "figure": _json(figure)}  # fmt: skip
        row |= {"difference": None if gap is None or figure is None else _json(gap.figure)}
        rows.append(row | {"verdict": "" if gap is None else verdict(gap)})
    return {"experiment": experiment.name, "estimator": estimator, "metric": experiment.selection.metric, "rows": rows}


def _json(figure: Figure | None) -> dict[str, float | None] | None:
    if figure is None:
        return None
    values = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: None if value != value else round(value, OVERALL_DIGITS) for name, value in values.items()}


def _shown(experiment: Experiment, each: Ablated) -> Figure | None:
    """The mean over the splits, if every split's own figure may be shown."""
    under = experiment.audit.suppress_under
    single = [shown_figure(own.figure(each.figure.name), own.counts, under) for own in each.evaluations]
    if any(figure is None for figure in single):
        return None
    return Figure(each.figure.name, *(round(v, OVERALL_DIGITS) for v in (each.figure.value, each.figure.low,
                                                                         each.figure.high)))  # fmt: skip


def render_text(experiment: Experiment, estimator: str, found: Sequence[Ablated]) -> str:
    """The table for a terminal, with what follows from it in words."""
    lines = [
        f"{ESTIMATORS[estimator].plain_name}: {BY_NAME[experiment.selection.metric].plain}, mean of the splits",
        "",
    ]
    wide = max(len(each.variant.plain) for each in found)
    for each in found:
        figure = _shown(experiment, each)
        shown = say_figure(figure)
        against = "" if each.from_all is None or figure is None else f"  {_against(each.from_all)}"
        lines.append(f"{each.variant.plain:{wide}}  {len(each.variant.features):4d} features  {shown}{against}")
    return "\n".join([*lines, "", *conclusions(found)])


def _against(gap: Difference) -> str:
    return f"{verdict(gap)}, {gap.figure.value:+.3f} ({gap.figure.low:+.3f} to {gap.figure.high:+.3f})"


def ablation_plot(experiment: Experiment, found: Sequence[Ablated]) -> Plot:
    """Each variant's figure with its 95% interval, everything's as a line to compare with."""
    shown = [(each.variant.plain, figure) for each in found if (figure := _shown(experiment, each)) is not None]
    with canvas("What each part adds", (8.0, 1.6 + 0.4 * len(shown))) as axes:
        for at, (_, figure) in enumerate(shown):
            axes.plot([figure.low, figure.high], [at, at], color=COLOURS[0], linewidth=1.5)
            axes.plot([figure.value], [at], "o", color=COLOURS[0])
        if shown and found[0].variant.plain == shown[0][0]:
            axes.axvline(shown[0][1].value, color="#888888", linewidth=1, linestyle="--")
        axes.set(yticks=range(len(shown)), yticklabels=[name for name, _ in shown], ylim=(len(shown) - 0.5, -0.5))
        axes.set_xlabel(BY_NAME[experiment.selection.metric].plain)
        png = to_png(axes)
    said = "; ".join(f"{name}: {say_figure(figure)}" for name, figure in shown) or "too few to show"
    return Plot("ablation", png, f"What each part adds, mean of the splits. {said}.")


def conclusions(found: Sequence[Ablated]) -> list[str]:
    """What the table says about each part, one sentence each."""
    said = []
    for each in found:
        if each.variant.kind == "without" and each.from_all is not None:
            adds = {"worse": "adds something nothing else gives", "better": "makes it worse; it should not be used"}
            what = adds.get(verdict(each.from_all), "adds nothing that can be measured here beside the rest")
            said.append(f"{each.variant.part}: {what}.")
    return said


def refuse_one_part(parts: Parts) -> None:
    """Refuse where there is nothing to compare.

    :raises Untrainable: all features come from one part.
    """
    every = set().union(*parts.values()) if parts else set()
    if len(every) < 2:
        raise Untrainable(
            f"ablation: all features come from {', '.join(every) or 'nowhere'}; there is nothing to leave out"
        )
