"""Another's score is measured on our own test rows, no more and no fewer than carry it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from risk_model.training.predictions import Predictions
from risk_model.training.references import measure_reference


def test_the_auc_is_that_of_the_rows_with_a_score() -> None:
    rng = np.random.default_rng(1)
    n = 400
    person = np.arange(n, dtype=np.int64)
    outcome = (rng.random(n) < 0.3).astype(float)
    decile = np.clip(np.round(4 + 2 * outcome + rng.normal(0, 2, n)), 1, 10)
    blank = np.zeros(n)
    rows = Predictions("logistic", "test", person, np.full(n, np.datetime64("2013-06-01")), np.full(n, "x"),
                       np.full(n, 30, np.int16), outcome, blank, blank, blank)  # fmt: skip
    scores = pa.table({"person": person[::-1], "decile": pa.array(decile[::-1], mask=person[::-1] < 50)})
    found = measure_reference("decile", scores, rows, 200, 7)
    assert found.rows == n - 50
    assert found.auc.value == pytest.approx(roc_auc_score(outcome[50:], decile[50:]))
    assert found.auc.low < found.auc.value < found.auc.high
