"""Which estimator becomes the model, by the rule the experiment fixed before any result was seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from risk_model.disclosure import UNDER
from risk_model.errors import BadConfiguration, Untrainable, all_faults
from risk_model.experiment import Experiment
from risk_model.plan import SelectionPlan
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Difference, Evaluation, difference, mean_of_splits
from risk_model.training.metrics import BY_NAME
from risk_model.training.showing import say_gap
from risk_model.training.simultaneous import Compared, intervals

BySplit = Mapping[str, Sequence[Evaluation]]
"""Each estimator's evaluations, one a split, in the same order of splits."""

Unequal = Mapping[str, Sequence[str]]
"""For each estimator, the characteristics of which a group is certainly found unequally."""
NOTHING_KNOWN: Mapping[str, float] = MappingProxyType({})
NO_GROUPS: Unequal = MappingProxyType({})


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
    compares with each written-down rule, the best rule first (empty where the experiment has none)."""

    chosen: str
    metric: str
    reason: str
    table: tuple[Standing, ...]
    against_rule: tuple[Difference, ...]
    verdict: str = ""
    """Whether a model is needed at all, in words; empty where the experiment has no rule that may be published."""
    unequal: Unequal = field(default_factory=dict)
    """For each estimator, in what a group is certainly found more or less often than the plan allows; empty where the
    plan does not ask."""


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
    if plan.least_group_ratio and not experiment.audit.characteristics:
        faults.append("least_group_ratio looks at groups; name their characteristics in [audit]")
    if faults:
        raise BadConfiguration(all_faults(f"[selection], {len(faults)} fault(s):", faults))


def select(
    plan: SelectionPlan, by_split: BySplit, stability: Mapping[str, float] = NOTHING_KNOWN,
    unequal: Unequal = NO_GROUPS, under: int = UNDER,
) -> Selection:  # fmt: skip
    """The best by the plan's rule; or, of those the data cannot tell from the best, the simplest.

    ``stability`` is the share of each estimator's list still on its next one, ``unequal`` in what groups are certainly
    found unequally; who falls short of what the plan asks is passed over, unless all do. ``under``: as for disclosure.

    :raises Untrainable: no estimator that may be chosen has a value for the metric.
    """
    sign = BY_NAME[plan.metric].better
    means = {name: mean_of_splits(splits, plan.metric)[0] for name, splits in by_split.items()}
    ranked = sorted(means, key=lambda name: (math.isnan(means[name]), -sign * means[name]))
    choosable = [name for name in ranked if ESTIMATORS[name].publishable and not math.isnan(means[name])]
    if not choosable:
        raise Untrainable(f"[selection] no estimator that may be chosen has a value for {plan.metric}")
    choosable, unsteady = _stable_enough(plan, choosable, stability)
    choosable, unfair = _equal_enough(plan, choosable, unequal)
    best = choosable[0] if plan.rule == "best_mean" else _least_regret(plan, choosable, by_split)
    from_best = {name: difference(by_split[name], by_split[best], plan.metric) for name in ranked if name != best}
    table = tuple(Standing(name, ESTIMATORS[name].publishable, means[name], from_best.get(name)) for name in ranked)
    tied = [best, *(name for name in choosable if name != best and plan.tie_within_interval and from_best[name].is_tie)]
    chosen = min(tied, key=lambda name: _simplicity(plan, name))  # of equally simple ones the first: the best
    reason = _reason(plan, from_best, best, chosen, under) + unsteady + unfair
    against = _against_rule(by_split, ranked, plan.metric)
    needed = _is_model_needed(plan, by_split, choosable, chosen)
    return Selection(chosen, plan.metric, reason, table, against, needed, unequal)


def _stable_enough(plan: SelectionPlan, choosable: list[str], stability: Mapping[str, float]) -> tuple[list[str], str]:
    """Who keeps enough of their list, and what is said of the others; a stability that is not known is none missed."""
    kept = [name for name in choosable if not stability.get(name, math.nan) < plan.least_stability]
    if not kept:
        return choosable, f" No estimator keeps {plan.least_stability:.0%} of its list until the next one."
    left = [ESTIMATORS[name].plain_name for name in choosable if name not in kept]
    return kept, f" Passed over for lists that change too much: {', '.join(left)}." if left else ""


def _equal_enough(plan: SelectionPlan, choosable: list[str], unequal: Unequal) -> tuple[list[str], str]:
    """Whose groups are not certainly found unequally, and what is said of the others and of what was looked at."""
    if not plan.least_group_ratio:
        return choosable, ""
    kept = [name for name in choosable if not unequal.get(name)]
    told = [f"{ESTIMATORS[name].plain_name} ({', '.join(unequal[name]).lower()})" for name in choosable
            if name not in kept]  # fmt: skip
    limit = f"certainly below {plan.least_group_ratio:g} times that of the largest group of its kind, or the reverse"
    if not told:
        return kept, f" For none is the audited figure of a protected group {limit}."
    if not kept:
        return (
            choosable,
            f" For each of them the audited figure of a protected group is {limit}: {'; '.join(told)}.",
        )
    return kept, f" Passed over, as the audited figure of a protected group is {limit}: {'; '.join(told)}."


def _least_regret(plan: SelectionPlan, choosable: Sequence[str], by_split: BySplit) -> str:
    """Whose largest distance from a split's best is the smallest; of equal ones the better mean."""
    sign = BY_NAME[plan.metric].better
    values = np.array([[sign * each.figure(plan.metric).value for each in by_split[name]] for name in choosable])
    return choosable[int(np.argmin((values.max(axis=0) - values).max(axis=1)))]


