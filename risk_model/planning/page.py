"""The plan as people read it: lines in a terminal, a page that stands alone, and values for a script."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from risk_model import words
from risk_model.document import bullets, picture, plain, render_page, table
from risk_model.experiment import EntryRule, Experiment
from risk_model.planning.facts import Plan
from risk_model.planning.leaks import Warning
from risk_model.planning.picture import timeline
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.splits import Split

SPLITS = ("Split", "Learns from", "Calibrates on", "Tests on")


def render_text(plan: Plan, warnings: tuple[Warning, ...]) -> str:
    """The plan for a terminal."""
    parts = [plan.experiment.question, "", *in_words(plan), ""]
    rows = [list(SPLITS), *([*_row(split)] for split in plan.splits)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(SPLITS))]
    if plan.splits:
        parts += ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    parts += [f"\nCANNOT RUN: {fault}" for fault in plan.faults]
    parts += [f"\n{'GRAVE' if each.grave else 'NOTE'}: {each.leak}.\n  To do: {each.remedy}." for each in warnings]
    return "\n".join(parts)


def render_html(plan: Plan, warnings: tuple[Warning, ...]) -> str:
    """The plan as one page with its timeline."""
    plot = timeline(plan) if plan.splits else None
    title = f"The plan of {plan.experiment.name}"
    parts = [f"# {plain(title)}", f"> {plain(plan.experiment.question)}", bullets([plain(s) for s in in_words(plan)])]
    if plot is not None:
        rows = [[plain(cell) for cell in _row(split)] for split in plan.splits]
        parts += ["## When", picture(plot), table(SPLITS, rows, numbers=False)]
    if plan.faults:
        parts += ["## Why it cannot run as written", bullets([plain(fault) for fault in plan.faults])]
    said = [f"{'**Grave.** ' if each.grave else ''}{plain(each.leak)}. *To do: {plain(each.remedy)}.*"
            for each in warnings]  # fmt: skip
    parts += ["## Leaks and doubts, before anything runs", bullets(said) or "None found from the plan alone."]
    return render_page(title, "\n\n".join(parts) + "\n", [plot] if plot else [])


def as_json(plan: Plan, warnings: tuple[Warning, ...]) -> dict[str, Any]:
    """The plan as JSON values."""
    return {
        "experiment": plan.experiment.name,
        "as_of_dates": [f"{day}" for day in plan.dates],
        "left_out": [{"as_of": f"{each.as_of}", "period": each.period} for each in plan.left_out],
        "splits": [
            dict(zip(("name", "train", "calibrate", "test"), _row(split), strict=True)) for split in plan.splits
        ],
        "features": len(plan.features),
        "estimators": list(plan.experiment.estimators),
        "fits": plan.fits,
        "faults": list(plan.faults),
        "warnings": [asdict(each) for each in warnings],
    }


def in_words(plan: Plan) -> list[str]:
    """The plan in sentences: who, what, when, from what, how it is chosen, and how much work it is."""
    return [
        _who(plan.experiment),
        _what(plan.experiment),
        _when(plan),
        _from_what(plan),
        _how(plan.experiment),
        _work(plan),
    ]


def _who(experiment: Experiment) -> str:
    plan = experiment.cohort
    if plan.rule == "screened":
        return "Who: everybody on the date of their first screening"
    contact = words.listed([_entry(rule) for rule in plan.entry], "or")
    return (f"Who: aged {plan.youngest} to {plan.oldest}, living where one of {len(experiment.capacity)} teams works, "
            f"with a contact in the {plan.entry_days} days before ({contact}), without the outcome so far")  # fmt: skip


def _entry(rule: EntryRule) -> str:
    role = f" as {words.listed(list(rule.role), 'or')}" if rule.role else ""
    return (
        rule.kind.replace("_", " ") + role + (f" with code {words.listed(list(rule.code), 'or')}" if rule.code else "")
    )


def _what(experiment: Experiment) -> str:
    plan = experiment.outcome
    return (f"What: {plan.question}, in the {plan.horizon_days} days from the as-of date; "
            f"a label counts as known {plan.maturity_days} days after that")  # fmt: skip


def _when(plan: Plan) -> str:
    if not plan.dates:
        return "When: on people's own dates" if plan.experiment.cohort.rule == "screened" else "When: on no date yet"
    told = f"When: {len(plan.dates)} as-of dates from {plan.dates[0]} to {plan.dates[-1]}"
    why = Counter(each.period for each in plan.left_out)
    return told + "".join(f"; {count} left out for {period}" for period, count in why.items())


def _from_what(plan: Plan) -> str:
    themes = len({feature.theme for feature in plan.features})
    unused = plan.features_known - len(plan.features)
    return f"From what: {len(plan.features)} features in {themes} themes; {unused} of the catalogue are not used"


def _how(experiment: Experiment) -> str:
    plan = experiment.selection
    tie = ", the simplest of those that cannot be told apart from the best" if plan.tie_within_interval else ""
    how = "the mean" if plan.rule == "best_mean" else "the least regret"
    asked = [
        f"lists that keep less than {plan.least_stability:.0%} until the next one" if plan.least_stability else "",
        f"a protected group certainly beyond {plan.least_group_ratio:g} times the largest of its kind"
        if plan.least_group_ratio else "",
    ]  # fmt: skip
    left = "; passed over, if another is not: " + ", or ".join(filter(None, asked)) if any(asked) else ""
    seen = "; people learned from are left out of tests" if experiment.splits.people_seen == "leave_out" else ""
    return f"How it is chosen: by {how} of {plan.metric.replace('_', ' ')} on the test dates{tie}{left}{seen}"


def _work(plan: Plan) -> str:
    known = [ESTIMATORS[name].plain_name for name in plan.experiment.estimators if name in ESTIMATORS]
    return f"Work: {plan.fits} fits ({words.listed(known)}), {plan.experiment.bootstrap_resamples} resamples of people"


def _row(split: Split) -> tuple[str, str, str, str]:
    name = split.name if split.test else "published model"
    return name, split.train.plain, split.calibrate.plain, split.test.plain if split.test else "not tested"
