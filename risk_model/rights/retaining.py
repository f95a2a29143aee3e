"""A retention run: what has expired is deleted, people who have grown up are let go, and the counts are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from features.access_log import append
from features.errors import BadInput
from features.identities import open_sealed, read_or_make_log_key
from features.rights.held import read_held, write_held
from features.rights.kept_rows import Caches, Rows
from features.rights.kept_sheets import Sheets
from features.rights.place import At, Place
from features.rights.retention import (
    Retention,
    delete_expired,
    expired_rows,
    expired_stored,
    grown_up,
    read_retention,
)
from features.rights.subjects import Subjects, subjects_of
from features.windows import came_before, days_after
from features.workspace import Workspace, read_json, write_json
from risk_model.disclosure import show_about
from risk_model.referrals.changes import INDEX
from risk_model.rights.acts import Asking, Say, finish
from risk_model.rights.kept_copies import COPY
from risk_model.rights.kept_lists import Lists
from risk_model.rights.places import PLACES
from risk_model.telling import Made, lines

ACT = "retain"


@dataclass(frozen=True)
class Due:
    """What a run has to delete: people, places' records of them, expired rows by agreement, and old folders.

    ``unknown`` are those in results whom the identity store does not know: they were left out of a load since.
    """

    adults: Subjects
    of_adults: dict[str, int]
    unknown: Subjects
    stored: dict[str, int]
    sent: dict[str, int]
    lists: tuple[Path, ...]
    copies: tuple[Path, ...]


def retain(root: Path, asking: Asking, dry_run: bool, say: Say) -> Made:
    """Delete what has expired on a day, and let people go who have grown up; with ``dry_run`` only count.

    Run again, a run that was stopped ends where it would have. Later loads leave out what was let go.
    """
    workspace = Workspace(root)
    if not asking.by.strip() or not asking.reason.strip():
        raise BadInput("a retention run takes a named person and a reason: --by and --reason")
    finish(workspace, say)
    settings = read_retention()
    say("retention: counting")
    due = _due(workspace, settings, asking.on)
    figures = _figures(due) | {"act": ACT, "on": f"{asking.on}", "dry_run": dry_run}
    if not dry_run:
        key = read_or_make_log_key(workspace)
        number = append(workspace.access_log, key, ACT, "", asking.by, asking.reason, asking.on)
        _delete(workspace, settings, due, asking.on, say)
        figures |= {"number": number, "by": asking.by}
        write_json(workspace.receipts / f"{number:04d}-{ACT}.json", figures)
    return Made(_text(figures, dry_run), figures)


def _due(workspace: Workspace, settings: Retention, on: date) -> Due:
    at = At(workspace, on)
    adults = grown_up(workspace, settings.adults_born_before(on))
    subjects = subjects_of(open_sealed(workspace), adults)
    of_adults = {place.name: place.find(at, subjects) for place in PLACES} if adults else {}
    lists = _older(workspace.lists("").glob(f"*/{INDEX}"), "expires_on", settings.lists_kept_days, on)
    copies = _older(workspace.copies.glob(f"*/{COPY}"), "made_on", settings.copies_kept_days, on)
    sent = expired_rows(workspace, _of_partners(), on, delete=False)
    return Due(subjects, of_adults, _unknown(workspace), expired_stored(workspace, on), sent, lists, copies)


def _unknown(workspace: Workspace) -> Subjects:
    """Whoever is in a result, and in the identity store no longer."""
    known = set(open_sealed(workspace)["number"]["person"].to_pylist())
    kept = [path for place in PLACES if isinstance(place.keeping, Rows | Lists | Caches)
            for path in place.paths(workspace) if path.suffix == ".parquet"]  # fmt: skip
    found: set[int] = set()
    for path in kept:
        found |= set(pq.read_table(path, columns=["person"])["person"].unique().to_pylist())
    return Subjects(frozenset(found - known), frozenset(), frozenset())


def _older(files: Any, says: str, days: int, on: date) -> tuple[Path, ...]:
    """Folders of files whose day, and then so many days, are over."""
    ends = ((path.parent, days_after(date.fromisoformat(read_json(path)[says]), days)) for path in files)
    return tuple(sorted(folder for folder, last in ends if came_before(f"{last}", f"{on}")))


def _of_partners() -> tuple[Place, ...]:
    return tuple(place for place in PLACES if isinstance(place.keeping, Sheets))


def _delete(workspace: Workspace, settings: Retention, due: Due, on: date, say: Callable[[str], None]) -> None:
    at, held = At(workspace, on), read_held(workspace)
    let_go = {"adults_born_before": settings.adults_born_before(on), "ran_on": on}
    write_held(workspace, held.having("retention", [*held.rows("retention"), let_go]))
    for folder in (*due.lists, *due.copies):
        shutil.rmtree(folder)
    if due.stored:
        say("retention: records that have expired")
        delete_expired(workspace, on)
    expired_rows(workspace, _of_partners(), on, delete=True)
    for subjects in (each for each in (due.adults, due.unknown) if each.persons):
        for place in PLACES:
            say(f"retention: {place.name}")
            place.keeping.erase(at, place.paths(workspace), subjects)
    for place in (place for place in PLACES if due.stored and isinstance(place.keeping, Caches)):
        place.keeping.erase(at, place.paths(workspace), due.adults)


def _figures(due: Due) -> dict[str, Any]:
    return {
        "adults": show_about(len(due.adults.persons)),
        "unknown": show_about(len(due.unknown.persons)),
        "of_adults": {name: show_about(count) for name, count in due.of_adults.items() if count},
        "expired_in_warehouse": {name: show_about(count) for name, count in sorted(due.stored.items())},
        "expired_as_sent": {name: show_about(count) for name, count in sorted(due.sent.items())},
        "lists": len(due.lists),
        "copies": show_about(len(due.copies)),
    }


def _text(figures: dict[str, Any], dry_run: bool) -> str:
    verb = "would be deleted" if dry_run else "deleted"
    return lines(
        f"Retention on {figures['on']}, {verb}:",
        f"  people who have grown up: {figures['adults']}",
        f"  people in results whom a load has left out since: {figures['unknown']}",
        [f"    records of grown-up people, {name}: {count}" for name, count in figures["of_adults"].items()],
        [
            f"  expired under {name}, in the warehouse: {count}"
            for name, count in figures["expired_in_warehouse"].items()
        ],
        [f"  expired under {name}, as sent: {count}" for name, count in figures["expired_as_sent"].items()],
        f"  dates whose lists are over: {figures['lists']}",
        f"  copies that people asked for: {figures['copies']}",
        "" if dry_run else f"Receipt number {figures['number']}. Later loads leave out what was let go.",
    )
