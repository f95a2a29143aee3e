"""The leak alarm's AUC, taken from groups of equal values, is scikit-learn's on the filled column."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from risk_model.training.suspicion import _in_order, _told

cells = st.lists(st.tuples(st.sampled_from([np.nan, -2.0, 0.0, 0.5, 3.0, 7.0]), st.booleans()), min_size=2, max_size=40)


@given(cells)
def test_the_furthest_auc_is_that_of_a_second_computation(drawn: list[tuple[float, bool]]) -> None:
    column = np.array([value for value, _ in drawn], dtype=np.float32)
    positive = np.array([had for _, had in drawn])
    if positive.all() or not positive.any():
        return
    found = [roc_auc_score(positive, np.where(np.isnan(column), fill, column)) for fill in (-99.0, 99.0)]
    assert np.isclose(_told(column, positive)[0], max(max(auc, 1 - auc) for auc in found), rtol=0, atol=1e-12)


@given(st.lists(st.tuples(st.floats(width=32, allow_nan=True), st.booleans()), min_size=1, max_size=60))
def test_a_column_is_put_in_order_as_numpy_would_whatever_the_numbers(drawn: list[tuple[float, bool]]) -> None:
    """Infinities, minus nought and every kind of missing among them."""
    column = np.array([value for value, _ in drawn] + [-0.0, 0.0, -np.nan, np.nan], dtype=np.float32)
    positive = np.array([had for _, had in drawn] + [True, False, True, False])
    value, wanted = _in_order(column, positive)
    slow = np.argsort(column, kind="stable")
    same = column[slow][1:] == column[slow][:-1]
    missing = np.isnan(column[slow])
    assert (np.diff(value) == 0).tolist() == (same | (missing[1:] & missing[:-1])).tolist()
    ends = np.flatnonzero(np.append(np.diff(value) != 0, True))
    assert np.cumsum(wanted)[ends].tolist() == np.cumsum(positive[slow])[ends].tolist()
