"""Special educational needs as councils record them: the kind of need, support at school, and plans."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.events import SPECIAL_NEEDS
from features.synthetic.clock import CUT, Ints, birthday
from features.synthetic.population import Children
from features.synthetic.writing import Column, coded, days
from features.windows import NEVER

_SHARE = np.array([0.19, 0.24, 0.16, 0.14, 0.14, 0.02, 0.01, 0.015, 0.01, 0.005, 0.03, 0.04])
_SEMH, _ASD = SPECIAL_NEEDS.index("SEMH"), SPECIAL_NEEDS.index("ASD")
_PLANNED = 2


def send_columns(
    rng: np.random.Generator, children: Children, upn: pa.Array, at_school: np.ndarray
) -> dict[str, Column]:
    """The ``send`` extract: a row a spell of support (K) or plan (E). Conduct makes SEMH likelier, plans autism."""
    count = len(children)
    everybody = np.arange(count)
    first = birthday(children.born, 5.0) + rng.integers(0, 1500, count)
    changed = children.send_changed_on
    child = np.concatenate([everybody, everybody])
    level = np.concatenate([children.send_at_first, np.where(changed < NEVER, children.send_later, 0)])
    began = np.concatenate([first, changed])
    ended = np.concatenate([np.where(changed < NEVER, np.maximum(changed, first), NEVER), np.full(count, NEVER)])
    ended = np.minimum(ended, birthday(children.born, 18.0)[child])
    arrived = children.families.arrived_on[children.family[child]]
    recorded = np.maximum(began, arrived) + np.minimum(rng.exponential(20, 2 * count), 200).astype(np.int64)
    keep = np.flatnonzero((level > 0) & at_school[child] & (recorded < CUT) & (ended > began))
    keep = keep[np.lexsort((child[keep], began[keep]))]
    child, level, began, ended, recorded = child[keep], level[keep], began[keep], ended[keep], recorded[keep]
    asked = began - rng.integers(110, 300, len(child))
    plan = level == _PLANNED
    need = _needs(rng, children, plan_ever=(np.maximum(children.send_at_first, children.send_later) == _PLANNED))
    return {
        "upn": upn.take(pa.array(child)),
        "provision": coded(("N", "K", "E"), level),
        "need": coded(SPECIAL_NEEDS, need[child]),
        "start_dt": days(began),
        "end_dt": days(ended),
        "ehcp_requested_dt": days(asked, ~plan),
        "ehcp_issued_dt": days(began, ~plan),
        "recorded_dt": days(recorded),
    }


def _needs(rng: np.random.Generator, children: Children, plan_ever: np.ndarray) -> Ints:
    """The main need of every child, should it have one (position in ``SPECIAL_NEEDS``)."""
    weight = np.tile(_SHARE, (len(children), 1))
    weight[:, _SEMH] *= np.exp(0.8 * children.conduct)
    weight[:, _ASD] *= np.where(plan_ever, 2.2, 1.0)
    reached = np.cumsum(weight, axis=1)
    return (reached < (rng.random(len(children)) * reached[:, -1])[:, None]).sum(axis=1)
