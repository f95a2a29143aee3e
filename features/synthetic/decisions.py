"""What police and courts decide about a child named as a suspect: arrest, outcome, disposal, and when."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from features.events import DISPOSALS, OFFENCE_GROUPS
from features.synthetic.clock import Floats, Ints
from features.synthetic.levels import Levels
from features.synthetic.population import Children

NFA, RESOLUTION, DIVERSION, CAUTION, CHARGE, OTHER = range(6)
"""How an investigation ends: no further action, CR, outcome 22, youth (conditional) caution, charge, anything else."""
NO_DISPOSAL = -1
DISPOSED_IN_COURT = 0.8
"""Share of charges that end in a disposal."""
_CHARGED, _NOT_CHARGED, _SPREAD, _LONGEST = 3.4, 3.7, 0.8, 420
"""Days an investigation takes, log-normal: the log's mean if it ends in a charge, or if not; its spread; at most."""
_NOTICE, _COURT, _COURT_SPREAD, _LONGEST_COURT = 7, 2.9, 0.6, 200
"""Days from a charge to its disposal: so many, and a log-normal number more."""

SUSPECT_MIX = (0.0002, 0.185, 0.290, 0.032, 0.026, 0.125, 0.170, 0.050, 0.030, 0.070, 0.0218)
FOUND_MIX = (0.0, 0.10, 0.15, 0.005, 0.01, 0.12, 0.08, 0.30, 0.15, 0.075, 0.01)
"""Of suspicions that rest on what police found themselves: about an eighth of all."""
_FOUND_SHARE = 0.125
NAMED_MIX = tuple(
    (every - _FOUND_SHARE * found) / (1 - _FOUND_SHARE) for every, found in zip(SUSPECT_MIX, FOUND_MIX, strict=True)
)
VICTIM_MIX = (0.0001, 0.220, 0.370, 0.090, 0.040, 0.140, 0.040, 0.0, 0.005, 0.070, 0.0249)
_GRAVITY = np.array([5.0, 3.0, 2.0, 4.0, 4.0, 2.0, 2.0, 2.0, 3.2, 1.7, 2.0])


@dataclass(frozen=True)
class Suspicions:
    """Children named as suspects, one row each; codes are positions in the event vocabulary's lists."""

    child: Ints
    day: Ints
    offence: Ints
    gravity: Ints
    arrested: NDArray[np.bool_]
    outcome: Ints
    outcome_day: Ints
    disposal: Ints
    disposal_day: Ints
    chance: Floats
    """How likely it was, with all that was true that day, that it would end in a youth caution or court disposal."""

    @property
    def diverts(self) -> NDArray[np.bool_]:
        """Ended in a community resolution or outcome 22."""
        return (self.outcome == RESOLUTION) | (self.outcome == DIVERSION)

    @property
    def diverts_formally(self) -> NDArray[np.bool_]:
        """Ended in a youth caution or conditional caution."""
        return (self.outcome == CAUTION) & (self.disposal >= 0)

    @property
    def enters(self) -> NDArray[np.bool_]:
        """Ended in a youth caution or a court disposal: first-time entry, if it is the first."""
        return (self.disposal >= 0) & ~self.diverts

    def rows(self, keep: NDArray[np.bool_] | Ints) -> Suspicions:
        """The rows kept."""
        return Suspicions(*(getattr(self, part.name)[keep] for part in fields(self)))

    @staticmethod
    def joined(parts: list[Suspicions]) -> Suspicions:
        """All parts in one."""
        return Suspicions(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Suspicions)))


def offences(rng: np.random.Generator, mix: tuple[float, ...], count: int) -> Ints:
    """Offence groups drawn from a mix (positions in ``OFFENCE_GROUPS``)."""
    share = np.array(mix)
    return rng.choice(len(OFFENCE_GROUPS), count, p=share / share.sum())


def gravities(rng: np.random.Generator, offence: Ints) -> Ints:
    """Gravity 1 to 5 of each offence, around its group's usual."""
    return np.clip(np.rint(_GRAVITY[offence] + 0.7 * rng.standard_normal(len(offence))), 1, 5).astype(np.int64)


