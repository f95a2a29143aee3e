"""Worry about a child, written down: police protection notices, notices to school, and referrals for setting fires."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from features.events import CONCERNS
from features.synthetic.clock import CUT, FIRST_DAY, MINUTES_A_DAY, YEAR, Ints, birthday, moments, recording_delay
from features.synthetic.contacts import LATEST, Contacts
from features.synthetic.defects import USUAL, Defects
from features.synthetic.names import record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_births, typed_names
from features.synthetic.writing import CHILD, Column, coded, dates_of_birth, days, minutes, texts, yes_no

NOTICED = {"domestic": 0.16, "missing": 0.40, "victim": 0.14, "suspect": 0.10}
"""A setting: how often each kind of police contact leads to a protection notice about the child."""
_CONCERNS = {
    "domestic": (0.22, 0.04, 0.44, 0.02, 0.0, 0.08, 0.08, 0.12, 0.0),
    "missing": (0.12, 0.02, 0.06, 0.06, 0.38, 0.18, 0.06, 0.02, 0.10),
    "victim": (0.10, 0.30, 0.14, 0.18, 0.08, 0.08, 0.04, 0.04, 0.04),
    "suspect": (0.12, 0.02, 0.06, 0.02, 0.20, 0.12, 0.16, 0.05, 0.25),
}
"""Of the notices of each kind, the share with each of ``CONCERNS``."""
_NOTIFIED, _IN_TIME = 0.82, 0.85
_REFERRED_BY = ("police", "school", "family", "social_care", "fire_service")
_BEHAVIOUR = ("deliberate_fire", "fire_play", "hoax_call")
FIRES_A_YEAR = 0.08
"""Referrals a year of a child who sets fires, from 9 to 17; few are seen by the fire service at all."""


def notices(
    rng: np.random.Generator, children: Children, happened: Mapping[str, tuple[Ints, Ints]], defects: Defects = USUAL
) -> Contacts:
    """Police protection notices, in order of recording. ``happened`` gives the contacts (children, days) by kind."""
    child, day, concern = [], [], []
    for kind, share in NOTICED.items():
        who, when = happened[kind]
        rows = np.flatnonzero(rng.random(len(who)) < share)
        child.append(who[rows])
        day.append(when[rows])
        concern.append(rng.choice(len(CONCERNS), len(rows), p=_CONCERNS[kind]))
    who, when, what = (np.concatenate(parts) for parts in (child, day, concern))
    began = moments(rng, when, defects)
    recorded = began + recording_delay(rng, len(began), defects, 2 / 7)
    order = np.lexsort((what, who, recorded))
    order = order[recorded[order] < LATEST]
    score = 0.45 * children.hardship[who[order]] + rng.standard_normal(len(order))
    return Contacts(who[order], recorded[order], {
        "incident_dt": minutes(began[order]),
        "concern": coded(CONCERNS, what[order]),
        "rating": coded(("standard", "medium", "high"), np.searchsorted(np.array([0.5, 1.6]), score)),
        "recorded_dt": minutes(recorded[order]),
    })  # fmt: skip


def encompass_columns(
    rng: np.random.Generator, children: Children, upn: pa.Array, at_school: np.ndarray, incidents: Contacts
) -> dict[str, Column]:
    """The ``encompass`` extract: domestic-abuse incidents of which the school was told, mostly the next morning."""
    who, day = incidents.child, incidents.recorded // MINUTES_A_DAY
    age = (day - children.born[who]) / YEAR
    told = at_school[who] & (age > 9.5) & (age < 16.4) & (rng.random(len(who)) < _NOTIFIED)
    rows = np.flatnonzero(told)
    in_time = rng.random(len(rows)) < _IN_TIME
    wait = np.where(in_time, rng.integers(0, 2, len(rows)), rng.integers(3, 15, len(rows)))
    notified = (day[rows] + wait) * MINUTES_A_DAY + rng.integers(23 * 60, 24 * 60, len(rows))
    keep = np.flatnonzero(notified < LATEST)
    rows, notified, in_time = rows[keep], notified[keep], in_time[keep]
    return {
        "notice_id": record_numbers("OE", np.arange(1, len(rows) + 1), 8),
        "upn": upn.take(pa.array(who[rows])),
        "incident_dt": days(day[rows]),
        "notified_dt": minutes(notified),
        "before_next_school_day": yes_no(in_time),
    }


def fire_columns(rng: np.random.Generator, children: Children) -> dict[str, Column]:
    """The ``fire`` extract: referrals of children who set fires, of whom about half finish the work."""
    setters = np.flatnonzero(children.sets_fires)
    child = np.repeat(setters, rng.poisson(FIRES_A_YEAR * (CUT - FIRST_DAY) / YEAR, len(setters)))
    day = rng.integers(FIRST_DAY, CUT, len(child))
    referred = day + np.minimum(rng.exponential(9, len(child)), 120).astype(np.int64)
    age = (day - children.born[child]) / YEAR
    keep = np.flatnonzero((age > 9) & (referred < np.minimum(birthday(children.born, 18.0)[child], CUT)))
    keep = keep[np.lexsort((child[keep], referred[keep]))]
    child, day, referred = child[keep], day[keep], referred[keep]
    count = len(child)
    completed = referred + rng.integers(20, 160, count)
    forename, surname = typed_names(rng, children, child)
    return {
        CHILD: child,
        "referral_id": record_numbers("FR", shuffled_numbers(rng, count, 50_000), 7),
        "forename": texts(forename),
        "surname": texts(surname),
        "dob": dates_of_birth(typed_births(rng, children.born[child])),
        "incident_dt": days(day),
        "referral_dt": days(referred),
        "referred_by": coded(_REFERRED_BY, rng.choice(5, count, p=(0.30, 0.22, 0.18, 0.12, 0.18))),
        "behaviour": coded(_BEHAVIOUR, rng.choice(3, count, p=(0.62, 0.28, 0.10))),
        "completed_dt": days(completed, rng.random(count) < 0.45),
    }
