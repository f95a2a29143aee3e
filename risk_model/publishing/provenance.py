"""Where a version comes from: data, definitions, code, libraries and seed, each by digest, and how to make it again."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import features
import risk_model
from features.workspace import digest_file
from risk_model.audits.finding import Record

SOURCES = ("*.py", "*.html", "*.css", "*.toml")
LOCK = "requirements.lock"


class Provenance(Record):
    """Digests of all that decides a version. ``git_commit`` is empty where the code is not in a
    checkout; ``agreements`` are the references of all that its inputs came in under."""

    data_until: date
    warehouse_fingerprint: str
    feature_digest: str
    code_digest: str
    requirements_digest: str
    seed: int
    commands: tuple[str, ...]
    git_commit: str = ""
    agreements: tuple[str, ...] = ()


def code_digest() -> str:
    """SHA-256 (hex) over every source file of both packages, by name and content."""
    whole = hashlib.sha256()
    for package in (features, risk_model):
        folder = Path(str(package.__file__)).parent
        for path in sorted(path for pattern in SOURCES for path in folder.rglob(pattern)):
            whole.update(f"{digest_file(path)}  {folder.name}/{path.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()


def requirements_digest(root: Path) -> str:
    """SHA-256 (hex) of the lock file of exact library versions; empty where there is none."""
    return digest_file(root / LOCK) if (root / LOCK).exists() else ""
