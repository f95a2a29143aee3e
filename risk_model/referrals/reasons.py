"""Why a person is listed, in plain sentences: what raised the score most, each with its date, role and source.

Contributions are added up by family, so that five windows of one story are one reason. A family becomes a reason only
if something happened: at least one known record stands behind the sentence. Age is the one exception. What is absent
from a record is never a reason, and a list of reasons is never padded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.definition import Age, AnyFeature, Change, Feature, Ratio, Summary, duration
from features.events import KINDS
from features.feeds import partner_of
from risk_model.referrals.history import History, Record
from risk_model.referrals.scoring import Explained
from risk_model.referrals.wording import day_in_words, role_in_words

LEAST_SHARE = 0.02
"""A family that makes up less than this of all that raises the score is not a reason."""
ABOUT_THE_RECORD = frozenset({"school record held"})
"""Families that say how much is on record, not what happened."""
FEW = 3
FEW_REASONS = (
    "Fewer than three clear reasons: the record is thin, so rely on what people who know the young person say."
)
OF_AGE = ": in the past it happened more often at about this age"
ABOUT_THE_FIRST = frozenset({Summary.DAYS_SINCE_FIRST, Summary.FIRST_VALUE})
"""Summaries that rest on the earliest record, not the latest."""


@dataclass(frozen=True)
class Evidence:
    """The record a reason cites: when it happened, when we knew, whose it is, and who the young person was in it."""

    when: str
    happened_on: date
    received_by: date
    days_before: int
    partner: str
    role: str
    kind: str

    @property
    def sentence(self) -> str:
        """``most recently 12 November 2025 (50 days before); Northumbria Police, received by ...``."""
        return (
            f"{self.when} {day_in_words(self.happened_on)} ({duration(self.days_before)} before); "
            f"{self.partner}, received by {day_in_words(self.received_by)}"
        )


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
    return {family: total for family, total in totals.items() if total > 0 and family not in ABOUT_THE_RECORD}


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
    """A family's reason: its strongest feature that says something happened."""
    for feature in sorted(members, key=lambda one: (-person.contributions[one.name], one.name)):
        value = person.values[feature.name]
        if person.contributions[feature.name] <= 0 or not value > 0 or _is_a_strength(feature, value):
            continue
        evidence = _evidence(feature, by_name, history)
        if evidence is not None or isinstance(feature, Age):
            sentence = feature.phrase.say(value) + (OF_AGE if evidence is None else "")
            return Reason(feature.family, feature.name, sentence, evidence, feature.sensitive)
    return None


def _is_a_strength(feature: AnyFeature, value: float) -> bool:
    return feature.strength is not None and feature.strength.applies(value)


def _evidence(feature: AnyFeature, by_name: Mapping[str, AnyFeature], history: History) -> Evidence | None:
    for part in parts_with_events(feature, by_name):
        records = history.behind(part)
        if records:
            return _cite(records, history, first=part.summary in ABOUT_THE_FIRST)
    return None


def _cite(records: Sequence[Record], history: History, first: bool) -> Evidence:
    one = records[0] if first else records[-1]
    return Evidence(
        when=_when(one, records, history, first),
        happened_on=one.happened,
        received_by=one.available,
        days_before=history.days_since(one),
        partner=partner_of(one.source),
        role=role_in_words(one.kind, one.role),
        kind=one.kind,
    )


def _when(one: Record, records: Sequence[Record], history: History, first: bool) -> str:
    if KINDS[one.kind].spell and history.is_open(one):
        return "since"
    if KINDS[one.kind].spell:
        return "most recently from"
    days = {record.happened_on for record in records}
    if len(days) == 1:
        return "on"
    return "first on" if first else "most recently"
