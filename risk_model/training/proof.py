"""Proof that what is about to be published is the very recipe that was validated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from risk_model.errors import NotPublishable
from risk_model.training.predictions import Predictions
from risk_model.training.splits import Split


def prove_recipe(predict: Callable[[Split], Predictions], last: Split, predictions: Sequence[Predictions]) -> None:
    """Fit the last split again with ``predict`` and compare with what was validated, bit by bit.

    :raises NotPublishable: a score differs.
    """
    again = predict(last)
    validated = next(each for each in predictions if (each.estimator, each.split) == (again.estimator, last.name))
    if any(not np.array_equal(getattr(again, name), getattr(validated, name)) for name in ("raw_score", "probability")):
        what = f"{again.estimator}, {last.name}"
        raise NotPublishable(f"{what}: fitted again, scores differ from those validated; train again")
