"""The best any ranking could do: each child's chance of first-time entry, given all that is true on a date.

The world is lived again to the date; from there each child lives the next twelve months many times over, and nobody's
luck counts, only the chances. No model can know more. Only for measuring models against, never for training one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.errors import BadConfiguration
from features.synthetic.clock import MONTH_STARTS, Ints
from features.synthetic.communities import Community, communities
from features.synthetic.decisions import CHARGE, Suspicions, decided_by, disposed_later
from features.synthetic.detection import Detection
from features.synthetic.levels import Levels
from features.synthetic.lives import Lives
from features.synthetic.living import Lived, Say, live
from features.synthetic.past import NOBODY, Past
from features.synthetic.population import Children
from features.synthetic.truth import Setting
from features.windows import day_from_epoch, days_since_epoch
from features.workspace import digest, digest_file

HORIZON_MONTHS, HORIZON_DAYS = 12, 365
FUTURES = 40
"""Times each child's next year is lived."""
AT_ONCE = 4_000
"""Children whose futures are lived side by side: bounds memory."""
COURT_TAKES = 15
"""Days from an outcome to its disposal, about, where there is one."""


@dataclass(frozen=True)
class _Snapshot:
    """What matters of the past on a day, and the suspicions so far."""

    past: Past
    levels: Levels
    suspicions: Suspicions


def entry_chances(
    setting: Setting, wanted: Mapping[date, Ints], say: Say = lambda line: None, futures: int = FUTURES, draw: int = 0
) -> dict[date, NDArray[np.float64]]:
    """For each as-of date (a first of a month), the chance of a first entry within 365 days of the children named.

    ``wanted`` are positions of children, in any order, and chances come back in that order. Somebody who has entered
    already has a chance that means nothing. Another ``draw`` lives other futures from the same day.

    :raises BadConfiguration: a date that is not the first of a month of the world.
    """
    months = {day: _month(day) for day in wanted}
    chances = {day: np.zeros(len(children)) for day, children in wanted.items()}
    before = 0
    for community in communities(setting):
        snapshots: dict[int, _Snapshot] = {}
        lived = _live_to(community, sorted(set(months.values())), snapshots, say)
        for number, (day, children) in enumerate(wanted.items()):
            mine = np.flatnonzero((children >= before) & (children < before + len(lived.children)))
            say(f"living the year after {day} {futures} times over")
            rng = np.random.default_rng(
                [setting.seed, 71 + 1000 * draw, number, *([community.number] if community.number else [])]
            )
            then = snapshots[months[day]]
            chances[day][mine] = _in_parts(rng, lived, then, months[day], children[mine] - before, futures)
        before += len(lived.children)
    return chances


def code_digest() -> str:
    """A digest of the code that makes a world and knows its chances."""
    return digest([digest_file(path) for path in sorted(Path(__file__).parent.glob("*.py"))])


def _in_parts(
    rng: np.random.Generator, lived: Lived, then: _Snapshot, month: int, children: Ints, futures: int
) -> NDArray[np.float64]:
    """The chances of these children, a few thousand at a time."""
    starts = range(0, len(children), AT_ONCE)
    parts = [_chances(rng, lived, then, month, children[at : at + AT_ONCE], futures) for at in starts]
    return np.concatenate(parts) if parts else np.zeros(0)


def _month(day: date) -> int:
    found = np.flatnonzero(MONTH_STARTS[:-1] == days_since_epoch(day))
    if not len(found):
        first, last = (day_from_epoch(int(MONTH_STARTS[at])) for at in (0, -2))
        raise BadConfiguration(f"the oracle speaks on the first of a month from {first} to {last}, not on {day}")
    return int(found[0])


def _live_to(community: Community, months: list[int], snapshots: dict[int, _Snapshot], say: Say) -> Lived:
    """The community lived to the last of these months, with a snapshot as each of them begins."""
    asked = set(months)
    before: list[tuple[Past, Levels]] = []

    def watch(month: int, past: Past, levels: Levels) -> None:
        if month in asked:
            before.append((past.taken(slice(None)), levels.as_they_are()))

    lived = live(community, say, months=months[-1] + 1, watch=watch)
    for month, (past, levels) in zip(months, before, strict=True):
        snapshots[month] = _Snapshot(past, levels, Suspicions.joined(lived.course.suspicions[:month]))
    return lived


def _chances(
    rng: np.random.Generator, lived: Lived, then: _Snapshot, month: int, asked: Ints, futures: int
) -> NDArray[np.float64]:
    """One minus the chance that neither a case already open nor any in the coming year ends in entry."""
    order = np.argsort(asked, kind="stable")
    who = np.repeat(asked[order], futures)
    bias = lived.detection
    detection = Detection(bias.bias, bias.found[who], bias.harsher[who])
    base = {name: rates[who] for name, rates in lived.base.items()}
    lives = Lives(rng, _children(lived.children, who), base, detection, then.levels)
    lives.past = then.past.taken(who)
    for ahead in range(month, min(month + HORIZON_MONTHS, len(MONTH_STARTS) - 1)):
        lives.past.entered_from[:] = NOBODY
        lives.live_month(ahead)
    start = int(MONTH_STARTS[month])
    spared = _spared(Suspicions.joined(lives.course.suspicions), start, lives.adult_on, len(who))
    no_new = spared.reshape(len(asked), futures).mean(axis=1)
    chances = np.empty(len(asked))
    chances[order] = 1 - no_new * _open_cases(then.suspicions, start, asked[order], lived.children.adult_on)
    return chances


def _spared(found: Suspicions, start: int, adult_on: Ints, count: int) -> NDArray[np.float64]:
    """The chance, one a life, that no case of the year ends in entry within the horizon and before 18."""
    disposed = found.outcome_day + COURT_TAKES
    counts = (disposed < start + HORIZON_DAYS) & (disposed < adult_on[found.child])
    logs = np.log1p(-np.minimum(found.chance[counts].astype(np.float64), 0.999))
    kept: NDArray[np.float64] = np.exp(np.bincount(found.child[counts], weights=logs, minlength=count))
    return kept


def _open_cases(found: Suspicions, start: int, asked: Ints, adult_on: Ints) -> NDArray[np.float64]:
    """The chance that no case open on the date ends in entry, within the horizon and before 18.

    A case is known by how long it has been open, and not by how it will end.
    """
    last = np.minimum(start + HORIZON_DAYS, adult_on[found.child])
    undecided = found.outcome_day >= start
    in_court = ~undecided & (found.outcome == CHARGE) & ((found.disposal < 0) | (found.disposal_day >= start))
    soon = decided_by(start - found.day, last - COURT_TAKES - found.day)
    court = disposed_later(start - found.outcome_day, last - found.outcome_day)
    chance = np.where(undecided, found.chance * soon, np.where(in_court, court, 0.0))
    size = int(max(found.child.max(initial=0), asked.max(initial=0))) + 1
    logs = np.bincount(found.child, weights=np.log1p(-np.minimum(chance, 0.999)), minlength=size)
    kept: NDArray[np.float64] = np.exp(logs[asked])
    return kept


def _children(children: Children, who: Ints) -> Children:
    """These children, as often as they are named; their families stay as they are."""
    arrays = {each.name: getattr(children, each.name)[who] for each in fields(Children) if each.name != "families"}
    return replace(children, **arrays)
