"""Who is missed, and who is wrongly listed? Every group's figures at each team's places, against one limit set before.

For scarce help the main harm is being missed, so one lead figure (recall, unless the experiment says otherwise) is
judged; precision, false positives and selection always stand beside it, and calibration (intercept, slope and error),
with their intervals. Chances that are certainly too low or too high for a group ask for attention.
"""

from __future__ import annotations

import numpy as np

from risk_model.audits.characteristics import FINER, JOINTS, not_held
from risk_model.audits.confusion import EVERYONE, PREDICTED
from risk_model.audits.finding import Chances, Finding, GroupFigures, Status, Verdict
from risk_model.audits.group_calibration import Calibrations, calibrations_of, judge_calibration
from risk_model.audits.group_figures import figures_of, shown_counts
from risk_model.audits.group_reliability import with_seen
from risk_model.audits.inputs import AuditInputs
from risk_model.audits.judging import cannot_tell, judge_groups, verdict_of
from risk_model.audits.trends import trends_of
from risk_model.disclosure import FEWER, show_about
from risk_model.errors import BadConfiguration
from risk_model.experiment import Experiment
from risk_model.training.bands import happened
from risk_model.training.predictions import Predictions, list_keys
from risk_model.words import decimal, listed, people, percent, spread

NAME = "groups"
QUESTION = "Who is missed, and who is wrongly listed?"
LEADS = {
    "recall": ("of those who had the outcome", "found"),
    "precision": ("of those listed", "rightly listed"),
    "selection_rate": ("of everybody", "listed"),
}
"""Lead figures for which more is better for the group: whom they are about, and what somebody counted was."""
WRONG = (Chances.TOO_LOW, Chances.TOO_HIGH)
"""Chances that are certainly further off than the limit."""


def audit(inputs: AuditInputs) -> Finding:
    """Figures of every group that may be shown, the verdict, and a sentence for each group outside the limit.

    :raises BadConfiguration: a lead figure that is not one of ``LEADS``.
    """
    experiment, plan = inputs.experiment, inputs.experiment.audit
    if plan.lead not in LEADS:
        raise BadConfiguration(f"audit.lead: no lead figure {plan.lead!r}; there are {', '.join(LEADS)}")
    tested = inputs.tested
    rows, held, everyone, resamples = tested.rows, tested.held, tested.everyone, tested.resamples
    lists = len(np.unique(list_keys(experiment, rows.as_of)))
    tables = {EVERYONE: tested.cells(everyone)} | tested.tables
    shown = shown_counts(tables, plan.suppress_under)
    judged = judge_groups(tested.tables, plan)
    calibrated = judge_calibration(
        {c.name: calibrations_of(rows, c, tables[c.name], resamples, plan.least_positives) for c in (everyone, *held)},
        plan,
    )
    figures = {
        c.name: with_seen(
            figures_of(experiment, c, tables[c.name], judged, calibrated[c.name], shown), rows, c, resamples, plan
        )
        for c in (everyone, *held)
    }
    reasons = [sentence for name in judged for sentence in _sentences(experiment, name, figures[name], lists)]
    silent = cannot_tell(held, judged)
    single = [each for each in held if each.name not in (*JOINTS, *FINER)]
    reasons += [] if reasons or len(silent) == len(single) > 0 else [_nobody_outside(experiment)]
    reasons += [
        f"{each.title}: could not tell. No two groups have {plan.least_positives} or more people who had the outcome."
        for each in silent
    ]
    reasons += [_chances(figure) for own in figures.values() for figure in own if figure.chances in WRONG]
    return Finding(
        audit=NAME,
        question=QUESTION,
        verdict=max(verdict_of(held, judged), _of_chances(calibrated), key=tuple(Verdict).index),
        reasons=tuple(reasons),
        acceptable=True,
        groups=tuple(figure for group in figures.values() for figure in group),
        trends=trends_of(experiment, rows, held),
        notes=_notes(experiment, rows, lists, not_held(plan.characteristics, held)),
    )


def _sentences(experiment: Experiment, name: str, figures: list[GroupFigures], lists: int) -> list[str]:
    """One for each group outside the limit; joint groups only where that is certain."""
    telling = {Status.OUTSIDE} if name in JOINTS else {Status.OUTSIDE, Status.LIKELY_OUTSIDE}
    compared = next((figure for figure in figures if figure.status is Status.REFERENCE), None)
    return [_sentence(experiment, f, compared, lists) for f in figures if compared and f.status in telling]


