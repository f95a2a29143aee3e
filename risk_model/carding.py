"""Gathers what a card is made from: the results of every step before it, as they are."""

from __future__ import annotations

from features.agreements.inheritance import agreements_of_all
from features.catalogue import CATALOGUES, THEMES
from features.warehouse import Warehouse
from risk_model.audited import Audited
from risk_model.errors import BadConfiguration
from risk_model.experiment import Experiment
from risk_model.publishing.cards import CardInputs, feed_rows
from risk_model.publishing.cards.confirm import ITEMS
from risk_model.publishing.provenance import Provenance, code_digest, requirements_digest
from risk_model.publishing.signoff import SignOff
from risk_model.state import HOUSE, State
from risk_model.tracking import git_commit
from risk_model.training.scorer import ScoringModel
from risk_model.training.splits import final_split


def card_inputs(state: Audited, sign_offs: tuple[SignOff, ...]) -> CardInputs:
    """The inputs of the card of the model that would be published, signed off by these."""
    model = ScoringModel.load(state.model_folder)
    with Warehouse(state.workspace.warehouse) as warehouse:
        feeds = feed_rows(warehouse.feeds())
    return CardInputs(
        experiment=state.experiment,
        training=state.trained,
        final_split=final_split(state.experiment, state.known.as_of),
        bands=model.bands,
        attrition=state.prepared.cohort.attrition,
        audit=state.audited,
        features=CATALOGUES[state.experiment.features.catalogue],
        feature_names=model.feature_names,
        themes=THEMES,
        team_names=state.team_names,
        feeds=feeds,
        plots=state.plots,
        provenance=provenance_of(state),
        sign_offs=sign_offs,
        references=state.references,
        confirmed=confirmed_items(state.experiment),
    )


def confirmed_items(experiment: Experiment) -> dict[str, str]:
    """What the organisation has confirmed, in its own words (``[card.confirmed]`` of the experiment).

    :raises BadConfiguration: an item that no card asks for.
    """
    unknown = [key for key in experiment.card.confirmed if key not in ITEMS]
    if unknown:
        raise BadConfiguration(f"[card.confirmed]: no item {', '.join(unknown)}; cards ask for {', '.join(ITEMS)}")
    return dict(experiment.card.confirmed)


def provenance_of(state: State) -> Provenance:
    """Where the model comes from, and the commands that make it again."""
    used = state.prepared.features.features
    page = f"experiments/{state.page.name}"
    data = " --data broward_screenings.csv" if state.experiment.source == "broward" else ""
    return Provenance(
        data_until=state.experiment.dates.data_until,
        warehouse_fingerprint=state.fingerprint,
        feature_digest=state.prepared.features.digest,
        code_digest=code_digest(),
        requirements_digest=requirements_digest(HOUSE),
        seed=state.experiment.seed,
        commands=(f"make setup && .venv/bin/risk-model run {page}{data}",),
        git_commit=git_commit(HOUSE),
        agreements=tuple(each.reference for each in agreements_of_all(used, used)),
    )
