"""Published versions: immutable folders, each with a signed manifest of every file; and which one is the champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.workspace import read_json, write_json
from risk_model.audits.finding import Record
from risk_model.errors import BadInput, MissingStep, Tampered, all_faults
from risk_model.publishing.files import digests_of
from risk_model.publishing.provenance import Provenance
from risk_model.publishing.signing import SIGNATURE_BYTES, is_signed
from risk_model.training.scorer import ScoringModel

MANIFEST, SIGNATURE, CHAMPION, MODEL = "manifest.json", "manifest.sig", "champion.json", "model"


class Manifest(Record):
    """What a version is, and the SHA-256 of every file in it but the manifest and its signature."""

    experiment: str
    title: str
    version: str
    use: str
    estimator: str
    feature_names: tuple[str, ...]
    model_digest: str
    audit_verdict: str
    signed_by: tuple[str, ...]
    provenance: Provenance
    public_key: str
    files: dict[str, str]

    def to_bytes(self) -> bytes:
        """The bytes that are signed."""
        return (self.model_dump_json(indent=2) + "\n").encode()


@dataclass(frozen=True)
class ModelVersion:
    """A published version whose files have been checked against its signed manifest."""

    folder: Path
    manifest: Manifest

    @property
    def version(self) -> str:
        """``<data_until>-<digest8>``."""
        return self.manifest.version

    @property
    def model_folder(self) -> Path:
        """Where the scoring model was saved."""
        return self.folder / MODEL

    def load(self) -> ScoringModel:
        """The model that scores."""
        return ScoringModel.load(self.model_folder)


class Champion(Record):
    """Which version is in use, since when, on whose word, and the public key it must be signed with."""

    version: str
    public_key: str
    promoted_by: str
    promoted_on: date


def verify(folder: Path, public_key: str | None = None) -> Manifest:
    """The manifest of a version, once every byte under it is what was signed.

    ``public_key`` is the key that must have signed it. Without one, the manifest's own is used: that finds any change
    made without a key, and not a version somebody signed anew with another.

    :raises Tampered: names every file that was changed, is missing or was added; or says that the signature is wrong.
    """
    again = "do not use it: move it away and publish again"
    try:
        signed, signature = (folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_bytes()
        manifest = Manifest.model_validate_json(signed)
    except OSError:
        raise Tampered(f"{folder.name}: {MANIFEST} or {SIGNATURE} is missing; {again}") from None
    except ValueError:
        raise Tampered(f"{folder.name}: {MANIFEST} was changed; {again}") from None
    if public_key is not None and manifest.public_key != public_key:
        raise Tampered(f"{folder.name}: signed with a key that is not the trusted one; {again}")
    if len(signature) != SIGNATURE_BYTES or not is_signed(signed, signature, manifest.public_key):
        raise Tampered(f"{folder.name}: {MANIFEST} or {SIGNATURE} was changed; {again}")
    if manifest.version != folder.name:
        raise Tampered(f"{folder.name}: holds version {manifest.version}; {again}")
    faults = _differences(manifest.files, digests_of(folder))
    if faults:
        raise Tampered(all_faults(f"{folder.name}, {len(faults)} file(s) not as signed; {again}:", faults))
    return manifest


def _differences(signed: dict[str, str], found: dict[str, str]) -> list[str]:
    extra = set(found) - set(signed) - {MANIFEST, SIGNATURE}
    faults = [f"{name}: missing" for name in signed if name not in found]
    faults += [f"{name}: changed" for name in signed if name in found and found[name] != signed[name]]
    return sorted(faults + [f"{name}: added" for name in extra])


def open_version(folder: Path, public_key: str | None = None) -> ModelVersion:
    """The version in a folder, verified.

    :raises MissingStep: there is none. :raises Tampered: it is not as it was signed.
    """
    if not folder.is_dir():
        raise MissingStep(f"no version {folder.name} of {folder.parent.name}; publish it first (risk-model publish)")
    return ModelVersion(folder, verify(folder, public_key))


def versions(models: Path) -> list[str]:
    """The names of the versions published in a folder, in order; not verified."""
    return sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def promote(models: Path, version: str, by: str, on: date, public_key: str | None = None) -> ModelVersion:
    """Make a version the champion, on a named person's word.

    :raises MissingStep: it is not published. :raises Tampered: it is not as it was signed.
    """
    chosen = open_version(models / version, public_key)
    champion = Champion(version=version, public_key=chosen.manifest.public_key, promoted_by=by, promoted_on=on)
    write_json(models / CHAMPION, champion.model_dump(mode="json"))
    return chosen


def champion(models: Path, public_key: str | None = None) -> ModelVersion:
    """The champion, verified against the trusted key, or else the key it was promoted with.

    :raises MissingStep: none has been promoted. :raises Tampered: it is not as it was signed.
    """
    path = models / CHAMPION
    if not path.exists():
        raise MissingStep(f"no champion of {models.name} yet; publish one first (risk-model publish)")
    try:
        named = Champion.model_validate(read_json(path))
    except ValueError:
        raise BadInput(f"{path} is not readable; promote a version again (risk-model publish)") from None
    return open_version(models / named.version, public_key or named.public_key)
