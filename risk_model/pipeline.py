"""The story, in order: extracts, warehouse, features, training, audit, card, published version, referral lists.

Each step takes what the steps before it left in the workspace, does nothing where its inputs have not changed, and
hands back words for a person and figures for a script. Nothing else orchestrates.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from features.ahead import with_nothing_new
from features.catalogue import CATALOGUES
from features.deliveries import noted_day
from features.dictionary import as_records, render_html, render_markdown
from features.engines.choice import run_on
from features.feeds.broward import read_broward
from features.intake import loading_code, take_in
from features.looking_up import look_up
from features.pseudonyms import DEMONSTRATION_FILE
from features.synthetic import DEFAULT_SEED, MARKER, make_partners
from features.synthetic.truth import truth_folder
from features.warehouse import Warehouse, write_events
from features.workspace import (
    Workspace,
    digest,
    digest_file,
    is_done,
    mark_done,
    whole_file,
    write_bytes,
    write_json,
    write_text,
)
from risk_model import telling
from risk_model.audited import Audited
from risk_model.auditing import alternatives, audit_version, told
from risk_model.carding import card_inputs, provenance_of
from risk_model.document import PLOTS
from risk_model.errors import BadInput, MissingStep, NotPermitted
from risk_model.experimenting import Experimenting
from risk_model.fidelity import write_page
from risk_model.intake_page import write_intake_page
from risk_model.preparation import prepare_for_scoring
from risk_model.publishing.cards import render_card
from risk_model.publishing.index import export_card
from risk_model.publishing.publish import PublishInputs, publish
from risk_model.publishing.signing import trusted_key
from risk_model.publishing.signoff import SignOff, accept_failures, demonstration_sign_off
from risk_model.publishing.versions import ModelVersion, champion, open_version, promote
from risk_model.referrals.choosing import ListInputs
from risk_model.referrals.decisions import read_decisions
from risk_model.referrals.lists import make_lists
from risk_model.referrals.on_spark import scorer_on
from risk_model.reproduction import reproduce
from risk_model.state import REFERENCES, Say
from risk_model.telling import Made
from risk_model.training.scorer import ScoringModel

DEMONSTRATION_ACCEPTS = (
    "Shown as it is, for demonstration on data that are about nobody. Accepting this for use with people takes a named "
    "person, and their reason."
)
NOT_REPRODUCED = 11
"""How ``reproduce`` leaves when a version does not come out equal."""


class Pipeline(Experimenting, Audited):
    """The steps, as the command line calls them."""

    def run(self, children: int | None = None) -> Made:
        """Every step, in order; what is already there is kept."""
        if self.experiment.source == "northumbria" and self.data is None and not self.workspace.extracts.exists():
            simulate(self.workspace.root, None, children, None, self.say)
        steps = {"intake": self.intake(), "features": self.features(), "dictionary": self.dictionary(),
                 "train": self.train(), "audit": self.audit(), "card": self.card()}  # fmt: skip
        if self.experiment.source == "broward":
            return telling.of_check(self.experiment, self.folder, steps["train"], steps["audit"])
        steps |= {"publish": self.publish("", "", None, ""), "score": self.score(None)}
        return telling.of_run(self.workspace, self.folder, steps)

    def intake(self, received_on: date | None = None) -> Made:
        """Extracts (or Broward's file), loaded as received on a day: by its note, or else when the data ends."""
        if self.experiment.source == "broward":
            return self._take_in_broward()
        delivery = self.data or self.workspace.extracts
        if not delivery.exists():
            raise MissingStep(f"no extracts at {delivery}; make synthetic ones (risk-model simulate) or give --data")
        key_seed = DEFAULT_SEED if (delivery / MARKER).exists() else None
        day = received_on or noted_day(delivery) or self.experiment.dates.data_until
        report = take_in(self.workspace, delivery, self.say, key_seed=key_seed, received_on=day)
        return telling.of_intake(report, write_intake_page(report, self.workspace.data))

    def features(self) -> Made:
        """Cohort, outcomes and the feature table; the attrition table is kept beside the results."""
        prepared = self.prepared
        write_json(self.folder / "attrition.json", prepared.cohort.attrition_records())
        under = self.experiment.audit.suppress_under
        return telling.of_features(prepared.cohort, prepared.outcome, prepared.features, under)

    def dictionary(self) -> Made:
        """The data dictionary of the experiment's whole catalogue."""
        catalogue = CATALOGUES[self.experiment.features.catalogue]
        page = self.workspace.root / f"data_dictionary_{self.experiment.features.catalogue}.html"
        write_text(page, render_html(catalogue))
        write_text(page.with_suffix(".md"), render_markdown(catalogue))
        return Made(f"Data dictionary of {len(catalogue)} features: {page}", {"features": as_records(catalogue)})

    def look_up(self, person: str, as_of: date | None, feature: str) -> Made:
        """One person's features on a date, with the records behind them, worked out a second way."""
        if not person:
            raise BadInput("whose values? Give --person the number that lists show (NB-XXXX-XXXX-XXXXX)")
        day, catalogue = as_of or self.experiment.dates.data_until, CATALOGUES[self.experiment.features.catalogue]
        with Warehouse(self.workspace.warehouse) as warehouse:
            found = look_up(warehouse, catalogue, person, day, feature or None)
        return Made(found.text(), found.as_json(), 1 if found.differing else 0)

    def train(self) -> Made:
        """Every estimator on every split, measured; the chosen one refitted on the latest data."""
        return telling.of_training(self.experiment, self.trained, self.references, self.team_names, self.oracle_shares)

    def compare(self, ceiling: bool = False) -> Made:
        """The same comparison again, from what training left; with what the records allow, where that is asked for."""
        self.needs_training()
        told = self.train()
        return telling.with_ceiling(told, self.ceiling) if ceiling else told

    def audit(self, name: str = "", full: bool = False) -> Made:
        """What the audits find of the model that would be published; with a name, of that version (or ``champion``).

        In full, what would be different if it had been made another way as well: everything is fitted again.
        """
        self.needs_training()
        version = self._version(name) if name else None
        report, folder = audit_version(self, version) if version else (self.audited, self.folder)
        made = telling.of_audit(report, folder, version)
        return told(made, alternatives(self, folder), folder) if full else made

    def card(self) -> Made:
        """The model card, as it would be published with a demonstration's sign-off."""
        self.needs_training()
        self.say("writing the card")
        card = render_card(card_inputs(self, (self._demonstration_sign_off(),)))
        write_text(self.folder / "card.md", card.markdown)
        write_text(self.folder / "card.html", card.html)
        for plot in card.plots:
            write_bytes(self.folder / PLOTS / f"{plot.name}.png", plot.png)
        return Made(f"Model card, not published: {self.folder / 'card.html'}", {"markdown": card.markdown})

    def export_card(self, folder: Path) -> Made:
        """The champion's card, copied for reviewers, and the index of all such cards."""
        version = self._version()
        target = export_card(version.folder, folder, trusted_key(self.workspace.keys))
        return Made(
            f"Card of {version.version} copied to {target}", {"version": version.version, "folder": f"{target}"}
        )

    def publish(self, signed_by: str, role: str, signed_on: date | None, accept: str) -> Made:
        """Sign, version and register the audited model with its card; it becomes the champion."""
        self.needs_training()
        sign_off = self._sign_off(signed_by, role, signed_on, accept)
        self.say("publishing: signed, versioned, registered")
        models, keys = self.workspace.models(self.experiment.name), self.workspace.keys
        repeatable = self.experiment.card.use == "demonstration" and (keys / DEMONSTRATION_FILE).exists()
        inputs = PublishInputs(
            card_inputs(self, (sign_off,)), self.model_folder, self.page.read_text(encoding="utf-8"), models, keys,
            f"{DEFAULT_SEED}" if repeatable else None,
        )  # fmt: skip
        version = publish(inputs)
        promote(models, version.version, sign_off.name, sign_off.signed_on, trusted_key(keys))
        names = version.manifest.feature_names
        self.tracker.register(version.model_folder, self.experiment.name, version.version, names, ("champion",))
        return telling.of_version(version, sign_off)

    def _sign_off(self, name: str, role: str, signed_on: date | None, accept: str) -> SignOff:
        if not (name or role or signed_on) and self.experiment.card.use == "demonstration":
            return self._demonstration_sign_off()
        if not (name and role and signed_on):
            raise NotPermitted("a sign-off needs who, in what role, and when: --signed-by, --role and --signed-on")
        statement = f"I have read the card and the audit, and approve this model for {self.experiment.card.use}."
        accepts = accept_failures(self.audited_afresh(), accept)
        return SignOff(name=name, role=role, statement=statement, signed_on=signed_on, accepts=accepts)

    def _demonstration_sign_off(self) -> SignOff:
        """What a demonstration carries: it approves nothing, and so may show a model whose audit fails."""
        accepts = accept_failures(self.audited, DEMONSTRATION_ACCEPTS)
        return demonstration_sign_off(self.experiment.dates.data_until, accepts)

    def _version(self, name: str = "champion") -> ModelVersion:
        """A published version by its name, or the champion."""
        models, key = self.workspace.models(self.experiment.name), trusted_key(self.workspace.keys)
        return champion(models, key) if name == "champion" else open_version(models / name, key)

    def reproduce(self, name: str) -> Made:
        """A published version (``champion``: the one in use), made again from its bundle and the data, and compared."""
        version = self._version(name)
        scratch = self.workspace.root / "reproduced" / version.version
        with Warehouse(self.workspace.warehouse) as warehouse:
            found = reproduce(version, warehouse, provenance_of(self), scratch, self.say)
        return Made(found.text(), found.as_json(), 0 if found.is_equal else NOT_REPRODUCED)

    def score(self, as_of: date | None) -> Made:
        """The champion's lists for one date."""
        return self.refer(as_of, None)

    def refer(self, as_of: date | None, decisions: Path | None) -> Made:
        """The champion's lists for one date, without those whom earlier decisions keep off."""
        day = as_of or self.experiment.dates.data_until
        decided = read_decisions(decisions)
        version = self._version()
        with Warehouse(self.workspace.warehouse) as warehouse, run_on(self.engine):
            cohort, features = prepare_for_scoring(self.experiment, warehouse, self.workspace.features, day, self.say)
            self.say("scoring, and writing the lists")
            scorer = scorer_on(self.engine, version.load(), version.model_folder, ScoringModel.load)
            inputs = ListInputs(
                self.experiment, scorer, version.version, version.manifest.provenance.feature_digest,
                features, cohort, warehouse, self.workspace, self._lists_before(day), decided,
                lambda rows, days: with_nothing_new(warehouse, features, rows, days),
            )  # fmt: skip
            written = make_lists(inputs)
        return telling.of_lists(written, version, day)

    def _lists_before(self, day: date) -> Path | None:
        """The folder of the latest lists before a date."""
        earlier = [path.parent for path in self.workspace.lists("").glob("*/lists.json") if path.parent.name < f"{day}"]
        return max(earlier, default=None)

    def _take_in_broward(self) -> Made:
        if self.data is None:
            if self.workspace.warehouse.exists():
                return Made("Already loaded.")
            raise MissingStep("the Broward check needs its data: give --data the path of broward_screenings.csv")
        stamp = digest([digest_file(path) for path in (self.data, *loading_code())])
        if not is_done(self.workspace.data, "intake", stamp) or not self.workspace.warehouse.exists():
            rows = read_broward(self.data)
            write_events(self.workspace, rows.persons, rows.protected, rows.areas, rows.events, rows.feeds)
            with whole_file(self.workspace.data / REFERENCES) as scratch:
                pq.write_table(rows.references.rename_columns(["person", "COMPAS decile"]), scratch)
            mark_done(self.workspace.data, "intake", stamp, {"notes": list(rows.notes)})
        return Made(f"Loaded {self.data.name}; nothing in it identifies anyone.")


def simulate(
    workspace: Path, seed: int | None, children: int | None, areas: Path | None, say: Say = lambda line: None,
    detection_bias: float = 1.0, report: bool = False,
) -> Made:  # fmt: skip
    """Synthetic extracts in the workspace, and beside them the truth, which no other step reads."""
    place = Workspace(workspace)
    summary = make_partners(place.extracts, DEFAULT_SEED if seed is None else seed, children, areas, say,
                            detection_bias=detection_bias, truth=truth_folder(place))  # fmt: skip
    write_page(place.root / "fidelity.html", summary, wanted=report)
    return telling.of_extracts(summary, place.extracts)
