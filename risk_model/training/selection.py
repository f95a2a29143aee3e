"""Which estimator becomes the model, by the rule the experiment fixed before any result was seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from risk_model.errors import BadConfiguration, Untrainable, all_faults
from risk_model.experiment import Experiment
from risk_model.plan import SelectionPlan
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Difference, Evaluation, difference, mean_of_splits
from risk_model.training.metrics import BY_NAME

BySplit = Mapping[str, Sequence[Evaluation]]
"""Each estimator's evaluations, one a split, in the same order of splits."""


@dataclass(frozen=True)
class Standing:
    """One estimator's mean metric over the splits, and how far it is from the best that may be chosen (None for the
    best itself)."""

    estimator: str
    may_be_chosen: bool
    mean: float
    from_best: Difference | None


@dataclass(frozen=True)
class Selection:
    """The estimator chosen, why in plain words, all standings (best first), and how each estimator that learns
    compares with the best written-down rule (empty where the experiment has no rule)."""

    chosen: str
    metric: str
    reason: str
    table: tuple[Standing, ...]
    against_rule: tuple[Difference, ...]


def check_selection(experiment: Experiment) -> None:
    """Refuse a selection rule that could never be followed, before anything is trained.

    :raises BadConfiguration: an unknown metric or estimator, or nothing that may be chosen; all faults together.
    """
    plan = experiment.selection
    usable = [name for name, metric in BY_NAME.items() if metric.better]
    faults = [] if plan.metric in usable else [f"metric {plan.metric!r}: choose one of {', '.join(usable)}"]
    faults += [f"simplest_first names {name!r}, which is not an estimator of this experiment"
               for name in plan.simplest_first if name not in experiment.estimators]  # fmt: skip
    if not any(ESTIMATORS[name].publishable for name in experiment.estimators if name in ESTIMATORS):
        faults.append("no estimator of this experiment may be published; add one besides the comparators")
    if faults:
        raise BadConfiguration(all_faults(f"[selection], {len(faults)} fault(s):", faults))


def select(plan: SelectionPlan, by_split: BySplit) -> Selection:
    """The best mean metric over the splits; or, of those the data cannot tell from the best, the simplest.

    :raises Untrainable: no estimator that may be chosen has a value for the metric.
    """
    sign = BY_NAME[plan.metric].better
    means = {name: mean_of_splits(splits, plan.metric)[0] for name, splits in by_split.items()}
    ranked = sorted(means, key=lambda name: (math.isnan(means[name]), -sign * means[name]))
    choosable = [name for name in ranked if ESTIMATORS[name].publishable and not math.isnan(means[name])]
    if not choosable:
        raise Untrainable(f"[selection] no estimator that may be chosen has a value for {plan.metric}")
    best = choosable[0]
    from_best = {name: difference(by_split[name], by_split[best], plan.metric) for name in ranked if name != best}
    table = tuple(Standing(name, ESTIMATORS[name].publishable, means[name], from_best.get(name)) for name in ranked)
    tied = [best, *(name for name in choosable[1:] if plan.tie_within_interval and from_best[name].is_tie)]
    chosen = min(tied, key=lambda name: (_simplicity(plan, name), ranked.index(name)))
    reason = _reason(plan, from_best, best, chosen)
    return Selection(chosen, plan.metric, reason, table, _against_rule(by_split, ranked, plan.metric))


def _simplicity(plan: SelectionPlan, name: str) -> int:
    """Place in ``simplest_first``; those it does not name come last."""
    return plan.simplest_first.index(name) if name in plan.simplest_first else len(plan.simplest_first)


def _against_rule(by_split: BySplit, ranked: Sequence[str], metric: str) -> tuple[Difference, ...]:
    rules = [name for name in ranked if ESTIMATORS[name].is_rule]
    learners = [name for name in ranked if not ESTIMATORS[name].is_rule]
    return tuple(difference(by_split[name], by_split[rules[0]], metric) for name in learners) if rules else ()


def _reason(plan: SelectionPlan, from_best: Mapping[str, Difference], best: str, chosen: str) -> str:
    """Why this one, in words; no estimator's own value, which may rest on few and is shown where that is checked."""
    what = BY_NAME[plan.metric].plain
    measured = f'the mean over the splits of "{what}" ({plan.metric}), as the experiment fixed beforehand'
    if chosen == best:
        return f"{ESTIMATORS[best].plain_name} has the best value by {measured}."
    gap = from_best[chosen].figure
    by = f"the difference is {gap.value:+.3f}, with a 95% interval from {gap.low:+.3f} to {gap.high:+.3f}"
    return (
        f"{ESTIMATORS[chosen].plain_name} cannot be told apart from the best, {ESTIMATORS[best].plain_name}, and is "
        f"simpler: {'there are too few to measure a difference' if math.isnan(gap.low) else by}. Judged by {measured}."
    )
