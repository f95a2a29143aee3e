"""Police contacts other than crimes: searches, custody, missing episodes, anti-social behaviour, domestic abuse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.events import DISPOSALS, OFFENCE_GROUPS
from features.synthetic.clock import CUT, MINUTES_A_DAY, Ints, moments, recording_delay
from features.synthetic.decisions import CAUTION, CHARGE, DIVERSION, NFA, RESOLUTION, Suspicions
from features.synthetic.defects import USUAL, Defects
from features.synthetic.names import ETHNIC_CODES
from features.synthetic.population import Children
from features.synthetic.writing import Column, coded, minutes, texts, yes_no

LATEST = CUT * MINUTES_A_DAY
RELEASES = ("charged", "rui", "bail", "nfa", "out_of_court")


@dataclass(frozen=True)
class Contacts:
    """One kind of contact: who, when police recorded it (minutes), and the file's columns but for the person."""

    child: Ints
    recorded: Ints
    columns: dict[str, Column]


def _in_order(child: Ints, began: Ints, recorded: Ints) -> tuple[Ints, Ints, Ints]:
    """Sorted by time of recording; what is recorded from the cut on is left out."""
    order = np.lexsort((child, recorded))
    order = order[recorded[order] < LATEST]
    return child[order], began[order], recorded[order]


def searches(
    rng: np.random.Generator, children: Children, events: tuple[Ints, Ints], defects: Defects = USUAL
) -> Contacts:
    """Stop and searches: three quarters end with no further action; ethnicity as said, and as the officer saw it."""
    began = moments(rng, events[1], defects)
    child, began, recorded = _in_order(events[0], began, began + 30)
    count = len(child)
    outcomes = ("NFA", "arrest", "community resolution", "caution", "PND", "summons")
    outcome = rng.choice(6, count, p=(0.75, 0.11, 0.09, 0.02, 0.01, 0.02))
    laws = ("MDA 1971 s23", "PACE 1984 s1", "CJPOA 1994 s60")
    object_ = rng.choice(4, count, p=(0.58, 0.20, 0.16, 0.06))
    law = np.where(object_ == 0, 0, np.where((object_ == 1) & (rng.random(count) < 0.08), 2, 1))
    said = children.ethnicity[child]
    unsaid = rng.random(count) < 0.17
    return Contacts(child, recorded, {
        "search_dt": minutes(began),
        "self_defined_ethnicity": coded((*ETHNIC_CODES, "NS"), np.where(unsaid, len(ETHNIC_CODES), said)),
        "officer_ethnicity": coded(IC_CODES, seen_ethnicity(rng, said)),
        "legislation": coded(laws, law),
        "object": coded(("drugs", "weapons", "stolen_property", "other"), object_),
        "outcome": coded(outcomes, outcome),
        "outcome_linked": yes_no((outcome > 0) & (rng.random(count) < 0.75)),
    })  # fmt: skip


IC_CODES = ("IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9")
_SEEN = {"W": 0, "M": 2, "A": 3, "B": 2, "O": 5}


def seen_ethnicity(rng: np.random.Generator, ethnicity: Ints) -> Ints:
    """Officer-defined ethnicity (position in :data:`IC_CODES`), right nine times in ten."""
    usual = np.array([4 if code == "A4" else _SEEN[code[0]] for code in ETHNIC_CODES])
    found = usual[ethnicity]
    unsure = rng.random(len(found)) < 0.08
    found[unsure] = rng.choice(7, int(unsure.sum()), p=(0.45, 0.10, 0.10, 0.10, 0.02, 0.03, 0.20))
    return found