def _is_model_needed(plan: SelectionPlan, by_split: BySplit, choosable: Sequence[str], chosen: str) -> str:
    """Whether any that learns beats the best rule that may be published, beyond an interval that holds for all of them
    at once: of many, one would beat it by luck. ``choosable`` have the best first."""
    rules = [name for name in choosable if ESTIMATORS[name].is_rule]
    learners = [name for name in choosable if not ESTIMATORS[name].is_rule]
    if not rules or not learners:
        return ""
    better = [ESTIMATORS[name].plain_name for name in _surely_better(plan, by_split, learners, rules[0])]
    rule, what = ESTIMATORS[rules[0]].plain_name, BY_NAME[plan.metric].plain.lower()
    beyond = f"the best rule ({rule}) beyond the interval ({what})"
    if better:
        said = f"A model adds something: {', '.join(better)} beat {beyond}."
        yet = f" The rule is chosen all the same: by the plan it is preferred to {ESTIMATORS[choosable[0]].plain_name}."
        return said + yet if ESTIMATORS[chosen].is_rule else said
    said = f"A model is not needed on this evidence: none that learns beats {beyond}."
    if ESTIMATORS[chosen].is_rule:
        return f"{said} Publish the rule: it goes through the same audit, card and lists."
    return f"{said} The plan prefers a model all the same; to publish the rule, name it first in simplest_first."


def _surely_better(plan: SelectionPlan, by_split: BySplit, learners: Sequence[str], rule: str) -> list[str]:
    sign = BY_NAME[plan.metric].better
    value, draws = mean_of_splits(by_split[rule], plan.metric)
    against = [
        Compared(sign * (own - value), sign * (each - draws))
        for own, each in (mean_of_splits(by_split[name], plan.metric) for name in learners)
    ]
    return [name for name, (low, _) in zip(learners, intervals(against, ratios=False), strict=True) if low > 0]


def _simplicity(plan: SelectionPlan, name: str) -> tuple[int, bool]:
    """Place in ``simplest_first``; those it does not name come last, what learns after what does not."""
    named = plan.simplest_first.index(name) if name in plan.simplest_first else len(plan.simplest_first)
    return named, not ESTIMATORS[name].is_rule


def _against_rule(by_split: BySplit, ranked: Sequence[str], metric: str) -> tuple[Difference, ...]:
    rules = [name for name in ranked if ESTIMATORS[name].is_rule]
    learners = [name for name in ranked if not ESTIMATORS[name].is_rule]
    return tuple(difference(by_split[name], by_split[rule], metric) for rule in rules for name in learners)


def _reason(plan: SelectionPlan, from_best: Mapping[str, Difference], best: str, chosen: str, under: int) -> str:
    """Why this one, in words; no estimator's own value, which may rest on few and is shown where that is checked."""
    what = BY_NAME[plan.metric].plain
    how = "the mean over the splits" if plan.rule == "best_mean" else "the least regret on any split"
    measured = f'{how} of "{what}" ({plan.metric}), as the experiment fixed beforehand'
    if chosen == best:
        return f"{ESTIMATORS[best].plain_name} has the best value by {measured}."
    return (
        f"{ESTIMATORS[chosen].plain_name} cannot be told apart from the best, {ESTIMATORS[best].plain_name}, and is "
        f"simpler: the difference is {say_gap(from_best[chosen], under)}. Judged by {measured}."
    )
