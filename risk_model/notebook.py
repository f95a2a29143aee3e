"""The same steps for a notebook: ``import risk_model``, then a study whose results are pandas tables.

Tables of rows hold pseudonyms and stay in the workspace's care: look at them, and do not copy them about. Tables of
figures are rounded, and hide small counts, as every page does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk_model.errors import BadConfiguration
from risk_model.pipeline import Pipeline
from risk_model.state import FITS
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.metrics import METRICS
from risk_model.training.showing import shown_counts, shown_figure

if TYPE_CHECKING:
    import pandas as pd

    from risk_model.audits import AuditReport


def open_study(experiment: str | Path, workspace: str | Path = "workspace", quiet: bool = True) -> Study:
    """A study of one experiment's TOML page in one workspace; nothing is computed until it is asked for.

    :raises BadConfiguration: the page cannot be used.
    """
    say: Callable[[str], None] = (lambda line: None) if quiet else (lambda line: print(line, file=sys.stderr))
    return Study(Pipeline.at(Path(experiment), Path(workspace), None, say))


class Study:
    """One experiment in one workspace. Each result is computed when first asked for, and kept."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def __repr__(self) -> str:
        return f"Study({self.pipeline.experiment.name!r}, workspace={str(self.pipeline.workspace.root)!r})"

    def plan(self) -> str:
        """What the experiment would do, and what could leak; reads no data."""
        return self.pipeline.check().text

    def load(self) -> str:
        """The extracts in the workspace, validated, linked and loaded; nothing if they are there already."""
        return self.pipeline.intake().text

    @property
    def cohort(self) -> pd.DataFrame:
        """person, as_of, area, age_years: one row a person-date."""
        return self._frame(self.pipeline.prepared.cohort.table)

    @property
    def attrition(self) -> pd.DataFrame:
        """How many each rule of the cohort removed, on each date. Exact counts: not for showing to others."""
        import pandas as pd

        return pd.DataFrame(self.pipeline.prepared.cohort.attrition_records())

    @property
    def outcomes(self) -> pd.DataFrame:
        """person, as_of, outcome (1, 0, or missing with the reason in ``censored``), event_on; as the cohort's rows."""
        return self._frame(self.pipeline.prepared.outcome.table)

    @property
    def features(self) -> pd.DataFrame:
        """person, as_of, then one column a feature; as the cohort's rows."""
        return self._frame(self.pipeline.prepared.features.table)

    @property
    def leaderboard(self) -> pd.DataFrame:
        """Estimator and split by metric: ``(metric, value | low | high)`` columns; empty where too few to say."""
        import pandas as pd

        under = self.pipeline.experiment.audit.suppress_under
        rows: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
        for each in self.pipeline.trained.evaluations:
            shown = [shown_figure(figure, each.counts, under) for figure in each.figures]
            rows[each.estimator, each.split] = {
                (figure.name, end): getattr(figure, end)
                for figure in shown if figure is not None for end in ("value", "low", "high")
            }  # fmt: skip
        columns = pd.MultiIndex.from_product([[metric.name for metric in METRICS], ["value", "low", "high"]])
        table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)
        table.index = pd.MultiIndex.from_tuples(table.index, names=["estimator", "split"])
        return table

    @property
    def counts(self) -> pd.DataFrame:
        """What the figures rest on, estimator and split, rounded as text."""
        import pandas as pd

        under = self.pipeline.experiment.audit.suppress_under
        rows = {(e.estimator, e.split): shown_counts(e.counts, under) for e in self.pipeline.trained.evaluations}
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def choice(self) -> str:
        """Which estimator was chosen, and why."""
        return self.pipeline.trained.selection.reason

    @property
    def predictions(self) -> pd.DataFrame:
        """Every estimator's predictions on every test slice, row by row."""
        import pandas as pd

        return pd.concat([pd.DataFrame(vars(part)) for part in self.pipeline.trained.predictions], ignore_index=True)

    @property
    def importance(self) -> pd.DataFrame:
        """Mean absolute part of the score of each feature, in the model that would be published, largest first."""
        import numpy as np
        import pandas as pd

        self.pipeline.needs_training()
        model = self.model
        parts = model.contributions(self.pipeline.known.only(model.feature_names).X)[:, :-1]
        table = pd.DataFrame({"feature": model.feature_names, "part": np.abs(parts).mean(axis=0)})
        return table.sort_values("part", ascending=False, ignore_index=True)

    @property
    def model(self) -> Any:
        """The chosen recipe fitted on the latest data, as it would be published."""
        from risk_model.training.scorer import ScoringModel

        self.pipeline.trained  # noqa: B018
        return ScoringModel.load(self.pipeline.model_folder)

    @property
    def audit(self) -> AuditReport:
        """What the audits find of that model."""
        self.pipeline.needs_training()
        return self.pipeline.audited

    def with_estimator(self, name: str, **settings: Any) -> Study:
        """The same study with one estimator's settings changed or added, under a name of its own.

        Only the fits that are new are made. Nothing is written to the experiment's page: what proves itself belongs
        there, with its reason in the log.

        :raises BadConfiguration: no such estimator or setting.
        """
        if name not in ESTIMATORS:
            raise BadConfiguration(f"no estimator {name!r}; there are {', '.join(ESTIMATORS)}")
        given = self.pipeline.experiment
        changed = given.estimators | {name: given.estimators.get(name, {}) | settings}
        trial = given.model_copy(update={"name": f"{given.name}_trial", "estimators": changed})
        old = self.pipeline
        return Study(Pipeline(trial, old.page, old.workspace, old.data, old.say, fits=old.folder / FITS))

    @staticmethod
    def _frame(table: Any) -> pd.DataFrame:
        frame: pd.DataFrame = table.to_pandas()
        return frame
