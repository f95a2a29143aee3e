"""From an experiment and a warehouse to the rows it learns from: cohort, outcome, features, as known on each date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.build import FeatureTable, build_feature_table
from features.catalogue import chosen
from features.cohort import Cohort, CuspRule, ScreenedRule, cusp_cohort, screened_cohort
from features.definition import AnyFeature, Where
from features.outcomes import Outcome, OutcomeRule, label
from features.warehouse import Warehouse
from features.windows import LookBack, regular_dates
from risk_model.errors import BadConfiguration
from risk_model.experiment import EntryRule, Experiment, UnusualPeriod
from risk_model.training.dataset import Dataset
from risk_model.training.inputs import Inputs
from risk_model.training.missing import rules_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """Everything training reads, and the attrition table that says who is not in it and why."""

    cohort: Cohort
    outcome: Outcome
    features: FeatureTable

    def inputs(self, is_male: NDArray[np.float64] | None = None) -> Inputs:
        """The rows as training reads them; ``is_male`` is for comparator rules only."""
        rows, labels = self.cohort.table, self.outcome.table
        event_on = labels["event_on"].to_numpy().astype("datetime64[D]")
        as_of = rows["as_of"].to_numpy().astype("datetime64[D]")
        dataset = Dataset(
            person=rows["person"].to_numpy(),
            as_of=as_of,
            area=_texts(rows["area"]),
            age_years=rows["age_years"].to_numpy(),
            outcome=labels["outcome"].to_numpy().astype(np.float64),
            X=self.features.matrix(),
            feature_names=self.features.names,
            directions=tuple(getattr(feature, "direction", 0) for feature in self.features.features),
            missing=rules_of(self.features.features),
            days_to_event=np.where(np.isnat(event_on), np.nan, (event_on - as_of).astype(np.float64)),
        )
        return Inputs(dataset, is_male, event_on)


def _texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """A column of few different texts as an array."""
    coded = column.combine_chunks().dictionary_encode()
    return np.asarray(coded.dictionary.to_pylist(), dtype=np.str_)[coded.indices.to_numpy()]


def chosen_features(experiment: Experiment) -> tuple[AnyFeature, ...]:
    """The features the experiment names."""
    plan = experiment.features
    return chosen(plan.catalogue, plan.themes, plan.discretion, others=plan.others, place=plan.place, means=plan.means)


def training_dates(experiment: Experiment) -> list[date]:
    """Every as-of date whose outcome is known when the data ends, but for those an unusual period leaves out.

    :raises BadConfiguration: there is none.
    """
    plan = experiment.dates
    latest = experiment.outcome.window.latest_as_of(plan.data_until)
    dates = regular_dates(plan.first_as_of, latest, plan.every_months)
    if not dates:
        raise BadConfiguration(
            f"dates.first_as_of {plan.first_as_of}: no outcome from then on is known by data_until {plan.data_until}; "
            "move first_as_of back or data_until on"
        )
    kept = [day for day in dates if left_out_for(experiment, day) is None]
    if not kept:
        raise BadConfiguration('dates.unusual: every as-of date is left out; shorten a period or treat it as "keep"')
    return kept


def left_out_for(experiment: Experiment, as_of: date) -> UnusualPeriod | None:
    """The unusual period for which an as-of date is left out, if there is one."""
    window = experiment.outcome.window
    left_out = (period for period in experiment.dates.unusual if period.treat == "leave_out")
    return next((each for each in left_out if window.touches(as_of, each.first, each.before)), None)


def cohort_on(experiment: Experiment, warehouse: Warehouse, dates: Sequence[date]) -> Cohort:
    """The experiment's cohort on these dates (for screenings: on each person's own)."""
    plan = experiment.cohort
    if plan.rule == "screened":
        return screened_cohort(
            warehouse,
            ScreenedRule(Where("screening"), Where("screening", code="screened"), plan.screened_before,
                         plan.screened_before_reason),
        )  # fmt: skip
    rule = CuspRule(
        youngest=plan.youngest,
        oldest=plan.oldest,
        areas=tuple(experiment.capacity),
        entry=tuple(_where(entry) for entry in plan.entry),
        entry_window=LookBack(plan.entry_days),
        already=outcome_events(experiment),
    )
    return cusp_cohort(warehouse, rule, dates)


def _where(entry: EntryRule) -> Where:
    return Where(entry.kind, entry.role, entry.code)


def outcome_events(experiment: Experiment) -> Where:
    """The events that are the outcome."""
    plan = experiment.outcome
    return Where(plan.kind, plan.role, plan.codes)


def prepare(experiment: Experiment, warehouse: Warehouse, folder: Path, say: Say = lambda _: None) -> Prepared:
    """Cohort, outcome and features on every training date; feature tables are kept in ``folder`` and reused.

    :raises EmptyCohort: nobody is left on a date. :raises BadConfiguration: the plan cannot be computed.
    """
    say("cohort: who could be referred on each date")
    cohort = cohort_on(experiment, warehouse, training_dates(experiment))
    say("outcomes: what happened next, and what is not yet known")
    plan = experiment.outcome
    rule = OutcomeRule(outcome_events(experiment), plan.window, experiment.dates.data_until, plan.first_ever)
    outcome = label(warehouse, cohort, rule)
    features = build_feature_table(warehouse, cohort.table, chosen_features(experiment), folder, say)
    return Prepared(cohort, outcome, features)


def prepare_for_scoring(
    experiment: Experiment, warehouse: Warehouse, folder: Path, as_of: date, say: Say = lambda _: None
) -> tuple[pa.Table, FeatureTable]:
    """The cohort of one date and its features: what a list is made from. No outcome is looked at."""
    say(f"cohort: who could be offered support on {as_of}")
    cohort = cohort_on(experiment, warehouse, [as_of])
    return cohort.table, build_feature_table(warehouse, cohort.table, chosen_features(experiment), folder, say)
