"""Who is on each list: the highest in order whom every check allows, and the few drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from features.workspace import Workspace
from risk_model.errors import BadInput, EmptyCohort
from risk_model.experiment import Experiment
from risk_model.referrals.eligibility import Candidate, Check, EarlierDecision, Team, checks_for, kept_off, stopped
from risk_model.referrals.history import COLUMNS, History, histories
from risk_model.referrals.ranking import Listing, rank
from risk_model.referrals.scoring import Features, Scorer
from risk_model.referrals.waiting import LookAhead


class Store(Protocol):
    """The part of a :class:`Warehouse` that lists need."""

    def events(self, persons: list[int], columns: tuple[str, ...]) -> pa.Table: ...  # noqa: D102
    def areas(self) -> pa.Table: ...  # noqa: D102


@dataclass(frozen=True)
class ListInputs:
    """All that decides a set of lists. ``cohort`` is one date's; ``previous`` the folder of the lists before, if any.

    ``trained_on`` is the digest of the feature definitions in the model's manifest. ``ahead`` gives the features of
    listed people later, had nothing new been recorded; without it lists do not say what time alone would do.
    """

    experiment: Experiment
    model: Scorer
    model_version: str
    trained_on: str
    features: Features
    cohort: pa.Table
    warehouse: Store
    workspace: Workspace
    previous: Path | None = None
    decisions: tuple[EarlierDecision, ...] = ()
    ahead: LookAhead | None = None

    @property
    def as_of(self) -> date:
        """The date of the lists.

        :raises EmptyCohort: there is nobody. :raises BadInput: the cohort has several dates.
        """
        days = self.cohort["as_of"].unique().to_pylist()
        if not days:
            raise EmptyCohort("lists: the cohort is empty; check the as-of date and the cohort's rules")
        if len(days) > 1:
            raise BadInput(f"lists: the cohort has {len(days)} as-of dates; pass the people of one date")
        return days[0]


@dataclass(frozen=True)
class Listed:
    """Who is listed, with what was known of each and the checks made on each."""

    listing: Listing
    histories: dict[int, History]
    checks: dict[int, tuple[Check, ...]]


def teams_of(experiment: Experiment, areas: pa.Table) -> dict[str, Team]:
    """The team of each area in the experiment's capacity, in order of area code."""
    rows = areas.select(["lsoa_code", "local_authority_code", "local_authority"]).to_pylist()
    authority_of = {row["lsoa_code"]: (row["local_authority_code"], row["local_authority"]) for row in rows}
    names = dict(authority_of.values())
    plan = experiment.cohort
    return {
        code: Team(f"{names.get(code, code)} youth justice team", names.get(code, code), code,
                   plan.youngest, plan.oldest, authority_of)
        for code in sorted(experiment.capacity)
    }  # fmt: skip


def choose(inputs: ListInputs, scores: pa.Table, teams: dict[str, Team]) -> Listed:
    """Who is listed once every check has been made: whoever a check stops gives their place to the next."""
    plan, as_of = inputs.experiment, inputs.as_of
    excluded = set(kept_off(inputs.decisions, as_of))
    known: dict[int, History] = {}
    checks: dict[int, tuple[Check, ...]] = {}
    while True:
        listing = rank(scores, plan.capacity, plan.seed, plan.lists.random_places, excluded)
        fresh = sorted(set(listing.persons) - set(known))
        known |= histories(inputs.warehouse.events(fresh, COLUMNS), fresh, as_of) if fresh else {}
        made = {who.person: checks_for(who, teams[who.area]) for who in candidates(inputs, listing, known)}
        checks |= made
        ineligible = {person for person, answers in made.items() if stopped(answers)}
        if not ineligible:
            return Listed(listing, known, checks)
        excluded |= ineligible


def candidates(inputs: ListInputs, listing: Listing, known: dict[int, History]) -> list[Candidate]:
    """Everyone listed, in list order, as the checks see them."""
    decided: dict[int, list[EarlierDecision]] = {}
    for one in inputs.decisions:
        decided.setdefault(one.person, []).append(one)
    return [
        Candidate(row["person"], row["as_of"], row["age_years"], row["area"], known[row["person"]],
                  tuple(decided.get(row["person"], ())))
        for row in listing.table.to_pylist()
    ]  # fmt: skip