def _chance(score: Floats | NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-score.astype(np.float64)))


def decide(
    rng: np.random.Generator, children: Children, who: Ints, day: Ints, *, found_only: NDArray[np.bool_],
    harsher: Floats, past: Floats, known: Floats, care: Floats, entered: NDArray[np.bool_],
    diverted: NDArray[np.bool_], adult_on: Ints, entering: NDArray[np.bool_], area: Ints, month: int, levels: Levels,
) -> Suspicions:  # fmt: skip
    """The course of each investigation. ``past`` is how much recent suspicion there was (0 to 1); flags are 0 or 1.

    ``found_only`` are those nobody reported; ``harsher`` is how much likelier (log odds) arrest and formal outcomes are
    for the same facts (see ``features.synthetic.detection``): audits should be able to see it. ``entering`` have an
    entry already, or one to come; ``levels`` decide how many cases end formally, the case and the child which.
    """
    count = len(who)
    offence = np.where(found_only, offences(rng, FOUND_MIX, count), offences(rng, NAMED_MIX, count))
    gravity = gravities(rng, offence)
    age = (day - children.born[who]) / 365.25
    arrested = rng.random(count) < _chance(-1.78 + 0.55 * (gravity - 2.5) + 0.8 * past + 0.22 * (age - 14) + harsher)
    score = (
        0.35 * (gravity - 2.5) + 1.40 * past + 3.20 * known + 0.25 * diverted + 1.60 * entered
        + 0.20 * care + 0.12 * (age - 14) + 0.6 * arrested + harsher
    )  # fmt: skip
    to_court = _chance(-0.25 + 0.6 * (gravity - 2.5) + 1.3 * entered + harsher)
    charged = rng.random(count) < to_court
    wait = rng.lognormal(np.where(charged, _CHARGED, _NOT_CHARGED), _SPREAD)
    outcome_day = day + 1 + np.minimum(wait, _LONGEST).astype(np.int64)
    in_court = _NOTICE + np.minimum(rng.lognormal(_COURT, _COURT_SPREAD, count), _LONGEST_COURT).astype(np.int64)
    disposed = outcome_day + np.where(charged, in_court, 0)
    proceeds = ~charged | (rng.random(count) < DISPOSED_IN_COURT)
    counts = proceeds & ~entering & (disposed < adult_on) & _first_of_each(who)
    formal, ends = levels.decide(rng, score.astype(np.float64), area, month, disposed, counts)
    outcome = _outcomes(rng, ends, charged, gravity, entered)
    disposal, disposal_day = _disposals(
        rng, outcome, np.where(outcome == CHARGE, disposed, outcome_day), proceeds, gravity, entered
    )
    late = disposal_day >= adult_on
    disposal[late] = NO_DISPOSAL
    disposal_day[late] = 0
    chance = (formal * (1 - to_court * (1 - DISPOSED_IN_COURT))).astype(np.float32)
    return Suspicions(who, day, offence, gravity, arrested, outcome, outcome_day, disposal, disposal_day, chance)


def disposed_later(waited: Ints, until: Ints) -> NDArray[np.float64]:
    """The chance that a charge with no end for ``waited`` days has a disposal before ``until`` days have passed.

    The longer nothing is heard, the likelier the charge was dropped.
    """
    ahead = _beyond(waited - _NOTICE, _COURT, _COURT_SPREAD, _LONGEST_COURT)
    missed = _beyond(np.maximum(until, waited) - _NOTICE, _COURT, _COURT_SPREAD, _LONGEST_COURT)
    chance: NDArray[np.float64] = (
        DISPOSED_IN_COURT * (ahead - missed) / (DISPOSED_IN_COURT * ahead + 1 - DISPOSED_IN_COURT)
    )
    return chance


