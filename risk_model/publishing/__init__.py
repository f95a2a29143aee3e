"""Immutable signed versions, sign-off and model cards."""
