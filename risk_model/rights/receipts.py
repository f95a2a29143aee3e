"""The receipt of an act for somebody's rights: what was done where, as JSON and to read. It does not say who it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.workspace import Workspace, write_json, write_text
from risk_model.document import bullets, plain, render_page, table

TITLES = {
    "erase": "Erased: what was held about one person",
    "object": "Objection: one person is not scored and not listed",
    "withdraw": "Objection taken back: one person may be scored and listed again",
    "rectify": "Put right: a detail about one person",
}
NOT_REACHED = (
    "Partners' own records, and deliveries kept outside this workspace: ask the partner.",
    "Backups of the workspace and its keys: they expire as your policy says; after restoring one, do this again.",
    "Lists that were printed or copied: ask each team to destroy its earlier copies.",
)


@dataclass(frozen=True)
class Line:
    """One place: what it holds, and how many records of theirs were taken out or changed there."""

    place: str
    holds: str
    records: int


@dataclass(frozen=True)
class Version:
    """A published version, and whether it learned from rows of theirs: ``yes``, or ``cannot be told``."""

    experiment: str
    version: str
    learned_from_them: str


@dataclass(frozen=True)
class Receipt:
    """``number`` is that of the act in the access log, where the reason is."""

    number: int
    act: str
    by: str
    on: str
    lines: tuple[Line, ...]
    versions: tuple[Version, ...]
    notes: tuple[str, ...]

    @property
    def stem(self) -> str:
        """The name of its files."""
        return f"{self.number:04d}-{self.act}"

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"not_reached": list(NOT_REACHED)}

    def markdown(self) -> str:
        """To read."""
        rows = [[plain(line.place), plain(line.holds), f"{line.records:,}"] for line in self.lines]
        act = f"Act number {self.number} in the access log, by {plain(self.by)} on {self.on}."
        parts = [f"# {TITLES[self.act]}", act,
                 "## Place by place", table(["Place", "What it holds", "Records"], rows),
                 "## Published versions", _versions(self.versions)]  # fmt: skip
        parts += ["## Please note", bullets([plain(note) for note in self.notes])] if self.notes else []
        return "\n\n".join([*parts, "## What this did not reach", bullets([plain(each) for each in NOT_REACHED])])


def _versions(versions: Sequence[Version]) -> str:
    if not versions:
        return "No published version learned from rows of theirs."
    rows = [[plain(each.experiment), plain(each.version), plain(each.learned_from_them)] for each in versions]
    said = ("Published versions are not changed: they hold learned weights and no row of anybody's. These learned from "
            "rows of theirs; the next training does not.")  # fmt: skip
    return f"{said}\n\n{table(['Experiment', 'Version', 'Learned from rows of theirs'], rows)}"


def write_receipt(workspace: Workspace, receipt: Receipt) -> Path:
    """Write both files; where the page is."""
    page = workspace.receipts / f"{receipt.stem}.html"
    write_json(page.with_suffix(".json"), receipt.as_json())
    write_text(page, render_page(TITLES[receipt.act], receipt.markdown()))
    return page
