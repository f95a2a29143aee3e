"""The report of one load: what came, what became of it, and the deliveries the warehouse is made from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from features.lineage import DeliveryRecord, record_from
from features.linkage import LinkCounts
from features.quarantine import FeedReport


@dataclass(frozen=True)
class IntakeReport:
    """What a load did, in numbers only: no names, no record numbers, no pseudonyms."""

    feeds: tuple[FeedReport, ...]
    links: LinkCounts
    people: int
    events: int
    fingerprint: str
    already_loaded: bool = False
    deliveries: tuple[DeliveryRecord, ...] = ()

    @property
    def held_back(self) -> tuple[FeedReport, ...]:
        """Feeds of which nothing was loaded, since too many of their rows, or those they point at, were bad."""
        return tuple(feed for feed in self.feeds if feed.held_back)

    def to_json(self) -> str:
        """The report as readable JSON."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> IntakeReport:
        """The report that ``to_json`` wrote."""
        values = json.loads(text)
        feeds = tuple(FeedReport(**feed) for feed in values.pop("feeds"))
        deliveries = tuple(record_from(each) for each in values.pop("deliveries", ()))
        return cls(feeds=feeds, links=LinkCounts(**values.pop("links")), deliveries=deliveries, **values)
