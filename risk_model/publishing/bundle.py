"""Everything a version holds, as bytes by path: enough to read it, to check it and to make it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from features.dictionary import as_records
from risk_model.document import PLOTS
from risk_model.publishing.cards import Card, CardInputs
from risk_model.publishing.files import files_in
from risk_model.publishing.versions import MODEL
from risk_model.training.leaderboard import leaderboard_json

Files = Mapping[str, bytes]
CARD, CARD_PAGE = "card.md", "card.html"


def lasting_files(inputs: CardInputs, model_folder: Path, experiment_toml: str) -> dict[str, bytes]:
    """The files of a version that do not say its name, by path: model, audit, plan, features, figures and signers.

    The commit is left out: what the code says decides a version, not where it is filed.
    """
    wanted = set(inputs.feature_names)
    files = {f"{MODEL}/{name}": (model_folder / name).read_bytes() for name in files_in(model_folder)}
    return files | {
        "audit.json": inputs.audit.to_json().encode(),
        "audit.html": inputs.audit.html().encode(),
        "experiment.toml": experiment_toml.encode(),
        "features.json": _json([record for record in as_records(inputs.features) if record["name"] in wanted]),
        "metrics.json": _json(leaderboard_json(inputs.experiment, inputs.training)),
        "signers.json": _json([each.model_dump(mode="json") for each in inputs.sign_offs]),
        "provenance.json": _json(inputs.provenance.model_dump(mode="json", exclude={"git_commit"})),
    }


def card_files(card: Card) -> dict[str, bytes]:
    """The card's files by path: Markdown, page and pictures."""
    pictures = {f"{PLOTS}/{plot.name}.png": plot.png for plot in card.plots}
    return {CARD: card.markdown.encode(), CARD_PAGE: card.html.encode()} | pictures


def version_of(data_until: date, lasting: Files, unnamed: Card) -> str:
    """``<data_until>-<digest8>``, from every file as it is while the card names no version yet."""
    files = {**lasting, **card_files(unnamed)}
    lines = (f"{digest}  {name}\n" for name, digest in sorted(digests(files).items()))
    return f"{data_until}-{hashlib.sha256(''.join(lines).encode()).hexdigest()[:8]}"


def digests(files: Files) -> dict[str, str]:
    """SHA-256 (hex) of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
