"""What happens to a list when a partner's feed fails or is late, and which failures does the model refuse to score?

On the latest date, each partner's inputs are emptied (the feed never came), or set to what they were one date before
(it came late), the list is made again, and those whose place changed are counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.definition import AnyFeature, Feature, parts_of
from features.events import KINDS
from risk_model.audits.finding import Finding, Table, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.disclosure import show_rate
from risk_model.errors import Refusal
from risk_model.experiment import Experiment
from risk_model.training.capacity import listed_by_team
from risk_model.training.dataset import Dataset
from risk_model.training.scorer import ScoringModel

NAME = "feeds_failing"
QUESTION = "What happens to a list when a feed fails or is late?"
LIMIT = 0.5
"""The most of a list that one failing feed may change before attention is asked for."""
FEW_OR_MOST = "few or nearly all"


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: attention where one feed changes too much; fails where unusable rows are scored."""
    rows = inputs.known.only(inputs.model.feature_names)
    latest = rows.rows(np.flatnonzero(rows.as_of == rows.as_of.max())) if len(rows) else rows
    by_partner = inputs_of_partners(inputs.features, inputs.model.feature_names)
    lines, worst = [], []
    for partner, columns in by_partner.items():
        never = changed(inputs, latest, _emptied(inputs, latest.X, columns))
        late = changed(inputs, latest, _one_date_late(inputs, rows, latest, columns))
        lines.append((partner, f"{len(columns)}", _said(inputs, latest, never), _said(inputs, latest, late)))
        if never > LIMIT:
            said = lines[-1][2] if lines[-1][2] != FEW_OR_MOST else "nearly all"
            worst.append(f"without {partner}, {said} of the places go to others")
    scored = scored_all_the_same(inputs, latest.X)
    faults = [f"rows with {what} are scored, and should be refused" for what in scored]
    verdict = Verdict.FAILS if faults else Verdict.NEEDS_ATTENTION if worst else Verdict.PASSES
    quiet = f"No partner's feed alone, failing, gives more than {LIMIT:.0%} of the places to others."
    return Finding(
        audit=NAME, question=QUESTION, verdict=verdict,
        reasons=(*faults, *worst) or (quiet,),
        notes=("Refused, tried here: an input too few, an input too many, an infinite value. A table whose definitions "
               "or order differ from the model's is refused before scoring. A feed with nothing looks like a quiet "
               "month: intake says how many rows each feed brought, and lists say what is missing.",
               "Late: the partner's inputs as they were one date before, and empty for whoever was not known then."),
        tables=(Table(title="Places that go to others on the latest list", rows=tuple(lines),
                      heads=("Partner", "Inputs", "Feed never came", "Feed one date late")),) if lines else (),
    )  # fmt: skip


def inputs_of_partners(features: tuple[AnyFeature, ...], names: tuple[str, ...]) -> dict[str, NDArray[np.intp]]:
    """The columns of ``names`` that rest on each partner's records, by partner."""
    by_name = {feature.name: feature for feature in features}
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        for partner in _partners(name, by_name):
            found.setdefault(partner, []).append(at)
    return {partner: np.array(found[partner]) for partner in sorted(found)}


def _partners(name: str, by_name: Mapping[str, AnyFeature]) -> set[str]:
    feature = by_name.get(name)
    if isinstance(feature, Feature):
        return {KINDS[kind].partner for kind in feature.events.kinds if kind in KINDS}
    return set().union(*(_partners(part, by_name) for part in parts_of(feature))) if feature else set()


def changed(inputs: AuditInputs, latest: Dataset, X: NDArray[np.float32]) -> float:
    """The share of places that go to somebody else when rows score as ``X``."""
    return places_changed(inputs.experiment, inputs.model, latest.area, latest.X, X)


def places_changed(
    experiment: Experiment,
    model: ScoringModel,
    area: NDArray[np.str_],
    X: NDArray[np.float32],
    now: NDArray[np.float32],
) -> float:
    """The share of one date's places that go to somebody else when the same people's inputs are ``now``, not ``X``."""
    one_list = np.zeros(len(area), dtype=int)
    before, after = (listed_by_team(model.raw_score(each), one_list, area, experiment.capacity) for each in (X, now))
    places = float(before.sum())
    return float(np.abs(before - after).sum() / 2 / places) if places else 0.0


def said(experiment: Experiment, rows: int, share: float) -> str:
    """Whole percent of one date's places, hidden where the people who came or stayed are few."""
    places = min(float(sum(experiment.capacity.values())), float(rows))
    shown = show_rate(share, share * places, (1 - share) * places, under=experiment.audit.suppress_under)
    return FEW_OR_MOST if shown is None else f"{shown:.0%}"


def _said(inputs: AuditInputs, latest: Dataset, share: float) -> str:
    return said(inputs.experiment, len(latest), share)


def _emptied(inputs: AuditInputs, X: NDArray[np.float32], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    """The values each input has where there are no records."""
    by_name = {feature.name: feature for feature in inputs.features}
    empty = [by_name[inputs.model.feature_names[at]].when_missing for at in columns]
    changed_rows = X.copy()
    changed_rows[:, columns] = np.array([np.nan if value is None else value for value in empty], dtype=np.float32)
    return changed_rows


def _one_date_late(
    inputs: AuditInputs, rows: Dataset, latest: Dataset, columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    late = _emptied(inputs, latest.X, columns)
    dates = np.unique(rows.as_of)
    if len(dates) < 2:
        return late
    before = rows.rows(np.flatnonzero(rows.as_of == dates[-2]))
    order = np.argsort(before.person, kind="stable")
    place = np.minimum(np.searchsorted(before.person[order], latest.person), len(order) - 1)
    known = before.person[order][place] == latest.person
    late[np.ix_(known, columns)] = before.X[order][place][known][:, columns]
    return late


def scored_all_the_same(inputs: AuditInputs, X: NDArray[np.float32]) -> list[str]:
    """Which kinds of unusable rows the model scores instead of refusing."""
    one = X[:1]
    infinite = one.copy()
    infinite[:, :1] = np.inf
    broken = {"an input too few": one[:, :-1], "an input too many": np.column_stack([one, one[:, :1]]),
              "an infinite value": infinite}  # fmt: skip
    return [what for what, bad in broken.items() if len(bad) and not _refuses(inputs, bad)]


def _refuses(inputs: AuditInputs, bad: NDArray[np.float32]) -> bool:
    try:
        inputs.model.raw_score(bad)
    except Refusal:
        return True
    return False
