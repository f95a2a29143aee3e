"""Cards for reviewers: a deliberate copy of a version's card, its manifest and signature; and the index of them all."""

from __future__ import annotations

from pathlib import Path

from features.workspace import whole_folder, write_text
from risk_model.document import PLOTS, plain, table
from risk_model.errors import BadInput, Tampered, all_faults
from risk_model.publishing.bundle import CARD, CARD_PAGE
from risk_model.publishing.files import digests_of
from risk_model.publishing.signing import is_signed
from risk_model.publishing.versions import MANIFEST, SIGNATURE, Manifest, open_version

README = "README.md"
INTRODUCTION = """# Published model cards

What each published model does, for whom it fails, who signed it and how to make it again. Cards are copied here from
published versions by `risk-model card --export model_cards`, on purpose and by hand; the models themselves, and
anything about any person, stay in the workspace. Each folder holds the card as Markdown and as one page, its pictures,
and the version's signed manifest, so that anybody can check that a card is the one that was published.
"""
NOTHING = "No card has been published here yet."


def export_card(version_folder: Path, model_cards: Path, public_key: str | None = None) -> Path:
    """Copy a version's card into ``model_cards/<experiment>/<version>`` and write the index again; returns that folder.

    :raises Tampered: the version is not as it was signed.
    """
    published = open_version(version_folder, public_key)
    target = model_cards / published.manifest.experiment / published.version
    kept = [name for name in published.manifest.files if name in (CARD, CARD_PAGE) or name.startswith(f"{PLOTS}/")]
    with whole_folder(target) as scratch:
        for name in (*kept, MANIFEST, SIGNATURE):
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes((published.folder / name).read_bytes())
        scratch.chmod(0o755)
    write_text(model_cards / README, index_cards(model_cards))
    (model_cards / README).chmod(0o644)
    return target


def index_cards(model_cards: Path) -> str:
    """The index of the cards in a folder, as Markdown, newest data first.

    :raises Tampered: a card is not the one that was published; all of them together.
    """
    folders = [path.parent for path in sorted(model_cards.glob(f"*/*/{MANIFEST}"))]
    cards = [(folder, _manifest(folder)) for folder in folders]
    faults = [fault for folder, manifest in cards for fault in _faults(folder, manifest)]
    if faults:
        raise Tampered(all_faults("model cards that are not as they were published; export them again:", faults))
    rows = [_row(folder, manifest) for folder, manifest in sorted(cards, key=_newest)]
    heads = ["Card", "Version", "Use", "Audit", "Signed by", "Public key"]
    return f"{INTRODUCTION}\n{table(heads, rows, numbers=False) if rows else NOTHING}\n"


def _manifest(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValueError:
        raise BadInput(f"{folder / MANIFEST} is not a version's manifest; export the card again") from None


def _faults(folder: Path, manifest: Manifest) -> list[str]:
    """What in an exported card is not as it was signed. (Only the card is here, not the model.)"""
    name, signature = f"{folder.parent.name}/{folder.name}", folder / SIGNATURE
    signed = signature.exists() and is_signed(
        (folder / MANIFEST).read_bytes(), signature.read_bytes(), manifest.public_key
    )
    found = {path: digest for path, digest in digests_of(folder).items() if path not in (MANIFEST, SIGNATURE)}
    faults = [] if signed else [f"{name}/{MANIFEST}: not as signed"]
    return faults + [f"{name}/{path}: changed" for path, digest in found.items() if manifest.files.get(path) != digest]


def _newest(card: tuple[Path, Manifest]) -> tuple[int, str, str]:
    manifest = card[1]
    return -manifest.provenance.data_until.toordinal(), manifest.experiment, manifest.version


def _row(folder: Path, manifest: Manifest) -> list[str]:
    place = f"{folder.parent.name}/{folder.name}/{CARD}"
    return [
        f"[{plain(manifest.title)}]({place})", f"`{manifest.version}`", manifest.use, manifest.audit_verdict,
        plain("; ".join(manifest.signed_by)), f"`{manifest.public_key}`",
    ]  # fmt: skip