def _sentence(experiment: Experiment, group: GroupFigures, compared: GroupFigures, lists: int) -> str:
    plan = experiment.audit
    of_whom, done = LEADS[plan.lead]
    start = f"{group.characteristic}, {group.group}: {of_whom}, "
    sure = "certainly" if group.status is Status.OUTSIDE else "by the estimate, though not certainly,"
    rate, other, ratio = group.rates[plan.lead], compared.rates[plan.lead], group.ratio
    if rate.value is None or ratio.value is None:
        few = FEWER.format(under=plan.suppress_under)
        return f"{start}{few} were {done}, or were not, so the share is not shown; it is {sure} outside the limit."
    more = "more" if ratio.value > 1 else "less"
    gap = f" At the same rate, {group.gap} more would have been {done} over {_lists(lists)}." if group.gap else ""
    return (
        f"{start}{percent(rate.value)} were {done}, {more} often than {compared.group} ({percent(other.value)}). "
        f"The ratio, {decimal(ratio.value)} ({spread(ratio.low, ratio.high, share=False)}), is {sure} outside the "
        f"limit of {plan.least_ratio:g}.{gap}"
    )


def _of_chances(calibrated: dict[str, Calibrations]) -> Verdict:
    wrong = any(own.chances in WRONG for groups in calibrated.values() for own in groups.values())
    return Verdict.NEEDS_ATTENTION if wrong else Verdict.PASSES


def _chances(group: GroupFigures) -> str:
    """That a group's chances are certainly wrong, and by how much as far as that may be shown."""
    observed, predicted = group.rates["observed"].value, group.rates[PREDICTED].value
    start = f"{group.characteristic}, {group.group}: the chances given are {group.chances.value}, beyond the limit"
    if observed is None or predicted is None:
        return f"{start} and more so than for everybody."
    return (
        f"{start} and more so than for everybody: {percent(predicted)} were predicted to have the outcome, and "
        f"{percent(observed)} had it."
    )


def _nobody_outside(experiment: Experiment) -> str:
    plan = experiment.audit
    return (
        f"Among groups large enough to tell, nobody was {LEADS[plan.lead][1]} less than {plan.least_ratio:g} times as "
        "often as the largest group of their kind."
    )


def _notes(experiment: Experiment, rows: Predictions, lists: int, missing: tuple[str, ...]) -> tuple[str, ...]:
    plan, who = experiment.audit, people(experiment)
    distinct = show_about(len(np.unique(rows.person)), under=plan.suppress_under)
    done = LEADS[plan.lead][1]
    return (
        f"The outcome is {happened(experiment)}. The figures are of about {distinct} {who}, who could have been on "
        f"{_lists(lists)} of the test data; somebody who could have been on several counts once for each.",
        f"The limit was set before the run: a group must be {done} at least {plan.least_ratio:g} times as often as the "
        "largest group of its kind, and the other way round. It is certainly outside where the whole 95% interval is; "
        "intervals of ratios and differences hold for all groups at once, so that many comparisons do not find chance.",
        f"A group with fewer than {plan.least_positives} different {who} who had the outcome is marked as insufficient "
        "numbers. Groups whose value is not recorded are shown and not judged. Teams' places are set by policy, so an "
        "area outside the limit asks for attention and does not fail the model.",
        "Chances are judged by the calibration intercept: the odds of the outcome must be at least "
        f"{plan.least_ratio:g} times those predicted, and the other way round, unless they are as far off for "
        "everybody. A group outside that asks for attention and does not fail the model. It takes "
        f"{plan.least_positives} {who} who had the outcome and as many who did not. Slope and error are shown and not "
        "judged; the error of a small group is never nought, even where its chances are right.",
        f"Intervals resample {who}, each with all their records. Counts are rounded; counts of fewer than "
        f"{plan.suppress_under}, and percentages made of them, are not shown.",
        f"Not held in any extract, so nobody can say how these groups fare: {listed(missing)}.",
    )


def _lists(lists: int) -> str:
    return "1 list" if lists == 1 else f"{lists} lists"
