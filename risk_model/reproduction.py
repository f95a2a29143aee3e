"""A published version made again from its own bundle and the data, and compared: metric by metric, score by score."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.warehouse import Warehouse
from features.workspace import read_json
from risk_model.audits.choosing import groups_to_ask
from risk_model.errors import MissingStep
from risk_model.experiment import read_experiment
from risk_model.preparation import Say, prepare
from risk_model.publishing.provenance import Provenance
from risk_model.publishing.versions import ModelVersion
from risk_model.state import inputs_of
from risk_model.training.dataset import Dataset
from risk_model.training.fitting import refit_final, train
from risk_model.training.leaderboard import leaderboard_json
from risk_model.training.scorer import ScoringModel

CLOSE = 1e-9
"""How far apart two figures or scores may lie and still count as equal: rounding of sums taken in another order."""
MOST_TOLD = 10
NOTHING = "nothing at all"


@dataclass(frozen=True)
class Reproduction:
    """``differing`` names what did not come out equal; ``elsewhere`` what is not as it was when it was published."""

    version: str
    metrics: int
    scores: int
    largest_difference: float
    differing: tuple[str, ...]
    elsewhere: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every metric and every score came out equal."""
        return not self.differing

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"equal": self.is_equal}

    def text(self) -> str:
        """In words."""
        verdict = "comes out equal" if self.is_equal else f"DOES NOT COME OUT EQUAL in {len(self.differing)} place(s)"
        told = [f"{self.version} {verdict}: {self.metrics:,} figures and {self.scores:,} scores compared; the largest "
                f"difference of two scores is {self.largest_difference:.2g}"]  # fmt: skip
        told += [f"  {place}" for place in self.differing[:MOST_TOLD]]
        told += [f"  and {len(self.differing) - MOST_TOLD:,} more"] if len(self.differing) > MOST_TOLD else []
        told += [f"Not as it was when it was published: {each}" for each in self.elsewhere]
        return "\n".join(told)


def reproduce(version: ModelVersion, warehouse: Warehouse, now: Provenance, scratch: Path, say: Say) -> Reproduction:
    """Make ``version`` again from nothing but its bundle and the warehouse; nothing kept is used, or left behind.

    ``scratch`` is a folder to work in, which is gone afterwards, since it holds rows of people meanwhile.
    ``now`` is the provenance of a model made here and now. Scores are compared on every row with a known outcome.

    :raises MissingStep: the warehouse holds other data than the version was made from.
    """
    then = version.manifest.provenance
    if then.warehouse_fingerprint != now.warehouse_fingerprint:
        raise MissingStep(
            f"{version.version} was made from other data (fingerprint {then.warehouse_fingerprint}, here "
            f"{now.warehouse_fingerprint}): load the deliveries it was made from, then say this again"
        )
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        model, rows, figures = _made_again(version.folder / "experiment.toml", warehouse, scratch, say)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    published = read_json(version.folder / "metrics.json")
    metrics, differing = compare_figures(published, figures)
    largest, of_scores = _compare_scores(version.load(), model, rows)
    return Reproduction(
        version.version, metrics, 2 * len(rows), largest, (*differing, *of_scores), tuple(_elsewhere(then, now))
    )


def _made_again(page: Path, warehouse: Warehouse, scratch: Path, say: Say) -> tuple[ScoringModel, Dataset, Any]:
    """The model, the rows with a known outcome, and the figures, all computed anew from a plan and the warehouse."""
    experiment = read_experiment(page)
    prepared = prepare(experiment, warehouse, scratch / "features", say)
    inputs = inputs_of(prepared, warehouse)
    result = train(experiment, inputs, scratch, say, ask_groups=groups_to_ask(experiment, warehouse))
    say(f"refitting {result.selection.chosen}")
    model = refit_final(experiment, inputs, result.selection.chosen, result.predictions)
    model.save(scratch / "model")
    return ScoringModel.load(scratch / "model"), inputs.labelled().rows, leaderboard_json(experiment, result)


def compare_figures(published: Any, again: Any) -> tuple[int, list[str]]:
    """How many values two trees of JSON hold together, and the paths of those that are not equal.

    >>> compare_figures({"auc": 0.7, "n": [1, 2]}, {"auc": 0.7 + 1e-12, "n": [1, 3]})
    (3, ['n[1]: 2 published, 3 now'])
    """
    before, now = dict(_leaves(published)), dict(_leaves(again))
    paths = list(dict.fromkeys([*before, *now]))
    pairs = [(path, before.get(path, NOTHING), now.get(path, NOTHING)) for path in paths]
    differing = [f"{path}: {was} published, {now_is} now" for path, was, now_is in pairs if not _equal(was, now_is)]
    return len(paths), differing


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for at, part in enumerate(value):
            yield from _leaves(part, f"{path}[{at}]")
    else:
        yield path, value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return bool(np.isclose(one, other, rtol=CLOSE, atol=CLOSE, equal_nan=True))
    return bool(one == other)


def _compare_scores(published: ScoringModel, again: ScoringModel, rows: Dataset) -> tuple[float, list[str]]:
    """The largest difference of raw scores and probabilities, and what differs; each row counts once for each."""
    if published.feature_names != again.feature_names:
        return float("nan"), ["the features differ, so that no score can be compared"]
    pairs = {"raw score": (published.raw_score(rows.X), again.raw_score(rows.X)),
             "probability": (published.probability(rows.X), again.probability(rows.X))}  # fmt: skip
    largest = max(float(np.max(np.abs(one - other))) for one, other in pairs.values())
    apart = {name: int((~np.isclose(one, other, rtol=CLOSE, atol=CLOSE)).sum()) for name, (one, other) in pairs.items()}
    return largest, [f"{name}: {count:,} of {len(rows):,} rows differ" for name, count in apart.items() if count]


def _elsewhere(then: Provenance, now: Provenance) -> Iterator[str]:
    """What decides a version, besides its data, that is not the same here and now."""
    for name, what in (("code_digest", "the code"), ("requirements_digest", "the exact library versions"),
                       ("feature_digest", "the feature definitions")):  # fmt: skip
        if getattr(then, name) != getattr(now, name):
            checkout = f" (commit {then.git_commit[:12]})" if then.git_commit and name == "code_digest" else ""
            yield f"{what}{checkout}"
