"""Refusals of the modelling side, beside those of ``features.errors``; one exit code each."""

from __future__ import annotations

from features.errors import (
    BadConfiguration,
    BadInput,
    EmptyCohort,
    MissingStep,
    NotPermitted,
    Refusal,
    all_faults,
)


class Untrainable(Refusal):
    """There is nothing to learn from: one class only, too few positives, or no rows in a slice."""

    exit_code = 8


class Tampered(Refusal):
    """A published version's bytes do not match its signed manifest."""

    exit_code = 9


class NotPublishable(Refusal):
    """A card with placeholders, an unaudited model, or a comparator that exists only to be compared with."""

    exit_code = 10


__all__ = [
    "BadConfiguration", "BadInput", "EmptyCohort", "MissingStep", "NotPermitted", "NotPublishable", "Refusal",
    "Tampered", "Untrainable", "all_faults",
]  # fmt: skip
