"""Publishing: all reasons against it together, or an immutable, signed version whose name says what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from features.workspace import whole_folder
from risk_model.audits import AUDITS
from risk_model.audits.scanning import small_numbers
from risk_model.errors import NotPublishable, all_faults
from risk_model.publishing.bundle import card_files, digests, lasting_files, version_of
from risk_model.publishing.cards import CardInputs, card_plots, render_with
from risk_model.publishing.cards.completeness import card_faults
from risk_model.publishing.files import digest_of_folder, pickled_files
from risk_model.publishing.signing import public_key, signing_key
from risk_model.publishing.signoff import audit_faults, sign_off_faults
from risk_model.publishing.versions import MANIFEST, SIGNATURE, Manifest, ModelVersion, open_version
from risk_model.training.estimators import ESTIMATORS
from risk_model.training.plots import Plot

READ_ONLY = 0o444


@dataclass(frozen=True)
class PublishInputs:
    """``card`` holds the audit, the sign-offs and all results; ``model_folder`` what ``ScoringModel.save`` wrote.

    ``models`` is where the experiment's versions live, ``keys`` where the signing key does. ``key_seed`` decides a
    new key (demonstrations only). ``register`` tells a registry of the version, once it is there.
    """

    card: CardInputs
    model_folder: Path
    experiment_toml: str
    models: Path
    keys: Path
    key_seed: str | None = None
    register: Callable[[ModelVersion], object] | None = None


def publish(inputs: PublishInputs) -> ModelVersion:
    """The published version; publishing the same again changes nothing and gives the same.

    :raises NotPublishable: names every reason against it, together.
    :raises Tampered: this very version is there already, and not as it was signed.
    """
    about, plots = inputs.card, card_plots(inputs.card)
    refuse_unpublishable(inputs, plots)
    key = signing_key(inputs.keys, inputs.key_seed)
    lasting = lasting_files(about, inputs.model_folder, inputs.experiment_toml)
    unnamed = render_with(replace(about, version="unnamed"), plots)
    version = version_of(about.provenance.data_until, lasting, unnamed)
    target = inputs.models / version
    if not target.exists():
        files = lasting | card_files(render_with(replace(about, version=version), plots))
        manifest = _manifest(about, version, digests(files), public_key(key)).to_bytes()
        _write(target, files | {MANIFEST: manifest, SIGNATURE: key.sign(manifest)})
    published = open_version(target, public_key(key))
    if inputs.register is not None:
        inputs.register(published)
    return published


def refuse_unpublishable(inputs: PublishInputs, plots: Sequence[Plot]) -> None:
    """Refuse, with every reason together; ``plots`` are those of ``card_plots``.

    :raises NotPublishable: the model, its audit, its sign-off or its card cannot be published as they are.
    """
    about = inputs.card
    faults = audit_faults(about.audit, tuple(AUDITS), about.sign_offs)
    faults += _model_faults(inputs) + sign_off_faults(about.experiment, about.sign_offs)
    if {finding.audit for finding in about.audit.findings} >= set(AUDITS):
        faults += [f"card, {fault}" for fault in card_faults(about, plots)] + _small_numbers(about)
    if about.experiment.card.use == "live" and inputs.key_seed is not None:
        faults.append("live use needs a signing key that no seed gives away; leave key_seed out")
    if faults:
        title = f"{about.experiment.name} cannot be published, {len(faults)} reason(s):"
        raise NotPublishable(all_faults(title, faults))


def _small_numbers(about: CardInputs) -> list[str]:
    """Where the audit's page or figures show a count of few people (its card is read with its other faults)."""
    under = about.experiment.audit.suppress_under
    pages = {"audit.html": about.audit.html(), "audit.json": about.audit.to_json()}
    return [fault for name, text in pages.items() for fault in small_numbers(name, text, under)]


def _model_faults(inputs: PublishInputs) -> list[str]:
    """Whether it is the audited model, one that may score, and nothing that could run code."""
    chosen, audit = inputs.card.training.selection.chosen, inputs.card.audit
    faults = [] if ESTIMATORS[chosen].publishable else [f"{chosen} exists only to be compared with"]
    if audit.model_digest != digest_of_folder(inputs.model_folder):
        faults.append("the audit is of another model; run the audits again")
    if (audit.experiment, audit.estimator) != (inputs.card.experiment.name, chosen):
        faults.append(f"the audit is of {audit.estimator} in {audit.experiment}; run the audits again")
    return faults + [f"the file {name} could run code when it is loaded" for name in pickled_files(inputs.model_folder)]


def _manifest(about: CardInputs, version: str, files: dict[str, str], key: str) -> Manifest:
    return Manifest(
        experiment=about.experiment.name,
        title=about.experiment.card.title,
        version=version,
        use=about.experiment.card.use,
        estimator=about.audit.estimator,
        feature_names=tuple(about.feature_names),
        model_digest=about.audit.model_digest,
        audit_verdict=about.audit.verdict.value,
        signed_by=tuple(f"{each.name}, {each.role}" for each in about.sign_offs),
        provenance=about.provenance,
        public_key=key,
        files=dict(sorted(files.items())),
    )


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Write the folder whole, or not at all; its files cannot be written to afterwards."""
    with whole_folder(target) as scratch:
        for name, content in files.items():
            path = scratch / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(READ_ONLY)
        scratch.chmod(0o755)
