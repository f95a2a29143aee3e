"""Which agreements a feature, a table or a column is held under, and the strictest of their terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from features.agreements import AGREEMENTS, Agreement, Purpose, Regime
from features.agreements.agreement import BY_STRICTNESS
from features.definition import AnyFeature, Feature, parts_of
from features.events import KINDS
from features.feeds import FEEDS, Feed


@dataclass(frozen=True)
class Terms:
    """What holds for something made from several sources: the strictest regime, the shortest retention (months; none
    where all is open data), the earliest end, and only the purposes that every source allows."""

    regime: Regime
    retention_months: int | None
    expires_on: date
    purposes: tuple[Purpose, ...]

    @property
    def words(self) -> str:
        """The terms in one line, for people."""
        kept = f"kept {self.retention_months} months" if self.retention_months else "kept while in use"
        return f"{self.regime}; {kept}; until {self.expires_on}"


def agreements_of(feature: AnyFeature, catalogue: Iterable[AnyFeature] = ()) -> tuple[Agreement, ...]:
    """The agreements of all that a feature is made from, by reference; none for public test data.

    A derived feature is made from its parts, which are looked up in ``catalogue``; age is made from what
    partners say of a date of birth (those whose events the catalogue uses). A kind of event is held under every
    agreement of the partner that sends it.
    """
    by_name = {other.name: other for other in catalogue}
    return _by_reference(feed.agreement for feed in _feeds_of(feature, by_name))


def agreements_of_all(features: Iterable[AnyFeature], catalogue: Sequence[AnyFeature]) -> tuple[Agreement, ...]:
    """The agreements of all that some features of a catalogue are made from, by reference."""
    return _by_reference(each.reference for feature in features for each in agreements_of(feature, catalogue))


def _feeds_of(feature: AnyFeature, by_name: dict[str, AnyFeature]) -> list[Feed]:
    if isinstance(feature, Feature):
        partners = {KINDS[kind].partner for kind in feature.events.kinds if kind in KINDS}
        return [feed for feed in FEEDS if feed.partner in partners]
    parts = parts_of(feature)
    if parts:
        return [feed for part in parts for feed in _feeds_of(by_name[part], by_name)]
    used = [other.events.kinds for other in by_name.values() if isinstance(other, Feature)]
    told = {KINDS[kind].partner for kinds in used for kind in kinds}
    return [feed for feed in FEEDS if feed.people and (not by_name or feed.partner in told)]


def _by_reference(references: Iterable[str]) -> tuple[Agreement, ...]:
    return tuple(AGREEMENTS[reference] for reference in sorted(set(references)))


def strictest(agreements: Sequence[Agreement]) -> Terms | None:
    """The terms that satisfy every one of them; None where there is none."""
    if not agreements:
        return None
    kept = [agreement.retention_months for agreement in agreements if agreement.retention_months is not None]
    return Terms(
        regime=max((agreement.regime for agreement in agreements), key=BY_STRICTNESS.index),
        retention_months=min(kept, default=None),
        expires_on=min(agreement.expires_on for agreement in agreements),
        purposes=tuple(each for each in Purpose if all(each in agreement.purposes for agreement in agreements)),
    )


BOOKKEEPING = ("load", "feed", "event_class", "agreement", "held_under", "objection")
"""Tables that hold nothing a partner sent: counts, digests, the vocabulary, objections and the agreements."""


def held_under(table: str) -> tuple[Agreement, ...]:
    """The agreements that what a table of the warehouse holds came in under, whatever the column.

    An event's row also names its ``source``, and with it the one agreement of its own.
    """
    if table in BOOKKEEPING:
        return ()
    if table == "area":
        return _by_reference(feed.agreement for feed in FEEDS if feed.name == "area")
    if table == "area_event":
        return _by_reference(feed.agreement for feed in FEEDS if feed.area_events)
    if table == "relation":
        return _by_reference(feed.agreement for feed in FEEDS if feed.relations)
    if table in ("person", "protected"):
        return _by_reference(feed.agreement for feed in FEEDS if feed.people)
    return _by_reference(feed.agreement for feed in FEEDS if feed.people or feed.events)
