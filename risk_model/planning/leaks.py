"""Ways an experiment could know more than it should, or be measured on less than it seems, told before anything runs.

These read the plan alone. Training looks again at the rows (``check_splits``, ``refuse_too_good``) and refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from features.definition import AnyFeature, Feature, Where
from features.events import KINDS
from features.feeds import FEEDS
from features.windows import days_back, days_since_epoch
from risk_model.planning.facts import Plan
from risk_model.preparation import outcome_events
from risk_model.training.splits import Slice, Split

COMES_FROM = {"yj_disposal": "yj_case"}
"""The feed that brings each kind of event an outcome has been made of."""
LEADS_TO = {
    "yj_disposal": (Where("outcome", code=("charge", "youth_caution")), Where("custody", code="charged")),
}
"""Events in which the decision that becomes an outcome of a kind is already taken, though not yet recorded as it."""
MOST_NAMED = 6


@dataclass(frozen=True)
class Warning:
    """``leak`` is what could go wrong, ``remedy`` what to do about it. A grave one must be explained on the card."""

    leak: str
    remedy: str
    grave: bool = False


def warnings_of(plan: Plan) -> tuple[Warning, ...]:
    """Every warning about a plan, the grave ones first."""
    found = [*_reaching_labels(plan), *_knowing_features(plan), *_foreseeing_features(plan), *_late_records(plan),
             *_shared_outcomes(plan), *_unusual_periods(plan)]  # fmt: skip
    return tuple(sorted(found, key=lambda warning: not warning.grave))


def _reaching_labels(plan: Plan) -> Iterator[Warning]:
    """Labels whose span runs into the slice that follows, where the plan does without the gap."""
    for split in plan.splits:
        for name, part, following in _neighbours(split):
            known = plan.experiment.outcome.window.known_by(_last(part))
            late = days_back(days_since_epoch(following.first), days_since_epoch(known))
            if late > 0:
                yield Warning(
                    f"{split.name}: the last labels of the {name} slice are known {late} days after the next begins",
                    'label_gap = "strict", or say on the card why not (label_gap_reason)', grave=True,
                )  # fmt: skip


def _neighbours(split: Split) -> Iterator[tuple[str, Slice, Slice]]:
    yield "training", split.train, split.calibrate
    if split.test is not None:
        yield "calibration", split.calibrate, split.test


def _last(part: Slice) -> date:
    return date.fromordinal(part.before.toordinal() - 1)


def _knowing_features(plan: Plan) -> Iterator[Warning]:
    """Features made from the outcome's own events."""
    names = [f.name for f in plan.features if _overlap(f, outcome_events(plan.experiment))]
    if names and plan.experiment.outcome.first_ever:
        yield Warning(
            f"{_listed(names)}: made from the outcome's own events. Nobody in the cohort can have one yet, so anything "
            "but 0 is a fault in the dates", "leave the feature out", grave=True,
        )  # fmt: skip
    elif names:
        yield Warning(f"{_listed(names)}: earlier events of the outcome's own kind", "see that this is meant")


def _foreseeing_features(plan: Plan) -> Iterator[Warning]:
    """Features in which the decision that becomes the outcome can be seen before it is recorded."""
    steps = LEADS_TO.get(plan.experiment.outcome.kind, ())
    names = [feature.name for feature in plan.features if any(_overlap(feature, step) for step in steps)]
    if names:
        yield Warning(
            f"{_listed(names)}: may see a decision on its way that is then counted as predicted",
            "look at recall by lead time in the comparison: finding mostly what comes within weeks is not prevention",
        )


def _overlap(feature: AnyFeature, where: Where) -> bool:
    """Whether any event could count both in a feature and in ``where``."""
    if not isinstance(feature, Feature):
        return False
    classes = ((kind.name, role, code) for kind in KINDS.values() for role in kind.roles for code in kind.codes)
    return any(feature.events.matches(*each) and where.matches(*each) for each in classes)


def _late_records(plan: Plan) -> Iterator[Warning]:
    """A wait for late records that is shorter than the partner's own delay."""
    feed = next((feed for feed in FEEDS if feed.name == COMES_FROM.get(plan.experiment.outcome.kind)), None)
    waits = plan.experiment.outcome.maturity_days
    if feed is not None and waits < feed.delay_days:
        yield Warning(
            f"labels count as known after {waits} days, and {feed.name} reaches us {feed.delay_days} days after it is "
            "recorded: outcomes late in the window are taken for none", f"maturity_days = {feed.delay_days} or more",
            grave=True,
        )  # fmt: skip


def _shared_outcomes(plan: Plan) -> Iterator[Warning]:
    """Test dates closer together than the horizon, so that one event is an outcome of several."""
    tests = sorted(split.test.first for split in plan.splits if split.test is not None)
    horizon = plan.experiment.outcome.horizon_days
    close = sum((later - day).days < horizon for day, later in pairwise(tests))
    if close and plan.dates:
        yield Warning(
            f"{close + 1} test dates lie less than {horizon} days apart: one event can be the outcome of several",
            "nothing: intervals resample people with all their dates, so they are not too narrow for it",
        )


def _unusual_periods(plan: Plan) -> Iterator[Warning]:
    window = plan.experiment.outcome.window
    for period in plan.experiment.dates.unusual:
        met = sum(window.touches(day, period.first, period.before) for day in plan.dates)
        if met and period.treat == "keep":
            yield Warning(f"{period.name}: {met} as-of date(s) lie in it, or their outcomes do, and are kept",
                          'compare with treat = "leave_out" before trusting a trend')  # fmt: skip


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
