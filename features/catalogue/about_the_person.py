"""About the person: only age, which decides who the service is for. No other characteristic is a feature."""

from __future__ import annotations

from features.definition import Age, AnyFeature, Phrase

FEATURES: tuple[AnyFeature, ...] = (
    Age("age_years", "How old is the young person?", theme="about the person", family="age",
        phrase=Phrase("Aged {n}")),
)  # fmt: skip
