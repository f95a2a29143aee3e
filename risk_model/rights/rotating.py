"""The pseudonym key changed, as a written-down act: everybody has another number afterwards, everywhere at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.access_log import append
from features.errors import BadInput
from features.identities import read_or_make_log_key
from features.pseudonyms import show
from features.rights.place import At
from features.rights.rekeying import Rekeying, begin, end, rekey_identities, rekey_warehouse, resume
from features.workspace import Workspace, whole_file, write_json
from risk_model.referrals.amending import renumber_text
from risk_model.rights.acts import Asking, Say, finish
from risk_model.rights.places import PLACES
from risk_model.telling import Made, lines

ACT = "rotate-pseudonyms"


def rotate_pseudonyms(
    root: Path, asking: Asking, data: Path | None, decisions: Sequence[Path], keep_old: Path | None, say: Say
) -> Made:
    """Give everybody in the workspace another pseudonym, under a new key; one that was stopped is finished.

    ``data`` is the last delivery, if not in the workspace: with it, later deliveries find every record again.
    ``decisions`` are teams' files to renumber; the old key is destroyed, or moved to ``keep_old``.
    """
    workspace = Workspace(root)
    _refuse_inside(workspace, keep_old)
    missing = [f"{path}" for path in decisions if not path.is_file()]
    if missing:
        raise BadInput(f"no decisions at {', '.join(missing)}; nothing was changed")
    rekeying = resume(workspace)
    if rekeying is None:
        finish(workspace, say)
        rekeying = _begin(workspace, asking, data, decisions, keep_old, say)
    _do(workspace, rekeying, say)
    number, keep = int(rekeying.act["number"]), rekeying.act["keep_old"]
    figures = {"act": ACT, "number": number, "by": rekeying.act["by"], "on": rekeying.act["on"],
               "old_key": "kept outside the workspace" if keep else "destroyed"}  # fmt: skip
    write_json(workspace.receipts / f"{number:04d}-{ACT}.json", figures)
    end(workspace, Path(keep) if keep else None)
    text = lines(
        f"Everybody has another pseudonym, under a new key; the old one is {figures['old_key']}.",
        "Numbers on paper lists, and in files that --decisions did not name, lead to nobody now: print lists again.",
        f"Back up the new key. Act number {number} in {workspace.access_log}.",
    )
    return Made(text, figures)


def _begin(
    workspace: Workspace, asking: Asking, data: Path | None, decisions: Sequence[Path], keep_old: Path | None, say: Say
) -> Rekeying:
    say("pseudonyms: drawing up the list of old and new")
    key = read_or_make_log_key(workspace)
    number = append(workspace.access_log, key, ACT, "", asking.by, asking.reason, asking.on)
    keep = f"{keep_old.resolve()}" if keep_old else ""
    act = {"number": number, "by": asking.by, "on": f"{asking.on}", "keep_old": keep,
           "decisions": [f"{path.resolve()}" for path in decisions]}  # fmt: skip
    files = [path for place in PLACES for path in place.paths(workspace)]
    return begin(workspace, files, data or workspace.extracts, act)


def _do(workspace: Workspace, rekeying: Rekeying, say: Say) -> None:
    """Every place, then teams' files, the warehouse, and the identity store last."""
    at = At(workspace, rekeying.act["on"])
    for place in PLACES:
        say(f"pseudonyms: {place.name}")
        place.keeping.rekey(at, place.paths(workspace), rekeying.persons)
    shown = {show(old): show(new) for old, new in rekeying.persons.items()}
    for path in map(Path, rekeying.act["decisions"]):
        with whole_file(path) as scratch:
            scratch.write_text(renumber_text(path.read_text(encoding="utf-8"), shown), encoding="utf-8")
    say("pseudonyms: writing the warehouse")
    rekey_warehouse(workspace, rekeying)
    say("pseudonyms: writing the identity store")
    rekey_identities(workspace, rekeying)


def _refuse_inside(workspace: Workspace, keep_old: Path | None) -> None:
    if keep_old is not None and keep_old.resolve().is_relative_to(workspace.root.resolve()):
        raise BadInput("the old key may not be kept in the workspace, where it would lie beside what it opens: "
                       "give --keep-old a folder elsewhere, or leave it out to destroy the key")  # fmt: skip
