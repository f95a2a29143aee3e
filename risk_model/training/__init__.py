"""Splits, estimators, calibration, evaluation and selection."""
