"""All that a card and a version are made from, drawn: a small trained model, its audit and a sign-off."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.catalogue import CATALOGUE, THEMES
from features.cohort import AttritionStep
from risk_model.audits import AuditInputs, run_audits
from risk_model.experiment import Experiment
from risk_model.publishing.cards import CardInputs, FeedRow, card_plots
from risk_model.publishing.provenance import Provenance
from risk_model.publishing.publish import PublishInputs
from risk_model.publishing.signoff import Acceptance, accept_failures, demonstration_sign_off
from risk_model.training.fitting import refit_final, train
from risk_model.training.inputs import Inputs
from risk_model.training.plots import Plot
from risk_model.training.report import leaderboard_plots
from risk_model.training.splits import final_split
from tests.risk_model.drawn import AREAS, drawn_world
from tests.risk_model.drawn_audit import AREA_NAMES, drawn_warehouse

SIGNED_ON = date(2026, 1, 2)
REASON = "Accepted to show the whole demonstration; live use would have to answer this first."
ACCEPTED = (Acceptance(audit="groups", reason=REASON),)
TEAMS = dict(zip(AREAS, AREA_NAMES, strict=True))
FEEDS = (
    FeedRow("occurrence", "Northumbria Police", "VRU-ISA-POLICE", 14512, 37),
    FeedRow("yj_case", "Youth justice services", "VRU-ISA-YJS", 512, 0),
)
ATTRITION = tuple(
    AttritionStep(date(2024, 10, 1), step, reason, removed, left)
    for step, reason, removed, left in (
        ("on_record", "everybody in the warehouse", 0, 12724),
        ("aged", "not surely aged 10 to 17 on the date", 3, 12721),
        ("contact", "no recent contact", 12000, 721),
    )
)
PROVENANCE = Provenance(
    data_until=date(2026, 1, 1), warehouse_fingerprint="ab12cd34ef56ab78", feature_digest="1234abcd5678ef90",
    code_digest="0" * 64, requirements_digest="1" * 64, seed=20260101, commands=("risk-model run --workspace w",),
)  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """One small training and its audit, shared by every test; the model is saved in ``folder/model``."""

    folder: Path
    whole: CardInputs


@lru_cache(maxsize=1)
def trained() -> Trained:
    """The training all tests share."""
    folder = Path(tempfile.mkdtemp(prefix="drawn-card-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = drawn_world(people=700, estimators={"logistic": {}, "repeat_suspect": {}},
                        selection={"metric": "recall_at_capacity", "simplest_first": ("logistic",)})  # fmt: skip
    experiment, male = world.experiment, world.inputs.is_male
    assert male is not None
    names = tuple(name for name in world.rows.feature_names if not name.startswith("noise"))
    inputs = Inputs(world.rows.only(names), male, world.inputs.event_on)
    result = train(experiment, inputs, folder)
    result = replace(result, selection=replace(result.selection, chosen="logistic"))
    model = refit_final(experiment, inputs, "logistic", result.predictions)
    model.save(folder / "model")
    sexes = {int(p): "male" if m else "female" for p, m in zip(world.rows.person, male, strict=True)}
    audit = run_audits(
        AuditInputs(experiment, model, folder / "model", result.predictions, inputs.rows, CATALOGUE, THEMES,
                    drawn_warehouse(sex=sexes), inputs.rows)
    )  # fmt: skip
    final, plots = final_split(experiment, inputs.rows.as_of), leaderboard_plots(experiment, result, TEAMS)
    others = tuple(each for each in accept_failures(audit, REASON) if each.audit != "groups")
    signed = (demonstration_sign_off(SIGNED_ON, ACCEPTED + others),)
    whole = CardInputs(experiment, result, final, model.bands, ATTRITION, audit, CATALOGUE, names, THEMES, TEAMS, FEEDS,
                       plots, PROVENANCE, signed)  # fmt: skip
    return Trained(folder, whole)


def card_inputs(**changes: Any) -> CardInputs:
    """A complete card's inputs; ``changes`` replace fields."""
    return replace(trained().whole, **changes)


@lru_cache(maxsize=1)
def drawn_plots() -> tuple[Plot, ...]:
    """The pictures of the complete card, drawn once."""
    return card_plots(trained().whole)


def publish_inputs(models: Path, card: CardInputs | None = None, **changes: Any) -> PublishInputs:
    """What publishing takes, with a key that a seed decides."""
    given = {"key_seed": "drawn"} | changes
    about, folder = card or card_inputs(), trained().folder
    return replace(PublishInputs(about, folder / "model", "name = 'drawn'\n", models, models.parent / "keys"), **given)


def with_card(experiment: Experiment, **changes: Any) -> Experiment:
    """The experiment with other facts on its card."""
    return experiment.model_copy(update={"card": experiment.card.model_copy(update=changes)})


def feeds_table() -> pa.Table:
    """A warehouse's feeds."""
    return pa.table({"name": ["occurrence", "other"], "partner": ["Northumbria Police", "Somebody"],
                     "rows_loaded": np.array([10, 20]), "rows_quarantined": np.array([1, 0])})  # fmt: skip