def custodies(rng: np.random.Generator, children: Children, found: Suspicions, defects: Defects = USUAL) -> Contacts:
    """Detentions after arrest: a few hours, an appropriate adult nearly always, and how the child left."""
    arrested = found.rows(np.flatnonzero(found.arrested))
    delay = np.where(rng.random(len(arrested.child)) < 0.55, 0, rng.exponential(9, len(arrested.child)))
    began = moments(rng, arrested.day + delay.astype(np.int64), defects, 1 / 3)
    order = np.lexsort((arrested.child, began))
    order = order[began[order] < LATEST]
    arrested, began = arrested.rows(order), began[order]
    arrival = began + rng.integers(12, 90, len(began))
    release = arrival + np.clip(rng.lognormal(6.3, 0.5, len(began)), 60, 2100).astype(np.int64)
    kind = _release(rng, arrested)
    informal = np.array(DISPOSALS)[np.maximum(arrested.disposal, 0)]
    named = np.select([kind == 0, kind == 3, kind == 4], ["CHARGE", "NFA", informal], default="")
    return Contacts(arrested.child, began, {
        "arrest_dt": minutes(began),
        "arrival_dt": minutes(arrival),
        "release_dt": minutes(release),
        "offence": coded(OFFENCE_GROUPS, arrested.offence),
        "appropriate_adult": yes_no(rng.random(len(began)) < 0.96),
        "strip_search": yes_no(rng.random(len(began)) < 0.03),
        "release_type": coded(RELEASES, kind),
        "disposal": texts(named.astype(object)),
    })  # fmt: skip


def _release(rng: np.random.Generator, arrested: Suspicions) -> Ints:
    """Position in :data:`RELEASES`; most investigations go on after release, so it says little about their end."""
    count = len(arrested.child)
    roll = rng.random(count)
    later = np.where(rng.random(count) < 0.6, 1, 2)
    at_once = np.select(
        [(arrested.outcome == CHARGE) & (roll < 0.35), (arrested.outcome == NFA) & (roll < 0.35)], [0, 3], default=-1
    )
    informal = np.isin(arrested.outcome, (RESOLUTION, DIVERSION, CAUTION)) & (arrested.disposal >= 0) & (roll < 0.15)
    return np.where(at_once >= 0, at_once, np.where(informal, 4, later))


def missing_episodes(rng: np.random.Generator, events: tuple[Ints, Ints], defects: Defects = USUAL) -> Contacts:
    """Missing and away episodes, with the return-home interview offered and accepted."""
    began = moments(rng, events[1], defects, 1 / 2)
    child, began, recorded = _in_order(events[0], began, began + recording_delay(rng, len(began), defects, 2 / 7) // 3)
    count = len(child)
    hours = np.clip(rng.lognormal(1.9, 1.0, count), 0.5, 900)
    offered = rng.random(count) < 0.80
    ended = began + (hours * 60).astype(np.int64)
    return Contacts(child, recorded, {
        "start_dt": minutes(began),
        "end_dt": minutes(ended, rng.random(count) < 0.01),
        "type": coded(("missing", "away"), (rng.random(count) < 0.15).astype(np.int64)),
        "rhi_offered": yes_no(offered),
        "rhi_accepted": yes_no(offered & (rng.random(count) < 0.55)),
        "recorded_dt": minutes(recorded),
    })  # fmt: skip


def asb(
    rng: np.random.Generator, subjects: tuple[Ints, Ints], victims: tuple[Ints, Ints], defects: Defects = USUAL
) -> Contacts:
    """Anti-social behaviour, subjects and victims apart."""
    who = np.concatenate([subjects[0] * 2, victims[0] * 2 + 1])
    began = moments(rng, np.concatenate([subjects[1], victims[1]]), defects)
    who, began, recorded = _in_order(who, began, began + recording_delay(rng, len(began), defects))
    return Contacts(who // 2, recorded, {
        "role": coded(("subject", "victim"), who % 2),
        "incident_dt": minutes(began),
        "category": coded(("personal", "nuisance", "environmental"), rng.choice(3, len(who), p=(0.22, 0.66, 0.12))),
        "recorded_dt": minutes(recorded),
    })  # fmt: skip


def domestic(
    rng: np.random.Generator, children: Children, events: tuple[Ints, Ints], defects: Defects = USUAL
) -> Contacts:
    """Domestic-abuse incidents with the child in the home, one row a child."""
    began = moments(rng, events[1], defects)
    child, began, recorded = _in_order(events[0], began, began + recording_delay(rng, len(began), defects))
    score = 0.35 * children.hardship[child] + rng.standard_normal(len(child))
    return Contacts(child, recorded, {
        "incident_dt": minutes(began),
        "dash_grade": coded(("standard", "medium", "high"), np.searchsorted(np.array([0.55, 1.75]), score)),
        "children_present": yes_no(rng.random(len(child)) < 0.85),
        "recorded_dt": minutes(recorded),
    })  # fmt: skip
