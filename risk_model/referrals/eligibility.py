"""The checks printed on every row, made again from the records themselves, whatever the cohort's rules said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.events import FIRST_ENTRY_DISPOSALS, KINDS
from features.windows import LookBack, days_back, days_since_epoch, in_look_back
from risk_model.referrals.history import History, Record
from risk_model.referrals.wording import day_in_words

Decided = Literal["objected", "declined", "already supported", "wrong person"]
DECISION_HOLDS = LookBack(days=365)
"""How long a "no, thank you" or support already in place keeps somebody off new lists. An objection always does."""
EARLIER_HELP = LookBack(days=365)
STAYS_OPEN = LookBack(days=365)
"""How long a charge, a hearing or a release counts as open where no end of it is on record."""
SOCIAL_WORK = ("cin", "cp", "cla")
SOCIAL_CARE = "children's social care"
MOVES_A_MATTER = ("outcome", "custody", "court_hearing", "yj_disposal")
OWN_MATTER = ("suspect", "subject", "defendant")
LEFT_OPEN = {
    ("outcome", "charge"): ("Charged", "Charged, no result known"),
    ("custody", "charged"): ("Charged", "Charged, no result known"),
    ("court_hearing", "adjourned"): ("In court", "In court, no result known"),
    ("custody", "released_under_investigation"): ("Released under investigation", "Under investigation"),
    ("custody", "bail"): ("Released on bail", "On bail"),
}
"""Records after which a matter is still open, in words, and as a notice."""
ASK_FIRST = "ask how it stands before any contact"
HELP_IN_WORDS = {"CR": "community resolution", "O22": "diversion activity (outcome 22)"}


@dataclass(frozen=True)
class EarlierDecision:
    """What a person decided, or was found out, about somebody on an earlier list."""

    person: int
    decided: Decided
    decided_on: date

    def keeps_off(self, as_of: date) -> bool:
        """Whether it keeps them off a list of this date. One made after the date counts at once."""
        if self.decided in ("objected", "wrong person"):
            return True
        days_ago = days_back(days_since_epoch(self.decided_on), days_since_epoch(as_of))
        return days_ago <= 0 or in_look_back(days_ago, DECISION_HOLDS.edge)


@dataclass(frozen=True)
class Check:
    """One check: what was asked, the answer in words, whether it stops listing.

    ``notice`` is what a worker should see before anything else, in a few words; empty where there is nothing to see.
    """

    name: str
    answer: str
    stops: bool = False
    notice: str = ""


@dataclass(frozen=True)
class Candidate:
    """What the checks look at: the person's age and area in the cohort, and what is known of them."""

    person: int
    as_of: date
    age_years: int
    area: str
    history: History
    decisions: tuple[EarlierDecision, ...] = ()


@dataclass(frozen=True)
class Team:
    """Whom a team serves: its area, ages, and the local authority (code, name) of each small area (LSOA code)."""

    name: str
    authority: str
    area: str
    youngest: int
    oldest: int
    authority_of: Mapping[str, tuple[str, str]]


def checks_for(who: Candidate, team: Team) -> tuple[Check, ...]:
    """Every check, in the order a worker reads them."""
    return (
        _age(who, team),
        _first_entry(who.history),
        _open_matter(who.history),
        _home(who, team),
        _social_worker(who.history),
        _earlier_help(who.history),
        _decided(who),
    )


def stopped(checks: Sequence[Check]) -> bool:
    """Whether any check keeps the person off the list."""
    return any(check.stops for check in checks)


def kept_off(decisions: Sequence[EarlierDecision], as_of: date) -> frozenset[int]:
    """People whom an earlier decision keeps off a list of this date."""
    return frozenset(one.person for one in decisions if one.keeps_off(as_of))


def lead_professional(history: History) -> str:
    """Who to speak to first, as far as the records say; names are not held."""
    if _open_social_work(history):
        return f"{SOCIAL_CARE.capitalize()} (name not held)"
    return "None recorded; ask the school or college who knows them best"


def _age(who: Candidate, team: Team) -> Check:
    inside = team.youngest <= who.age_years <= team.oldest
    answer = f"Aged {who.age_years}" if inside else f"Aged {who.age_years}, outside {team.youngest} to {team.oldest}"
    return Check(f"Age {team.youngest} to {team.oldest}", answer, stops=not inside)


def _first_entry(history: History) -> Check:
    entries = [one for one in history.of("yj_disposal") if one.code in FIRST_ENTRY_DISPOSALS]
    if not entries:
        return Check("No caution or court sentence", "None known")
    day = day_in_words(entries[0].happened)
    return Check("No caution or court sentence", f"Already had one on {day}", stops=True)


def _open_matter(history: History) -> Check:
    """Whether the latest word of police or the court on a matter of theirs leaves it open.

    Records do not say which end belongs to which matter, so any later end counts as that of all.
    """
    name = "Open police or court matter"
    moves = [one for one in history.of(*MOVES_A_MATTER) if one.role in OWN_MATTER]
    latest = [one for one in moves if not history.is_earlier(one, moves[-1])]
    open_still = [one for one in latest if (one.kind, one.code) in LEFT_OPEN]
    if not open_still or not history.is_within(open_still[-1], STAYS_OPEN):
        return Check(name, "None known")
    words, notice = LEFT_OPEN[open_still[-1].kind, open_still[-1].code]
    day = day_in_words(open_still[-1].happened)
    return Check(name, f"{words} on {day}; its end is not on record: {ASK_FIRST}", notice=notice)


def _home(who: Candidate, team: Team) -> Check:
    code, name = team.authority_of.get(who.history.home or "", ("", ""))
    if not code:
        return Check(
            "Lives in the team's area", "Home not on record: check before contact", notice="Home not on record"
        )
    return Check("Lives in the team's area", name, stops=code != who.area)


def _social_worker(history: History) -> Check:
    spells = _open_social_work(history)
    if not spells:
        return Check("Social worker", "None known")
    day = day_in_words(spells[0].happened)
    return Check(
        "Social worker", f"Has an open social worker: speak to them first (since {day})", notice="Open social worker"
    )


def _open_social_work(history: History) -> list[Record]:
    return [one for one in history.of(*SOCIAL_WORK) if KINDS[one.kind].spell and history.is_open(one)]


def _earlier_help(history: History) -> Check:
    helped = [one for one in history.of("yj_disposal") if one.code in HELP_IN_WORDS]
    recent = [one for one in helped if history.is_within(one, EARLIER_HELP)]
    if not recent:
        return Check("Help in the past year", "None known")
    last = recent[-1]
    words = f"Already had diversion on {day_in_words(last.happened)}: {HELP_IN_WORDS[last.code]}"
    return Check("Help in the past year", words, notice="Earlier diversion")


def _decided(who: Candidate) -> Check:
    if not who.decisions:
        return Check("Earlier offers", "None known")
    last = max(who.decisions, key=lambda one: (one.decided_on, one.decided))
    stops = any(one.keeps_off(who.as_of) for one in who.decisions)
    return Check(
        "Earlier offers",
        f"{last.decided.capitalize()} on {day_in_words(last.decided_on)}",
        stops,
        f"Earlier: {last.decided}",
    )
