"""Where a run writes: one folder, with one place for each thing, and writes that are whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REKEYING = "rekeying.sealed"


@dataclass(frozen=True)
class Workspace:
    """The folder a run writes to. ``source`` separates unrelated populations (``northumbria``, ``broward``)."""

    root: Path
    source: str = "northumbria"

    @property
    def extracts(self) -> Path:
        """Partners' files as they were sent."""
        return self.root / "extracts"

    @property
    def keys(self) -> Path:
        """Pseudonym and signing keys. Live use keeps them elsewhere (RISK_MODEL_KEYS)."""
        return Path(os.environ.get("RISK_MODEL_KEYS", self.root / "keys"))

    @property
    def data(self) -> Path:
        """The warehouse, its quarantine and its feature tables."""
        return self.root / self.source

    @property
    def warehouse(self) -> Path:
        """The pseudonymised DuckDB store."""
        return self.data / "warehouse.duckdb"

    @property
    def identities(self) -> Path:
        """Names, dates of birth and partners' identifiers: apart from the warehouse, encrypted."""
        return self.data / "identities.sealed"

    @property
    def review(self) -> Path:
        """Doubtful pairs of records for a person to decide about, with names: readable by its owner only."""
        return self.data / "links_to_review.csv"

    @property
    def access_log(self) -> Path:
        """Who looked up whom, when and why."""
        return self.data / "access_log.jsonl"

    @property
    def rights(self) -> Path:
        """Objections, corrections, who is not to be loaded again, and an act that is not finished: encrypted."""
        return self.data / "rights.sealed"

    @property
    def rekeying(self) -> Path:
        """Old and new pseudonyms while a change of key goes on, encrypted; the warehouse is not used meanwhile."""
        return self.data / REKEYING

    @property
    def receipts(self) -> Path:
        """What was done for a person's rights, and when: nothing in them says who it was."""
        return self.data / "receipts"

    @property
    def copies(self) -> Path:
        """Copies that people asked for of what is held about them, one folder each; their owner's only to read."""
        return self.data / "copies"

    @property
    def link_weights(self) -> Path:
        """What linking learned from this workspace's records; without it, the weights that came with the house."""
        return self.data / "link_weights.json"

    @property
    def quarantine(self) -> Path:
        """Rows that broke their feed's contract."""
        return self.data / "quarantine"

    @property
    def features(self) -> Path:
        """Feature tables, one folder a key, one Parquet file an as-of date."""
        return self.data / "features"

    @property
    def spark(self) -> Path:
        """What Spark and we hand each other, for as long as it takes, and what Spark says."""
        return self.data / ".spark"

    def experiment(self, name: str) -> Path:
        """What one experiment wrote: cohort, predictions, leaderboard, audit, plots, card."""
        return self.root / "experiments" / name

    def models(self, name: str) -> Path:
        """Published versions of one experiment's model, one folder each."""
        return self.root / "models" / name

    def lists(self, as_of: str) -> Path:
        """Scores and referral lists issued for one date."""
        return self.root / "lists" / as_of

    @property
    def mlflow(self) -> Path:
        """The default tracking database and artefacts."""
        return self.root / "mlflow"


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes ``target`` only if the block ends well, so a killed run leaves no half file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
        os.replace(scratch, target)
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill; it replaces ``target`` only if the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield scratch
        if target.exists():
            old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old."))
            os.replace(target, old / "was")
            os.replace(scratch, target)
            shutil.rmtree(old)
        else:
            os.replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write ``text`` as a whole file (UTF-8, line feeds)."""
    with whole_file(target) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(target: Path, content: bytes) -> None:
    """Write ``content`` as a whole file."""
    with whole_file(target) as scratch:
        scratch.write_bytes(content)


def write_json(target: Path, value: Any) -> None:
    """Write ``value`` as readable JSON with sorted keys, as a whole file."""
    write_text(target, json.dumps(value, indent=2, sort_keys=True, default=str) + "\n")


def read_json(path: Path) -> Any:
    """The value in a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def digest(value: Any) -> str:
    """A short stable digest (16 hex characters) of anything JSON can hold; dates and paths become text.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_done(folder: Path, step: str, key: str) -> bool:
    """Whether ``step`` finished in this folder for exactly these inputs."""
    stamp = folder / f".{step}.done"
    return stamp.exists() and stamp.read_text() == key


def mark_done(folder: Path, step: str, key: str, extra: Mapping[str, Any] | None = None) -> None:
    """Remember that ``step`` finished for these inputs; the last thing a step does."""
    write_text(folder / f".{step}.done", key)
    if extra is not None:
        write_json(folder / f"{step}.json", extra)
