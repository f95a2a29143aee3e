"""A copy of everything held about one person, for them: as JSON and as one page a family can read.

It comes from every place in the table of places, with the scores worked out again and who looked them up. Rows are
the person's own; where one names somebody else by number, that is hidden.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from features import access_log
from features.access_log import append
from features.errors import BadInput
from features.identities import open_sealed, read_or_make_log_key
from features.rights.place import At, Told
from features.rights.subjects import NUMBER_COLUMNS, Subjects, find_subject, first_number
from features.workspace import Workspace, whole_folder, write_json, write_text
from risk_model.document import bullets, plain, render_page, table
from risk_model.rights.acts import Asking, Say, finish, refuse_telling_reason
from risk_model.rights.kept_copies import COPY
from risk_model.rights.places import PLACES
from risk_model.rights.score_reasons import tell_scores
from risk_model.telling import Made

PAGE = "copy.html"
TITLE = "What is held about you"
SOMEBODY_ELSE = "somebody else (hidden)"
FOR_WHAT = (
    "Public services in the area share some records so that youth justice teams can offer voluntary support early. "
    "Nobody may use them to stop, search, arrest, charge or punish anyone, or for housing or benefits.",
    "You can ask to have mistakes put right, object to being scored and listed, or ask for all of it to be erased.",
    "What is about other people is left out, also where it is in the same record.",
)
IN_WORDS = {
    "nominal_id": "police record number", "upn": "pupil number", "child_id": "social care number", "dob": "born on",
    "yj_person_id": "youth justice number", "defendant_id": "court number", "child_ref": "probation's number",
    "referral_id": "fire service's number", "member_ref": "housing number", "merged_into": "joined with record",
    "who": "number", "numbering": "whose number", "lsoa": "small area", "la_code": "council",
}  # fmt: skip
TITLES_IN_WORDS = {"police nominal": "people the police have on record", "yj case": "youth justice cases",
                   "occ role": "part in what was reported", "occ outcome": "what came of it", "cla": "looked after",
                   "cin": "children in need", "da incident": "harm at home", "ppn": "police protection notices",
                   "asb": "antisocial behaviour", "send": "support at school"}  # fmt: skip


def export(root: Path, shown: str, asking: Asking, to: Path | None, say: Say) -> Made:
    """Write the copy to a folder that only its owner can read: ``to``, or one in the workspace."""
    workspace = Workspace(root)
    if to is not None and to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BadInput(f"{to} is there already and not empty: give --to a new folder; nothing was copied")
    finish(workspace, say)
    subjects = find_subject(workspace, shown)
    refuse_telling_reason(asking, subjects)
    whom, key = first_number(open_sealed(workspace), subjects), read_or_make_log_key(workspace)
    number = append(workspace.access_log, key, "export", whom, asking.by, asking.reason, asking.on)
    at, told = At(workspace, asking.on), []
    for place in PLACES:
        say(f"copying what is held: {place.name}")
        told += place.keeping.tell(at, place.paths(workspace), subjects)
    say("working scores out again")
    told = [*tell_scores(workspace, subjects), *told, *_lookups(workspace, subjects, key)]
    told = [Told(each.title, each.about, tuple(_own(row, subjects) for row in each.rows)) for each in told]
    target = to or workspace.copies / f"{number:04d}"
    _write(target, shown_of(subjects, shown), told, asking)
    rows = sum(len(each.rows) for each in told)
    text = f"A copy of everything held about one person ({rows:,} rows): {target / PAGE}. It is for them only."
    return Made(text, {"act": "export", "number": number, "by": asking.by, "on": f"{asking.on}", "rows": rows,
                       "sections": [each.title for each in told]})  # fmt: skip


def shown_of(subjects: Subjects, shown: str) -> str:
    """The pseudonym, written as lists write it."""
    asked = shown.strip().upper()
    return asked if asked in subjects.shown else min(subjects.shown)


def _lookups(workspace: Workspace, subjects: Subjects, key: bytes) -> list[Told]:
    """Who looked them up or acted for them, found by the digests of their numbers."""
    theirs = {access_log.about(key, f"{numbering}:{who}") for numbering, who in subjects.numbers}
    rows = [
        {"on": entry["on"], "by": entry["by"], "what": entry["act"], "why": entry["reason"]}
        for entry in access_log.read(workspace.access_log, key)
        if entry.get("about") in theirs
    ]
    return [Told("Who looked you up or acted for you", "Every time is written down.", tuple(rows))]


def _own(row: dict[str, Any], subjects: Subjects) -> dict[str, Any]:
    """A row without anybody else's number, in plain column names; empty cells left out."""
    kept = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        other = name in NUMBER_COLUMNS and (f"{NUMBER_COLUMNS[name]}", f"{value}") not in subjects.numbers
        kept[IN_WORDS.get(name, name.replace("_", " "))] = SOMEBODY_ELSE if other else value
    return kept


def _write(target: Path, shown: str, told: list[Told], asking: Asking) -> None:
    sections = [{"title": each.title, "about": each.about, "rows": list(each.rows)} for each in told]
    made = {"person": shown, "made_on": f"{asking.on}", "made_by": asking.by, "sections": sections}
    with whole_folder(target) as folder:
        os.chmod(folder, 0o700)
        write_json(folder / COPY, made)
        write_text(folder / PAGE, render_page(TITLE, _markdown(shown, told, asking)))
        for name in (COPY, PAGE):
            os.chmod(folder / name, 0o600)


def _markdown(shown: str, told: list[Told], asking: Asking) -> str:
    places = [f"**{plain(place.name)}**: {plain(place.holds)}" for place in PLACES if place.holds]
    parts = [f"# {TITLE}", f"Made on {asking.on} by {plain(asking.by)}. On lists you are {shown}, not your name.",
             "## What it is for", *map(plain, FOR_WHAT)]  # fmt: skip
    for each in told:
        parts += [f"## {plain(_title(each.title))}", plain(each.about), _table(each.rows)]
    return "\n\n".join(part for part in [*parts, "## Where we looked", bullets(places)] if part)


def _title(title: str) -> str:
    head, _, tail = title.rpartition(": ")
    return f"{head}: {TITLES_IN_WORDS.get(tail, tail)}" if head else title


def _table(rows: tuple[dict[str, Any], ...]) -> str:
    if not rows:
        return ""
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[plain(f"{row.get(name, '')}") for name in heads] for row in rows]
    return table([plain(name) for name in heads], cells, numbers=False)
