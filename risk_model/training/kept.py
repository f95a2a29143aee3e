"""Single fits kept on disk, so that a training that was killed, or changed in one place, does only what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.workspace import digest, whole_file
from risk_model.training.predictions import Predictions, read_part, write_part
from risk_model.training.splits import Split


@dataclass
class KeptFits:
    """What each estimator predicted on each split's test slice, by all that decides it.

    ``basis`` is what every fit of this training shares: the data, the definitions, the code and the plan but for the
    estimators. A fit's key adds the estimator, its settings and the split, so nothing stale is ever found.
    """

    folder: Path
    basis: Any
    _asked: set[Path] = field(default_factory=set)

    def find(self, estimator: str, settings: Mapping[str, Any], split: Split) -> Predictions | None:
        """The predictions of exactly this fit, if it was done before; a file that cannot be read counts as none."""
        path = self._path(estimator, settings, split)
        try:
            return read_part(path) if path.exists() else None
        except (pa.ArrowInvalid, OSError):
            return None

    def keep(self, predictions: Predictions, settings: Mapping[str, Any], split: Split) -> None:
        """Keep the predictions of one fit, as a whole file."""
        with whole_file(self._path(predictions.estimator, settings, split)) as scratch:
            write_part(scratch, predictions)

    def forget_others(self) -> None:
        """Remove the fits this training did not ask for; called once it is complete."""
        for path in self.folder.glob("*.parquet"):
            if path not in self._asked:
                path.unlink(missing_ok=True)

    def _path(self, estimator: str, settings: Mapping[str, Any], split: Split) -> Path:
        path = self.folder / f"{estimator}-{digest([self.basis, estimator, dict(settings), repr(split)])}.parquet"
        self._asked.add(path)
        return path
