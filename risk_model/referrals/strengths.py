"""What is going well, always beside the needs; said only where the record can bear it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from features.definition import AnyFeature, Change, Feature, Ratio
from risk_model.referrals.scoring import Explained

MOST_STRENGTHS = 3
NONE_RECORDED = "No strengths are recorded in the data we hold; ask the young person and the people who know them."


def strengths_for(
    person: Explained,
    features: Sequence[AnyFeature],
    unseen_kinds: Collection[str] = (),
    used: Collection[str] = (),
) -> tuple[str, ...]:
    """Up to three sentences from different families, what lowers the score most first; empty if none applies.

    A strength that rests on a kind of event we hold nothing about (``unseen_kinds``) is not claimed: no suspensions
    on record says nothing about a child whose school record is not linked. Features named in ``used`` are reasons.
    Strengths are meant to be said aloud, so those of sensitive features are left out.
    """
    by_name = {feature.name: feature for feature in features}
    found: dict[str, str] = {}
    for feature in sorted(features, key=lambda one: (person.contributions[one.name], one.name)):
        if feature.sensitive or feature.name in used or feature.family in found:
            continue
        strength = feature.strength
        if strength is None or not strength.applies(person.values[feature.name]):
            continue
        if strength.sentence not in found.values() and not kinds_behind(feature, by_name) & set(unseen_kinds):
            found[feature.family] = strength.sentence
    return tuple(found.values())[:MOST_STRENGTHS]


def kinds_behind(feature: AnyFeature, by_name: dict[str, AnyFeature]) -> set[str]:
    """The kinds of event a feature, or what it is made from, looks at."""
    if isinstance(feature, Feature):
        return set(feature.events.kinds)
    if isinstance(feature, Ratio):
        return kinds_behind(by_name[feature.over], by_name) | kinds_behind(by_name[feature.under], by_name)
    if isinstance(feature, Change):
        return kinds_behind(by_name[feature.recent], by_name) | kinds_behind(by_name[feature.whole], by_name)
    return set()
