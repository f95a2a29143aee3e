"""What is turned away before a row is read: no live agreement, a field not listed, a purpose not covered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from features.agreements import AGREEMENTS, agreement_of, permitted_columns, where
from features.feeds.feed import Feed, column_said


def refusals(feed: Feed, sent: Sequence[str], received_on: date) -> list[str]:
    """Why a feed's file, with these column names, may not come in on a day: every reason, with the line to change."""
    if feed.agreement not in AGREEMENTS:
        return [f"{feed.file_name}: no agreement {feed.agreement} in features/agreements/; change {feed.module}"]
    return [*_not_live(feed, received_on), *_not_covered(feed), *not_permitted(feed, sent)]


def not_permitted(feed: Feed, sent: Sequence[str]) -> list[str]:
    """A fault for every column sent that the feed's agreement does not list."""
    if feed.name not in agreement_of(feed).fields:
        return [
            f"{feed.file_name}: agreement {feed.agreement} does not list this extract. Take it out of the "
            f"delivery; or, once the agreement is amended, add it at {where(feed.agreement, '[fields]')}"
        ]
    allowed = permitted_columns(feed)
    return [
        f"{feed.file_name}, {column_said(sent, place)}: not in agreement {feed.agreement}. Ask for the extract without "
        f"it; or, once the agreement is amended, add it at {where(feed.agreement, feed.name)} (and, to use it, in "
        f"{feed.module})"
        for place, column in enumerate(sent)
        if column not in allowed
    ]


def _not_live(feed: Feed, received_on: date) -> list[str]:
    agreement = agreement_of(feed)
    if agreement.is_live(received_on):
        return []
    return [
        f"{feed.file_name}: agreement {agreement.reference} is not live on {received_on}, the day it was received (it "
        f"runs from {agreement.starts_on} to the eve of {agreement.expires_on}). Send nothing more; or, once it is "
        f"renewed, change {where(agreement.reference, 'expires_on')}; or say when it was received with --received-on"
    ]


def _not_covered(feed: Feed) -> list[str]:
    agreement = agreement_of(feed)
    if feed.purpose in agreement.purposes:
        return []
    covered = ", ".join(agreement.purposes)
    return [
        f"{feed.file_name}: agreement {agreement.reference} covers {covered}, not {feed.purpose}. Take it out of the "
        f"delivery; or, once the agreement is amended, change {where(agreement.reference, 'purposes')}"
    ]
