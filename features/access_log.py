"""Who looked up whom, when and why: a log that only grows, in which a changed or missing line is found.

One JSON line an act. Each carries the keyed digest (HMAC-SHA256 under a key of the log's own) of itself and of the
line before it. A cut at the end is found by the count and last digest in ``.head`` beside it. Nothing in it names the
person it is about: it holds a keyed digest of the number that names them (``about``), by which whoever has the key and
that number finds their lines, and nobody else. So a line can stay as proof once the person is erased.
"""

from __future__ import annotations

import hmac
import json
import os
from datetime import date
from pathlib import Path

from features.errors import BadInput
from features.workspace import write_text

FIRST = "0" * 64


ABOUT_CHARACTERS = 32


def append(path: Path, key: bytes, act: str, whom: str, by: str, reason: str, on: date) -> int:
    """Write down one act before it is done; its number. ``whom`` is the number that names the person ('' for nobody).

    :raises BadInput: who or why is not said, or the log was changed.
    """
    if not by.strip() or not reason.strip():
        raise BadInput("looking somebody up, or acting for them, takes a named person and a reason: --by and --reason")
    entries = read(path, key)
    last = entries[-1]["digest"] if entries else FIRST
    entry = {"number": len(entries) + 1, "act": act, "about": about(key, whom), "by": by.strip(),
             "reason": reason.strip(), "on": f"{on}"}  # fmt: skip
    entry["digest"] = _digest(key, entry, last)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry, sort_keys=True) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    write_text(_head(path), json.dumps({"entries": len(entries) + 1, "digest": entry["digest"]}))
    return len(entries) + 1


def about(key: bytes, whom: str) -> str:
    """The digest under which a person's lines are found; '' for nobody."""
    if not whom:
        return ""
    return hmac.digest(key, f"about\x1f{whom}".encode(), "sha256").hex()[:ABOUT_CHARACTERS]


def read(path: Path, key: bytes) -> list[dict[str, str]]:
    """Every act, checked.

    :raises BadInput: a line was changed, taken out or added by somebody without the key.
    """
    if not path.exists():
        if _head(path).exists():
            raise BadInput(f"{path} is gone: restore it from its backup and find out who removed it")
        return []
    entries: list[dict[str, str]] = []
    last = FIRST
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            bare = {name: value for name, value in entry.items() if name != "digest"}
            holds = hmac.compare_digest(entry["digest"], _digest(key, bare, last)) and entry["number"] == number
        except (ValueError, KeyError, TypeError, AttributeError):
            holds = False
        if not holds:
            raise BadInput(f"{path}, line {number}: it is not as it was written; find out who changed it")
        last = entry["digest"]
        entries.append(entry)
    _check_end(path, len(entries), last)
    return entries


def _check_end(path: Path, entries: int, last: str) -> None:
    """A run killed between the two writings may leave the log one line ahead of its head, never behind it."""
    try:
        head = json.loads(_head(path).read_text(encoding="utf-8")) if _head(path).exists() else {"entries": 0}
        behind = int(head["entries"]) > entries or (int(head["entries"]) == entries and head["digest"] != last)
    except (ValueError, KeyError, TypeError):
        behind = True
    if behind:
        raise BadInput(f"{path}: lines at its end are missing; find out who removed them")


def _head(path: Path) -> Path:
    return path.with_suffix(".head")


def _digest(key: bytes, entry: dict[str, object], last: str) -> str:
    written = json.dumps(entry, sort_keys=True)
    return hmac.digest(key, f"access\x1f{last}\x1f{written}".encode(), "sha256").hex()
