"""What a card is made from: the results of the steps before it, as they are; every section takes the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from features.cohort import AttritionStep
from features.definition import AnyFeature
from features.feeds import FEEDS
from risk_model.audits.report import AuditReport
from risk_model.experiment import Experiment
from risk_model.publishing.provenance import Provenance
from risk_model.publishing.signoff import SignOff
from risk_model.training.bands import Band
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.evaluation import Evaluation
from risk_model.training.measured import TrainingResult
from risk_model.training.plots import Plot
from risk_model.training.predictions import ALL_SPLITS
from risk_model.training.references import Reference
from risk_model.training.splits import Split

COUNTED = ("rows_loaded", "rows_quarantined")


@dataclass(frozen=True)
class FeedRow:
    """One extract: its name, who sent it, under which agreement (empty: none needed), rows loaded and set aside."""

    name: str
    partner: str
    agreement: str
    rows_loaded: int
    rows_set_aside: int


@dataclass(frozen=True)
class CardInputs:
    """Everything a card says comes from here.

    ``features`` are the model's inputs (and the parts they are made from); ``themes`` says what each theme is;
    ``team_names`` are plain names by area code; ``plots`` the leaderboard's; ``confirmed`` holds the organisation's
    words for items of ``confirm.ITEMS``; ``references`` are others' scores on our test rows; ``version`` is set by
    ``publish``.
    """

    experiment: Experiment
    training: TrainingResult
    final_split: Split
    bands: tuple[Band, ...]
    attrition: Sequence[AttritionStep]
    audit: AuditReport
    features: Sequence[AnyFeature]
    feature_names: Sequence[str]
    themes: Mapping[str, str]
    team_names: Mapping[str, str]
    feeds: Sequence[FeedRow]
    plots: Sequence[Plot]
    provenance: Provenance
    sign_offs: tuple[SignOff, ...]
    confirmed: Mapping[str, str] = field(default_factory=dict)
    references: Sequence[Reference] = ()
    version: str = "not published"

    @property
    def chosen(self) -> Evaluation:
        """The chosen estimator on all splits pooled."""
        return self.on_all_splits(self.training.selection.chosen)

    @property
    def plain_name(self) -> str:
        """What the chosen estimator is called."""
        return ESTIMATORS[self.training.selection.chosen].plain_name

    @property
    def lists(self) -> int:
        """How many lists a team would have had in the test data."""
        return len(self.training.splits)

    @property
    def is_for_use(self) -> bool:
        """Whether the model is about the people the service is for, not a check of the method on other data."""
        return self.experiment.source == "northumbria"

    def on_all_splits(self, estimator: str) -> Evaluation:
        """One estimator on all splits pooled."""
        return next(e for e in self.training.evaluations if e.estimator == estimator and e.split == ALL_SPLITS)


def feed_rows(feeds: pa.Table) -> tuple[FeedRow, ...]:
    """A warehouse's feeds (name, partner, rows_loaded, rows_quarantined), each with its agreement."""
    agreements = {feed.name: feed.agreement for feed in FEEDS}
    return tuple(
        FeedRow(row["name"], row["partner"], agreements.get(row["name"], ""), *(row[name] for name in COUNTED))
        for row in feeds.to_pylist()
    )
