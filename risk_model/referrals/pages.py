"""A list as a printable page, and the index of all teams' lists: inline styles, no scripts, nothing from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from risk_model.referrals.gaps import NO_GAPS
from risk_model.referrals.rows import Issue, ListRow, TeamList
from risk_model.referrals.scoring import NO_BAND, BandLike
from risk_model.referrals.strengths import NONE_RECORDED
from risk_model.referrals.waiting import CAVEAT, HEADING
from risk_model.referrals.wording import PURPOSE, day_in_words

DECISIONS = ("Offer made", "Offer declined", "Already supported", "Wrong person")


@dataclass(frozen=True)
class Dots:
    """A hundred dots: how many are filled for sure, filled within the interval, and open."""

    low: int
    between: int
    rest: int


@dataclass(frozen=True)
class Entry:
    """One line of the index: a team, its files and how many young people are on its list."""

    team: str
    page: str
    sheet: str
    people: int


def page(team_list: TeamList, issue: Issue) -> str:
    """The HTML of a team's list; the same list gives the same bytes."""
    return (
        _environment()
        .get_template("list.html")
        .render(
            **_shared(issue),
            team_list=team_list,
            groups=_by_band(team_list.by_score),
            tone=tones(issue.bands),
            dots=[(band, dots_of(band)) for band in issue.bands],
            decisions=DECISIONS,
            none_recorded=NONE_RECORDED,
            no_gaps=NO_GAPS,
            waiting_heading=HEADING,
            waiting_caveat=CAVEAT,
        )
    )


def index_page(entries: Sequence[Entry], issue: Issue) -> str:
    """The HTML that names every team's list, in alphabetical order."""
    return (
        _environment()
        .get_template("index.html")
        .render(**_shared(issue), entries=sorted(entries, key=lambda entry: entry.team))
    )


def dots_of(band: BandLike) -> Dots | None:
    """A band's interval out of a hundred young people, whole people only; none where no rate can be said."""
    if any(math.isnan(number) for number in (band.rate, band.low, band.high)):
        return None
    low, high = math.floor(band.low * 100), math.ceil(band.high * 100)
    return Dots(low, high - low, 100 - high)


def tones(bands: Sequence[BandLike]) -> dict[str, int]:
    """Which shade each band is printed in: 0 is the deepest; people in no band have the lightest."""
    return {band.name: min(place, 2) for place, band in enumerate(bands)} | {NO_BAND: 3}


def _by_band(rows: Sequence[ListRow]) -> list[tuple[str, str, list[ListRow]]]:
    """Neighbours in one band together, in list order, with the band's sentence."""
    grouped = groupby(rows, key=lambda row: (row.band, row.band_plain))
    return [(band, plain, list(members)) for (band, plain), members in grouped]


def _shared(issue: Issue) -> dict[str, object]:
    return {
        "issue": issue,
        "purpose": PURPOSE,
        "as_of": day_in_words(issue.as_of),
        "expires_on": day_in_words(issue.expires_on),
    }


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
