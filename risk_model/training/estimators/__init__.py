"""Ways to score, one file each, joined in one hand-written table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from risk_model.errors import BadConfiguration, all_faults
from risk_model.training.estimators.age_and_sex import AgeAndSex
from risk_model.training.estimators.base import Estimator
from risk_model.training.estimators.boosting_machine import BoostingMachine
from risk_model.training.estimators.contact_points import ContactPoints
from risk_model.training.estimators.drawing_lots import DrawingLots
from risk_model.training.estimators.lightgbm import LightGBM
from risk_model.training.estimators.logistic import Logistic
from risk_model.training.estimators.points_score import PointsScore
from risk_model.training.estimators.random_forest import RandomForest
from risk_model.training.estimators.registration_points import RegistrationPoints
from risk_model.training.estimators.repeat_suspect import RepeatSuspect
from risk_model.training.estimators.time_to_event import TimeToEvent
from risk_model.training.estimators.unlabelled import PositiveUnlabelled, UntreatedRisk

ESTIMATORS: dict[str, Estimator] = {
    estimator.name: estimator
    for estimator in (
        LightGBM(), Logistic(), BoostingMachine(), RandomForest(), PointsScore(), TimeToEvent(), PositiveUnlabelled(),
        UntreatedRisk(), RepeatSuspect(), RegistrationPoints(), ContactPoints(), AgeAndSex(), DrawingLots(),
    )
}  # fmt: skip


def check_estimators(wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse an experiment's ``[estimators.*]`` tables with any fault, all faults together.

    :raises BadConfiguration: none at all, an unknown estimator or setting, or a value out of bounds.
    """
    faults = [] if wanted else ["[estimators]: none named; add at least one table such as [estimators.logistic]"]
    for name, settings in wanted.items():
        if name in ESTIMATORS:
            faults.extend(ESTIMATORS[name].faults(settings))
        else:
            faults.append(f"estimators.{name}: no such estimator; there are {', '.join(ESTIMATORS)}")
    if faults:
        raise BadConfiguration(all_faults(f"estimators, {len(faults)} fault(s):", faults))