def decided_by(waited: Ints, until: Ints) -> NDArray[np.float64]:
    """The chance that an investigation still open after ``waited`` days has ended before ``until`` days have passed."""
    middle = (_CHARGED + _NOT_CHARGED) / 2
    ahead = np.maximum(_beyond(waited - 1, middle, _SPREAD, _LONGEST), 1e-9)
    return 1 - _beyond(np.maximum(until, waited) - 1, middle, _SPREAD, _LONGEST) / ahead


def _beyond(days: Ints, mean: float, spread: float, longest: int) -> NDArray[np.float64]:
    """The chance that a log-normal number of days, cut at the longest, is at least this."""
    least = np.maximum(days, 0.5)
    return np.where(days > longest, 0.0, ndtr((mean - np.log(least)) / spread))


def _first_of_each(who: Ints) -> NDArray[np.bool_]:
    """Whether each is the first case here of that child."""
    first = np.zeros(len(who), dtype=bool)
    first[np.unique(who, return_index=True)[1]] = True
    return first


def _outcomes(
    rng: np.random.Generator, formal: NDArray[np.bool_], charged: NDArray[np.bool_], gravity: Ints,
    entered: NDArray[np.bool_],
) -> Ints:  # fmt: skip
    count = len(formal)
    roll = rng.random(count)
    lenient = np.where(entered, 0.4, 1.0) * np.where(gravity >= 4, 0.4, 1.0)
    informal = np.full(count, NFA)
    informal[roll < 0.31 * lenient] = OTHER
    informal[roll < 0.22 * lenient] = DIVERSION
    informal[roll < 0.16 * lenient] = RESOLUTION
    return np.where(formal, np.where(charged, CHARGE, CAUTION), informal)


def _disposals(
    rng: np.random.Generator, outcome: Ints, disposed: Ints, proceeds: NDArray[np.bool_], gravity: Ints,
    entered: NDArray[np.bool_],
) -> tuple[Ints, Ints]:  # fmt: skip
    """Disposal (position in ``DISPOSALS``, -1 for none) and its day; a fifth of charges end without one."""
    count = len(outcome)
    found = np.full(count, NO_DISPOSAL)
    found[outcome == RESOLUTION] = DISPOSALS.index("CR")
    found[outcome == DIVERSION] = DISPOSALS.index("O22")
    cautions = np.flatnonzero(outcome == CAUTION)
    conditional = rng.random(len(cautions)) < 0.35
    found[cautions] = np.where(conditional, DISPOSALS.index("YCC"), DISPOSALS.index("YC"))
    charged = np.flatnonzero((outcome == CHARGE) & proceeds)
    severity = gravity[charged] + 1.2 * entered[charged] + 0.9 * rng.standard_normal(len(charged))
    ladder = ("absolute_discharge", "fine", "referral_order", "YRO", "DTO")
    step = np.searchsorted(np.array([0.6, 1.2, 4.6, 6.2]), severity)
    found[charged] = np.array([DISPOSALS.index(name) for name in ladder])[step]
    return found, np.where(found == NO_DISPOSAL, 0, disposed)


def outcome_codes(rng: np.random.Generator, outcome: Ints) -> NDArray[np.str_]:
    """Home Office outcome codes (text) of each investigation's end."""
    no_action = rng.choice(("9", "10", "14", "15", "16", "18"), len(outcome), p=(0.05, 0.20, 0.15, 0.20, 0.30, 0.10))
    other = rng.choice(("17", "19", "20", "21"), len(outcome), p=(0.05, 0.05, 0.45, 0.45))
    named = np.array(["", "8", "22", "2", "1", ""])[outcome]
    return np.where(outcome == NFA, no_action, np.where(named == "", other, named))


def outcome_entered_on(rng: np.random.Generator, found: Suspicions) -> Ints:
    """The day each outcome is entered: outcome 22 only after the activity ends, some months on."""
    after = np.where(found.outcome == DIVERSION, rng.integers(45, 150, len(found.outcome)), 0)
    typing = np.where(found.outcome == CHARGE, rng.integers(0, 25, len(after)), rng.integers(0, 30, len(after)))
    return found.outcome_day + after + typing
