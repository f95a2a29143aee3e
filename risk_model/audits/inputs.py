"""What audits look at: a model, its test rows with each row's groups, and the people drawn for every interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from features.definition import AnyFeature
from risk_model.audits.characteristics import Characteristic, HoldsCharacteristics, Rows, characteristics
from risk_model.audits.confusion import EVERYONE, Table, cells_of, rows_of
from risk_model.experiment import Experiment
from risk_model.training.dataset import Dataset
from risk_model.training.intervals import Resamples, resample_people
from risk_model.training.predictions import Predictions
from risk_model.training.scorer import ScoringModel


@dataclass(frozen=True)
class Tested:
    """``rows`` are the test rows of all splits; ``held`` the characteristics the data hold, one group a row."""

    rows: Predictions
    held: tuple[Characteristic, ...]
    resamples: Resamples

    @classmethod
    def of(cls, experiment: Experiment, rows: Predictions, warehouse: HoldsCharacteristics) -> Tested:
        """These rows, with the page's characteristics, seed and number of resamples."""
        who = Rows(rows.person, rows.area, rows.age_years)
        held = characteristics(experiment.audit.characteristics, who, warehouse)
        return cls(rows, held, resample_people(rows.person, experiment.bootstrap_resamples, experiment.seed))

    @cached_property
    def everyone(self) -> Characteristic:
        """All rows as one group."""
        return Characteristic(EVERYONE, "Everyone", np.full(len(self.rows.person), EVERYONE))

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The cells of every group of each characteristic held, by the characteristic's name; worked out once."""
        return {each.name: self.cells(each) for each in self.held}

    def cells(self, characteristic: Characteristic) -> Table:
        """The cells of every group of one characteristic."""
        return cells_of(self.rows, characteristic, self.resamples)


@dataclass(frozen=True)
class AuditInputs:
    """What the audits look at.

    ``model`` and ``model_folder`` are what would be published; ``predictions`` its estimator's on every test slice
    (those of others are left aside); ``sample`` rows to explain; ``known`` every row with a known
    outcome; ``features`` every definition of the catalogue.
    """

    experiment: Experiment
    model: ScoringModel
    model_folder: Path
    predictions: Sequence[Predictions]
    sample: Dataset
    features: tuple[AnyFeature, ...]
    themes: Mapping[str, str]
    warehouse: HoldsCharacteristics
    known: Dataset

    @cached_property
    def tested(self) -> Tested:
        """The model's test rows by group; put together once for all audits.

        :raises BadInput: there are no test predictions of its estimator.
        """
        return Tested.of(self.experiment, rows_of(self.predictions, self.model.estimator), self.warehouse)
