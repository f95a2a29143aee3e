"""Partners' extracts, one file each. A new feed is one file here, one line in FEEDS, and its agreement's columns."""

from features.feeds import (
    area,
    asb,
    attendance,
    cin,
    cla,
    court,
    custody,
    da_incident,
    encompass,
    fire,
    housing,
    istv,
    missing,
    occ_outcome,
    occ_role,
    occurrence,
    police_nominal,
    ppn,
    probation,
    school_pupil,
    school_suspension,
    send,
    stop_search,
    street_crime,
    yj_case,
)
from features.feeds.feed import Column, Feed, Numbering, Reference, Type

FEEDS: tuple[Feed, ...] = (
    area.FEED,
    police_nominal.FEED,
    occurrence.FEED,
    occ_role.FEED,
    occ_outcome.FEED,
    stop_search.FEED,
    custody.FEED,
    missing.FEED,
    asb.FEED,
    da_incident.FEED,
    ppn.FEED,
    yj_case.FEED,
    school_pupil.FEED,
    school_suspension.FEED,
    attendance.FEED,
    send.FEED,
    encompass.FEED,
    cin.FEED,
    cla.FEED,
    court.FEED,
    probation.FEED,
    fire.FEED,
    housing.FEED,
    istv.FEED,
    street_crime.FEED,
)
"""Every feed; one that others refer to comes before them."""

_PARTNERS = {feed.name: feed.partner for feed in FEEDS}


def partner_of(source: str) -> str:
    """Who an event's ``source`` comes from, in plain words; a source that is not a partner's feed names itself.

    >>> partner_of("occ_role"), partner_of("broward")
    ('Northumbria Police', 'broward')
    """
    return _PARTNERS.get(source, source)


__all__ = ["FEEDS", "Column", "Feed", "Numbering", "Reference", "Type", "partner_of"]
