"""What is asked of an experiment besides training: what it would do, better settings, what partners' data add."""

from __future__ import annotations

import base64
from html import escape
from typing import Literal

from features.dictionary import as_records
from features.warehouse import Warehouse
from features.workspace import write_bytes, write_json, write_text
from risk_model.errors import BadConfiguration
from risk_model.planning import page as planning
from risk_model.planning.facts import plan_of
from risk_model.planning.leaks import warnings_of
from risk_model.preparation import chosen_features
from risk_model.state import State, inputs_of
from risk_model.telling import Made, lines
from risk_model.training.ablation import (
    ablate,
    ablation_plot,
    as_json,
    refuse_one_part,
    render_text,
    which_estimator,
)
from risk_model.training.plots import Plot
from risk_model.training.tuning import Search, check_search, search

SEARCHES = "search"


class Experimenting(State):
    """The steps beside the story. What they find is for the experiment's page; nothing is published from them."""

    def check(self) -> Made:
        """What the experiment would do, in words and as a picture, and what could leak; nothing is run."""
        plan = plan_of(self.experiment)
        warnings = warnings_of(plan)
        page = self.folder / "plan.html"
        write_text(page, planning.render_html(plan, warnings))
        text = f"{planning.render_text(plan, warnings)}\n\nThe plan with its timeline: {page}"
        return Made(text, planning.as_json(plan, warnings), BadConfiguration.exit_code if plan.faults else 0)

    def search(self, estimator: str | None) -> Made:
        """Every search of the page (or of one estimator), each going on where it stopped."""
        check_search(self.experiment)
        if estimator is not None and estimator not in self.experiment.search.space:
            raise BadConfiguration(f"--estimator {estimator}: the page has no [search.space.{estimator}]")
        with Warehouse(self.workspace.warehouse) as warehouse:
            inputs = inputs_of(self.prepared, warehouse)
        wanted = [estimator] if estimator else list(self.experiment.search.space)
        basis = self.basis_of_fits
        made = [search(self.experiment, each, inputs, self.folder / SEARCHES, basis, self.say) for each in wanted]
        how = "To use them, write on the experiment's page, with the reason in its log:"
        text = lines(*(_said(each) for each in made), how, *(f"\n{each.toml}" for each in made))
        return Made(text, {"experiment": self.experiment.name, "searches": [_search_json(each) for each in made]})

    def ablate(self, estimator: str | None, by: Literal["partner", "theme"]) -> Made:
        """One estimator with all features, without each part and with each alone; kept as a page beside the results."""
        name = which_estimator(self.experiment, estimator)
        records = as_records(chosen_features(self.experiment))
        whose = {each["name"]: frozenset(each["partners"]) for each in records}
        parts = whose if by == "partner" else {
            each["name"]: frozenset([each["theme"]] if each["partners"] else []) for each in records}  # fmt: skip
        refuse_one_part(parts)
        with Warehouse(self.workspace.warehouse) as warehouse:
            inputs = inputs_of(self.prepared, warehouse)
        found = ablate(self.experiment, name, inputs, parts, self.say)
        text, figures = render_text(self.experiment, name, found), as_json(self.experiment, name, found) | {"by": by}
        plot = ablation_plot(self.experiment, found)
        page = self.folder / f"ablation_by_{by}.html"
        write_json(page.with_suffix(".json"), figures)
        write_bytes(page.with_suffix(".png"), plot.png)
        write_text(page, _page(f"What each {by} adds: {self.experiment.card.title}", text, plot))
        return Made(f"{text}\n\n{page}", figures)


def _said(found: Search) -> str:
    """One search in a few lines; values rest on tens of people each, so they are said to two digits."""
    tried = len([trial for trial in found.trials if trial.value is not None])
    first = found.trials[0].value
    was = "could not be fitted" if first is None else f"{first:.2f}"
    best = found.best
    return (
        f"{found.estimator}: {len(found.trials)} settings, {tried} judged to the end on {len(found.folds)} fold(s) "
        f"by {found.metric}; the page's own {was}, the best {best.value or 0:.2f}"
    )


def _search_json(found: Search) -> dict[str, object]:
    return {
        "estimator": found.estimator,
        "metric": found.metric,
        "folds": [{"learn": fold.learn.plain, "judge": fold.judge.plain} for fold in found.folds],
        "trials": [{"settings": each.settings, "state": each.state,
                    "value": None if each.value is None else round(each.value, 2)} for each in found.trials],
        "best": found.best.settings,
    }  # fmt: skip


def _page(title: str, text: str, plot: Plot) -> str:
    """One page that stands alone: the plot, and the table as it is printed."""
    png = base64.b64encode(plot.png).decode()
    return (
        f'<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body style="font-family: sans-serif; max-width: 68rem; margin: 1rem auto">\n<h1>{escape(title)}</h1>\n'
        f'<figure><img style="max-width: 100%" alt="{escape(plot.alt)}" src="data:image/png;base64,{png}"></figure>\n'
        f"<pre>{escape(text)}</pre>\n</body>\n</html>\n"
    )
