"""What schools and councils hold: who is on roll and where they live, suspensions and exclusions, attendance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from features.events import SUSPENSION_REASONS
from features.synthetic.areas import Areas
from features.synthetic.clock import CENSUS_DAYS, CUT, TERMS, Floats, Ints, birthday
from features.synthetic.names import ETHNIC_CODES, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.writing import Column, coded, dates_of_birth, days, texts
from features.windows import NEVER, days_since_epoch

PROVISIONS = ("N", "K", "E")
NEWER_REASONS_FROM = days_since_epoch(date(2020, 9, 1))
_REASONS = dict(zip(
    SUSPENSION_REASONS, (17, 5, 3, 16, 0.6, 1.2, 1.6, 0.6, 34, 1.2, 3.5, 2.5, 1.0, 1.5, 0.8, 2.5), strict=True,
))  # fmt: skip


def pupil_numbers(rng: np.random.Generator, count: int) -> pa.Array:
    """A unique pupil number each: a letter and twelve digits."""
    letters = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))[rng.integers(0, 23, count)]
    digits = shuffled_numbers(rng, count, 390_000_000_000).astype(str)
    return pa.array(np.char.add(letters, digits))


def pupil_columns(rng: np.random.Generator, children: Children, areas: Areas, upn: pa.Array) -> dict[str, Column]:
    """The ``school_pupil`` extract: a row at the first census, and one after each move or change of provision."""
    count = len(children)
    family = children.family
    first = np.maximum(birthday(children.born, 9.0) - 100, children.families.arrived_on[family])
    moved, changed = children.families.moved_on[family], children.send_changed_on
    child = np.concatenate([np.arange(count)] * 3)
    asked = np.concatenate([first, moved, changed])
    asked[count:] = np.where(asked[count:] < asked[:count][child[count:]], NEVER, asked[count:])
    adult = birthday(children.born, 18.0)[child] - 2
    place = np.minimum(np.searchsorted(CENSUS_DAYS, asked), len(CENSUS_DAYS) - 1)
    census = CENSUS_DAYS[place]
    kept = np.flatnonzero((census >= asked) & (census < CUT) & (census < adult))
    order = kept[np.lexsort((child[kept], census[kept]))]
    child, census = child[order], census[order]
    once = _distinct(child, census)
    return _pupil_rows(rng, children, areas, upn, child[once], census[once])


def _distinct(child: Ints, day: Ints) -> Ints:
    """Rows, in order of child and day, with each child once a day."""
    same = np.zeros(len(child), dtype=bool)
    same[1:] = (child[1:] == child[:-1]) & (day[1:] == day[:-1])
    return np.flatnonzero(~same)


def _pupil_rows(
    rng: np.random.Generator, children: Children, areas: Areas, upn: pa.Array, child: Ints, census: Ints
) -> dict[str, Column]:
    home = children.area_on(child, census)
    later = census >= children.send_changed_on[child]
    unsaid = (rng.random(len(children)) < 0.02)[child]
    return {
        "upn": upn.take(pa.array(child)),
        "forename": texts(children.forename[child]),
        "surname": texts(children.surname[child]),
        "dob": dates_of_birth(children.born[child]),
        "sex": coded(("F", "M"), children.male[child].astype(np.int64)),
        "ethnicity": coded((*ETHNIC_CODES, "NS"), np.where(unsaid, len(ETHNIC_CODES), children.ethnicity[child])),
        "lsoa": areas.codes.take(pa.array(home)),
        "la_code": coded(areas.authority_codes, areas.authority[home]),
        "send_provision": coded(PROVISIONS, np.where(later, children.send_later[child], children.send_at_first[child])),
        "census_dt": days(census),
    }


def suspension_columns(
    rng: np.random.Generator, children: Children, upn: pa.Array, events: tuple[Ints, Ints]
) -> dict[str, Column]:
    """The ``school_suspension`` extract: up to three reasons; about two in a hundred are permanent exclusions."""
    child, day, recorded = _told(rng, *events)
    count = len(child)
    worse = rng.standard_normal(count) + 0.4 * children.conduct[child]
    permanent = rng.random(count) < 0.010 + 0.040 * (worse > 1.6)
    sessions = np.clip(np.rint(rng.lognormal(1.1, 0.7, count) + 0.6 * worse), 1, 45).astype(np.int64)
    first, second, third = (_as_then(reason, day) for reason in _reasons(rng, count))
    no_second = (rng.random(count) > 0.28) | (second == first)
    no_third = (rng.random(count) > 0.25) | (third == first) | (third == second) | no_second
    return {
        "upn": upn.take(pa.array(child)),
        "type": coded(("SUSP", "PERM"), permanent.astype(np.int64)),
        "start_dt": days(day),
        "sessions": pa.array(sessions, mask=permanent),
        "reason_1": coded(SUSPENSION_REASONS, first),
        "reason_2": coded(SUSPENSION_REASONS, second, no_second),
        "reason_3": coded(SUSPENSION_REASONS, third, no_third),
        "recorded_dt": days(recorded),
    }


def _told(rng: np.random.Generator, child: Ints, day: Ints) -> tuple[Ints, Ints, Ints]:
    """Suspensions on record by the cut, one a child and day, in order of day: children, days, and days recorded."""
    late = (rng.random(len(day)) < 0.08) * rng.exponential(30, len(day))
    recorded = day + np.minimum(rng.exponential(3, len(day)) + late, 200).astype(np.int64)
    order = np.lexsort((day, child))
    order = order[_distinct(child[order], day[order])]
    order = order[np.lexsort((child[order], day[order]))]
    order = order[recorded[order] < CUT]
    return child[order], day[order], recorded[order]


def _as_then(reason: Ints, day: Ints) -> Ints:
    """Reasons as they were written on a day: before the newer codes came, an older one stood for each."""
    older = {"LG": "VP", "DS": "VP", "MT": "DB", "OW": "VP", "PH": "DB"}
    told = np.arange(len(SUSPENSION_REASONS))
    for newer, code in older.items():
        told[SUSPENSION_REASONS.index(newer)] = SUSPENSION_REASONS.index(code)
    return np.where(day < NEWER_REASONS_FROM, told[reason], reason)


def _reasons(rng: np.random.Generator, count: int) -> Ints:
    share = np.array([_REASONS[name] for name in SUSPENSION_REASONS])
    return rng.choice(len(share), (3, count), p=share / share.sum())


def attendance_columns(
    rng: np.random.Generator, upn: pa.Array, absences: list[tuple[int, Ints, Floats, Floats]]
) -> dict[str, Column]:
    """The ``attendance`` extract: half-day sessions possible and missed, a row a pupil and term."""
    term = np.concatenate([np.full(len(who), number, dtype=np.int16) for number, who, _, _ in absences])
    child = np.concatenate([who for _, who, _, _ in absences])
    possible = np.array([term.sessions for term in TERMS])[term] - 2 * rng.binomial(3, 0.2, len(child))
    authorised = rng.binomial(possible, np.concatenate([sick for _, _, sick, _ in absences]))
    left = possible - authorised
    unauthorised = rng.binomial(left, np.concatenate([truant for _, _, _, truant in absences]))
    first, last = (np.array([getattr(t, name) for t in TERMS]) for name in ("first", "last"))
    return {
        "upn": upn.take(pa.array(child)),
        "term": coded(tuple(t.name for t in TERMS), term),
        "term_start": days(first[term]),
        "term_end": days(last[term]),
        "sessions_possible": pa.array(possible),
        "sessions_authorised_absence": pa.array(authorised),
        "sessions_unauthorised_absence": pa.array(unauthorised),
    }
