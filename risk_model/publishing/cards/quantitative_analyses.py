"""Quantitative analyses: figures on the whole, team by team, group by group and for two characteristics together."""

from __future__ import annotations

from collections.abc import Mapping

from risk_model.audits.report import PLOT_KEY, group_sections
from risk_model.document import bullets, picture, plain, table
from risk_model.publishing.cards.inputs import CardInputs
from risk_model.training.bands import Band
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.metrics import BY_NAME
from risk_model.training.plots import Plot
from risk_model.training.showing import say_figure, shown_figure
from risk_model.words import decimal, with_spread

HEADLINES = ("recall_at_capacity", "precision_at_capacity", "lift_at_capacity", "auc")
FROM_TRAINING = ("teams", "reliability", "precision_recall")
LEAD_TITLE = {"teams": "Team by team", "reliability": "Are the probabilities right?",
              "precision_recall": "For every length of list"}  # fmt: skip


def render(inputs: CardInputs, plots: Mapping[str, Plot]) -> str:
    """The section's Markdown."""
    groups = inputs.audit.finding("groups")
    parts = ["### On the whole", _estimators(inputs), *_references(inputs)]
    for name in FROM_TRAINING:
        if name in plots:
            parts += [f"### {LEAD_TITLE[name]}", *([_teams(inputs)] if name == "teams" else []), picture(plots[name])]
    parts += ["### Bands", *_bands(inputs.bands)] if inputs.is_for_use else []
    parts += ["### Group by group, and for two characteristics together", f"**{groups.verdict.value}**",
              bullets([plain(reason) for reason in groups.reasons]), picture(plots["groups"]), PLOT_KEY]  # fmt: skip
    parts += [section.replace("### ", "#### ", 1) for section in group_sections(groups, inputs.audit.lead)]
    parts += [bullets([plain(note) for note in groups.notes]), *_importances(inputs, plots)]
    return "\n\n".join(parts)


def _estimators(inputs: CardInputs) -> str:
    under = inputs.experiment.audit.suppress_under
    rows = []
    for standing in inputs.training.selection.table:
        each = inputs.on_all_splits(standing.estimator)
        name = plain(ESTIMATORS[each.estimator].plain_name)
        mark = " (chosen)" if each.estimator == inputs.training.selection.chosen else ""
        rows.append(
            [f"{name}{mark}", *(say_figure(shown_figure(each.figure(m), each.counts, under)) for m in HEADLINES)]
        )
    return table(["All tests together", *(BY_NAME[name].plain for name in HEADLINES)], rows)


def _teams(inputs: CardInputs) -> str:
    under, rows = inputs.experiment.audit.suppress_under, []
    for team in inputs.chosen.teams:
        figures = {each.name: say_figure(shown_figure(each, team.counts, under, 2)) for each in team.figures}
        name = f"{plain(inputs.team_names.get(team.area, team.area))} ({team.places})"
        rows.append([name, *(figures[metric] for metric in HEADLINES)])
    return table(["Team (places a list)", *(BY_NAME[name].plain for name in HEADLINES)], rows)


def _references(inputs: CardInputs) -> list[str]:
    """Published figures of others on the same data beside ours; nothing where the experiment names none."""
    references = inputs.experiment.card.published_references
    if not references:
        return []
    rows = [
        [plain(str(each["name"])), *_beside(inputs, str(each["metric"]), float(each["value"]))] for each in references
    ]
    again = [
        f"On the very rows tested here: {plain(each.name)} has {BY_NAME[each.auc.name].plain} "
        f"{with_spread(each.auc.value, each.auc.low, each.auc.high, share=False)}."
        for each in inputs.references
    ]
    parts = ["### Beside published figures", table(["Published", "Figure", "Theirs", "Ours"], rows)]
    return [*parts, *([bullets(again)] if again else [])]


def _beside(inputs: CardInputs, metric: str, published: float) -> tuple[str, str, str]:
    """A figure's name, what others published, and ours."""
    if metric not in BY_NAME:
        return plain(metric), decimal(published), "not measured"
    chosen, under = inputs.chosen, inputs.experiment.audit.suppress_under
    return (
        BY_NAME[metric].plain,
        decimal(published),
        say_figure(shown_figure(chosen.figure(metric), chosen.counts, under)),
    )


def _bands(bands: tuple[Band, ...]) -> list[str]:
    """What each band says, in the words a list uses."""
    if not bands:
        return ["There were too few outcomes to make bands."]
    return [
        "A list shows a band, not a decimal.",
        table(["Band", "What was seen"], [[plain(b.name), plain(b.plain)] for b in bands], numbers=False),
    ]


def _importances(inputs: CardInputs, plots: Mapping[str, Plot]) -> list[str]:
    finding = inputs.audit.finding("explanation")
    parts = ["### What moves the scores", bullets([plain(reason) for reason in (*finding.reasons, *finding.notes)])]
    return [*parts, *(picture(plots[name]) for name in ("themes", "inputs") if name in plots)]
