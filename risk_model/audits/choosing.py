"""What the choice of an estimator may ask of the audit of groups, before there is a model to audit.

Training knows no protected characteristic: it is handed a question, and gets the names of characteristics as answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from risk_model.audits.characteristics import HoldsCharacteristics
from risk_model.audits.confusion import rows_of
from risk_model.audits.finding import Status
from risk_model.audits.inputs import Tested
from risk_model.audits.judging import judge_groups
from risk_model.experiment import Experiment
from risk_model.training.measured import AskGroups
from risk_model.training.predictions import Predictions


@dataclass(frozen=True)
class Held:
    """A warehouse's characteristics, read once, so that the warehouse need not stay open while models are trained."""

    of_people: pa.Table
    of_areas: pa.Table

    def protected(self) -> pa.Table:
        """(person, characteristic, value)."""
        return self.of_people

    def areas(self) -> pa.Table:
        """(local_authority, local_authority_code, ...)."""
        return self.of_areas


def groups_to_ask(experiment: Experiment, warehouse: HoldsCharacteristics) -> AskGroups | None:
    """The question that the experiment's selection asks about groups; None where it asks none.

    A group is judged as the audit judges it: by the lead figure, over all test dates, at the places there are, with
    intervals that hold for all groups at once, but against the selection's own limit. With the audit's limit, whoever
    is named here would fail the audit. Only protected characteristics count: areas share places by policy.
    """
    limit = experiment.selection.least_group_ratio
    if not limit:
        return None
    held = Held(warehouse.protected(), warehouse.areas())
    plan = experiment.audit.model_copy(update={"least_ratio": limit})

    def ask(predictions: Sequence[Predictions]) -> dict[str, tuple[str, ...]]:
        names = dict.fromkeys(part.estimator for part in predictions)
        first = Tested.of(experiment, rows_of(predictions, next(iter(names))), held)

        def certainly_unequal(tested: Tested) -> tuple[str, ...]:
            judged = judge_groups(tested.tables, plan)
            outside = {name for name, groups in judged.items() if Status.OUTSIDE in {g.status for g in groups.values()}}
            return tuple(each.title for each in tested.held if each.protected and each.name in outside)

        return {name: certainly_unequal(replace(first, rows=rows_of(predictions, name))) for name in names}

    return ask
