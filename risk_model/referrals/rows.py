"""One row of a list: everything a worker reads about one young person, gathered from what was known on the date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.definition import AnyFeature
from risk_model.referrals.changes import Previous, Turnover, what_changed
from risk_model.referrals.eligibility import Candidate, Check, Team, lead_professional
from risk_model.referrals.gaps import gaps_for
from risk_model.referrals.openers import Opener, opener_for
from risk_model.referrals.reasons import FEW, FEW_REASONS, Reason, reasons_for
from risk_model.referrals.scoring import NO_BAND, BandLike, Explained
from risk_model.referrals.situation import home_area, school_status
from risk_model.referrals.strengths import strengths_for

NO_BAND_PLAIN = "Below the bands: here by chance, or because the team has places for everyone in them"


@dataclass(frozen=True)
class ListRow:
    """One young person on a list, in words. ``person`` is kept for joining; ``pseudonym`` is what is shown."""

    person: int
    pseudonym: str
    at_random: bool
    age_years: int
    home_area: str
    school: str
    band: str
    band_plain: str
    reasons: tuple[Reason, ...]
    strengths: tuple[str, ...]
    missing: tuple[str, ...]
    checks: tuple[Check, ...]
    changed: str
    is_new: bool
    lead_professional: str
    opener: Opener
    waiting: str

    @property
    def few_reasons(self) -> str:
        """What is said where there are fewer than three reasons; empty otherwise."""
        return FEW_REASONS if len(self.reasons) < FEW else ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a worker should not miss, in a few words each."""
        new = ("New",) if self.is_new else ()
        return (*new, *(check.notice for check in self.checks if check.notice))


@dataclass(frozen=True)
class TeamList:
    """A team's list. ``considered``: young people of its area in the cohort; ``places``: its capacity."""

    team: Team
    rows: tuple[ListRow, ...]
    places: int
    considered: int
    turnover: Turnover | None

    @property
    def by_score(self) -> tuple[ListRow, ...]:
        """Those listed by the model, in list order."""
        return tuple(row for row in self.rows if not row.at_random)

    @property
    def at_random(self) -> tuple[ListRow, ...]:
        """Those drawn at random from the rest."""
        return tuple(row for row in self.rows if row.at_random)


@dataclass(frozen=True)
class RowMaker:
    """What all rows of a set of lists share. ``most_reasons`` is 3 to 5; ``area_names`` is by LSOA code."""

    features: tuple[AnyFeature, ...]
    bands: Sequence[BandLike]
    most_reasons: int
    area_names: Mapping[str, str]
    model_version: str
    previous: Previous | None

    def row(
        self, who: Candidate, pseudonym: str, band: str, at_random: bool, missing_share: float,
        explained: Explained, checks: tuple[Check, ...], team: Team, waiting: str,
    ) -> ListRow:  # fmt: skip
        """The row of one listed person."""
        reasons = reasons_for(explained, self.features, who.history, self.most_reasons)
        gaps = gaps_for(who.history, missing_share)
        unseen = frozenset(kind for gap in gaps for kind in gap.kinds)
        return ListRow(
            person=who.person,
            pseudonym=pseudonym,
            at_random=at_random,
            age_years=who.age_years,
            home_area=home_area(who.history, self.area_names, otherwise=team.authority),
            school=school_status(who.history),
            band=band,
            band_plain=band_in_words(band, self.bands),
            reasons=reasons,
            strengths=strengths_for(explained, self.features, unseen, [reason.feature for reason in reasons]),
            missing=tuple(gap.sentence for gap in gaps),
            checks=checks,
            changed=what_changed(who.person, who.area, band, self.model_version, self.previous),
            is_new=self.previous is not None and who.person not in self.previous.areas,
            lead_professional=lead_professional(who.history),
            opener=opener_for(reasons),
            waiting=waiting,
        )


@dataclass(frozen=True)
class Issue:
    """What every page of one set of lists says about itself."""

    as_of: date
    expires_on: date
    experiment: str
    model_version: str
    demonstration: str
    contact: str
    outcome: str
    youngest: int
    oldest: int
    random_places: int
    most_reasons: int
    uses_discretion: bool
    bands: Sequence[BandLike]


def band_in_words(name: str, bands: Sequence[BandLike]) -> str:
    """A band's published sentence; for people below every band, a sentence that says so."""
    if name == NO_BAND:
        return NO_BAND_PLAIN
    return next(band.plain for band in bands if band.name == name)
