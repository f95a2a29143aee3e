"""Why a person is listed, in plain sentences: what raised the score most, each with its date, role and source.

Contributions are added up by family, so that five windows of one story are one reason. A family becomes a reason only
if something happened: at least one known record stands behind the sentence. Age is the one exception. What is absent
from a record is never a reason, and a list of reasons is never padded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.catalogue.data_coverage import THEME as DATA_COVERAGE
from features.definition import USES_MEASURE, Age, AnyFeature, Change, Feature, Measure, Ratio, Summary
from features.switches import is_about_others
from risk_model.referrals.evidence import Evidence, cite
from risk_model.referrals.history import History
from risk_model.referrals.scoring import Explained

LEAST_SHARE = 0.02
"""A family that makes up less than this of all that raises the score is not a reason."""
ABOUT_THE_RECORD = frozenset({"school record held"})
"""Families that say how much is on record, not what happened."""
ABOUT_OTHERS = "Records about other people in the young person's life also count here; they are not shown"
"""All that is ever said of somebody else: what is on record about them is theirs, not the young person's."""
FEW = 3
FEW_REASONS = (
    "Fewer than three clear reasons: the record is thin, so rely on what people who know the young person say."
)
OF_AGE = ": in the past it happened more often at about this age"
ABOUT_TIME = frozenset({Summary.DAYS_SINCE_FIRST, Summary.DAYS_SINCE_LAST})
"""Summaries that only repeat the date printed beside every reason."""


@dataclass(frozen=True)
class Reason:
    """One reason: the sentence, the record behind it (none for age), and whether it is unsafe to read out."""

    family: str
    feature: str
    sentence: str
    evidence: Evidence | None
    sensitive: bool


def reasons_for(
    person: Explained, features: Sequence[AnyFeature], history: History, at_most: int
) -> tuple[Reason, ...]:
    """The reasons, strongest first, at most ``at_most``; fewer where the record is thin.

    ``features`` are the model's, whose names are the keys of ``person``.
    """
    by_name = {feature.name: feature for feature in features}
    raised = raised_by_family(person, features)
    enough = LEAST_SHARE * sum(raised.values())
    found: list[Reason] = []
    for family in sorted(raised, key=lambda name: (-raised[name], name)):
        members = [feature for feature in features if feature.family == family]
        reason = _reason(person, members, by_name, history) if raised[family] >= enough else None
        if reason is not None and reason.sentence not in {one.sentence for one in found}:
            found.append(reason)
    return tuple(found[:at_most])


def raised_by_family(person: Explained, features: Sequence[AnyFeature]) -> dict[str, float]:
    """How much each family raised the raw score in all; only families that raised it."""
    totals: dict[str, float] = {}
    for feature in features:
        totals[feature.family] = totals.get(feature.family, 0.0) + person.contributions[feature.name]
    silent = ABOUT_THE_RECORD | {feature.family for feature in features if feature.theme == DATA_COVERAGE}
    return {family: total for family, total in totals.items() if total > 0 and family not in silent}


def parts_with_events(feature: AnyFeature, by_name: Mapping[str, AnyFeature]) -> tuple[Feature, ...]:
    """The event summaries a feature rests on: itself, a ratio's top, a change's recent count; none for age."""
    if isinstance(feature, Feature):
        return (feature,)
    if isinstance(feature, Ratio):
        return parts_with_events(by_name[feature.over], by_name)
    if isinstance(feature, Change):
        return parts_with_events(by_name[feature.recent], by_name)
    return ()


def _reason(
    person: Explained, members: Sequence[AnyFeature], by_name: Mapping[str, AnyFeature], history: History
) -> Reason | None:
    """A family's reason: its strongest feature that says something happened.

    Features that only say how long ago, or how serious on a scale, speak last: "3 times in the past year" beside the
    date tells a worker more than "50 days ago" beside the same date.
    """
    for feature in sorted(members, key=lambda one: (_says_less(one), -person.contributions[one.name], one.name)):
        value = person.values[feature.name]
        if person.contributions[feature.name] <= 0 or not value > 0 or _is_a_strength(feature, value):
            continue
        if is_about_others(feature, by_name):
            return Reason(feature.family, feature.name, ABOUT_OTHERS, None, sensitive=True)
        evidence = _evidence(feature, by_name, history)
        if evidence is not None or isinstance(feature, Age):
            sentence = feature.phrase.say(value) + (OF_AGE if evidence is None else "")
            return Reason(feature.family, feature.name, sentence, evidence, feature.sensitive)
    return None


def _is_a_strength(feature: AnyFeature, value: float) -> bool:
    return feature.strength is not None and feature.strength.applies(value)


def _evidence(feature: AnyFeature, by_name: Mapping[str, AnyFeature], history: History) -> Evidence | None:
    cited = (cite(part, history) for part in parts_with_events(feature, by_name))
    return next((one for one in cited if one is not None), None)


def _says_less(feature: AnyFeature) -> bool:
    return isinstance(feature, Feature) and (
        feature.summary in ABOUT_TIME or (feature.measure is Measure.GRAVITY and feature.summary in USES_MEASURE)
    )
