"""What no experiment gets unless it asks: features of police discretion, of other people, of places and of means.

Each is defined, so that an ablation can show what it would add; none is in the default features, and the audit of
inputs fails a model that has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.definition import AnyFeature, Around, Feature, HomeArea, parts_of
from features.events import KINDS

SWITCHES: dict[str, str] = {
    "discretion": "counts what police choose to look for",
    "others": "is about other people around the young person",
    "place": "stands in for where somebody lives",
    "means": "says what a family can pay",
}
"""The switches of ``[features]`` in an experiment, and what a feature behind each does."""


def left_out_unless(feature: AnyFeature, features: Iterable[AnyFeature]) -> frozenset[str]:
    """The switches that must be on for a feature, or for any part it is made from; ``features`` hold its parts."""
    found = _switches(feature)
    parts = set(parts_of(feature))
    if parts:
        everything = list(features)
        for part in everything:
            if part.name in parts:
                found |= left_out_unless(part, everything)
    return frozenset(found)


def is_about_others(feature: AnyFeature, by_name: Mapping[str, AnyFeature]) -> bool:
    """Whether a feature rests on records about somebody else, which no reason may say."""
    return "others" in left_out_unless(feature, by_name.values())


def _switches(feature: AnyFeature) -> set[str]:
    found = {"discretion"} if feature.discretion else set()
    if not isinstance(feature, Feature):
        return found
    kinds = [KINDS[kind] for kind in feature.events.kinds if kind in KINDS]
    found |= {"discretion"} if feature.depends_on_discretion else set()
    found |= {"others"} if isinstance(feature.of, Around) or any(kind.of_others for kind in kinds) else set()
    found |= {"place"} if isinstance(feature.of, HomeArea) else set()
    return found | ({"means"} if any(kind.of_means for kind in kinds) else set())
