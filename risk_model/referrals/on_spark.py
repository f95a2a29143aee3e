"""A published model that scores inside Apache Spark's partitions: each loads the same files, and scores the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.engines.choice import Engine
from features.engines.cluster import spread
from risk_model.referrals.scoring import BandLike, Scorer

CELLS_A_PART = 10_000_000
"""Rows times features in one part: 40 MB."""
Load = Callable[[Path], Scorer]


@dataclass(frozen=True)
class SparkScorer:
    """``model`` as it was saved in ``folder``, scoring on Spark. ``load`` reads such a folder, on Spark's machines too.

    Only what is asked of a whole cohort goes to Spark; reasons are worked out here, for the few who are listed.
    """

    model: Scorer
    folder: Path
    load: Load
    scratch: Path | None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The model's."""
        return self.model.feature_names

    @property
    def bands(self) -> Sequence[BandLike]:
        """The model's."""
        return self.model.bands

    def raw_score(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``n`` raw scores."""
        return self._spread("raw_score", X)

    def probability(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``n`` calibrated probabilities."""
        return self._spread("probability", X)

    def contributions(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """``(n, p + 1)`` parts of the raw score, worked out here."""
        return self.model.contributions(X)

    def _spread(self, what: str, X: NDArray[np.float32]) -> NDArray[np.float64]:
        files = {f"{path.relative_to(self.folder)}": path.read_bytes() for path in sorted(self.folder.rglob("*"))
                 if path.is_file()}  # fmt: skip
        work = partial(_score_part, what=what, files=files, load=self.load)
        made = [table["score"].to_numpy() for table in spread(_parts(X), work, self.scratch)]
        return np.concatenate([np.empty(0), *made])


def scorer_on(engine: Engine, model: Scorer, folder: Path, load: Load) -> Scorer:
    """``model``, saved in ``folder``, scoring where the engine is."""
    return SparkScorer(model, folder, load, engine.scratch) if engine.is_spark else model


def _parts(X: NDArray[np.float32]) -> Iterator[tuple[pa.Table]]:
    width = max(X.shape[1], 1)
    for rows in np.array_split(X, -(-len(X) * width // CELLS_A_PART)) if len(X) else []:
        cells = pa.array(np.ascontiguousarray(rows).ravel())
        yield (pa.table({"features": pa.FixedSizeListArray.from_arrays(cells, width)}),)


def _score_part(rows: pa.Table, what: str, files: dict[str, bytes], load: Load) -> pa.Table:
    """What one of Spark's partitions does: it puts the model's files back and scores with what it loads from them."""
    column = rows["features"].combine_chunks()
    X = column.values.to_numpy(zero_copy_only=False).reshape(len(rows), -1)
    with tempfile.TemporaryDirectory(prefix="model-") as home:
        for name, content in files.items():
            target = Path(home, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return pa.table({"score": getattr(load(Path(home)), what)(X)})
