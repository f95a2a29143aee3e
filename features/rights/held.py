"""What people asked for, kept sealed beside the identity store: it holds for every later load.

* ``objection``: numbers of people who object to being scored and listed;
* ``correction``: what was put right, as a statement from that day on;
* ``suppression``: who was erased and is not to be loaded again, as keyed digests (HMAC-SHA256 under a key of its own):
  they recognise a number, a pseudonym or a name that comes again, and say none;
* ``apart``: that somebody erased is not this other person, so that no later link takes them for one;
* ``pending``: an act that has begun and is not finished. It names the person, and goes when the act ends.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa

from features.errors import BadConfiguration
from features.identities import read_key, read_sealed, write_sealed
from features.linkage.decided import DECISION_SCHEMA
from features.pseudonyms import KEY_BYTES, read_key_file, write_key_file
from features.rights.subjects import Name, Number, Subjects
from features.workspace import Workspace, digest

KEY_FILE = "suppression.key"
DIGEST_CHARACTERS = 32
TEXT = pa.string()
CORRECTABLE = ("forename", "surname", "dob", "sex", "ethnicity")
"""What can be put right here; anything else is the partner's record, and they must be asked."""
SCHEMAS = {
    "objection": pa.schema([("numbering", TEXT), ("who", TEXT), ("objected_on", pa.date32())]),
    "correction": pa.schema([("numbering", TEXT), ("who", TEXT), ("field", TEXT), ("stated_on", pa.date32()),
                             *((name, TEXT) for name in ("forename", "surname")), ("dob", pa.date32()),
                             ("sex", TEXT), ("ethnicity", TEXT)]),
    "suppression": pa.schema([("kind", TEXT), ("digest", TEXT), ("since", pa.date32())]),
    "apart": pa.schema([("digest", TEXT), ("numbering", TEXT), ("who", TEXT), ("decided_on", pa.date32())]),
    "pending": pa.schema([("act", TEXT)]),
    "retention": pa.schema([("adults_born_before", pa.date32()), ("ran_on", pa.date32())]),
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """The tables of the file (``SCHEMAS``); those that are not there are empty."""

    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def table(self, name: str) -> pa.Table:
        """One of them."""
        return self.tables.get(name, SCHEMAS[name].empty_table())

    def rows(self, name: str) -> list[dict[str, Any]]:
        """One of them, row by row."""
        return list(self.table(name).to_pylist())

    def having(self, name: str, rows: Iterable[Mapping[str, Any]]) -> Held:
        """The same with these rows, each once, in place of a table's."""
        unique = {json.dumps(row, default=str, sort_keys=True): dict(row) for row in rows}
        made = pa.Table.from_pylist([unique[key] for key in sorted(unique)], SCHEMAS[name])
        return replace(self, tables={**self.tables, name: made})

    @property
    def pending(self) -> dict[str, Any] | None:
        """The act that is not finished, if there is one."""
        rows = self.rows("pending")
        return json.loads(rows[0]["act"]) if rows else None

    def with_pending(self, act: Mapping[str, Any] | None) -> Held:
        """The same with another act begun, or none."""
        return self.having("pending", [] if act is None else [{"act": json.dumps(act, default=str, sort_keys=True)}])

    @property
    def mark(self) -> str:
        """A digest of all that a load depends on; '' where nobody asked for anything."""
        asked = {name: self.rows(name) for name in SCHEMAS if name != "pending"}
        return digest(asked) if any(asked.values()) else ""


def read_held(workspace: Workspace) -> Held:
    """What is held, or nothing where nobody asked for anything yet.

    :raises BadInput: the file was changed, or its key is another.
    """
    if not workspace.rights.exists():
        return Held()
    return Held(read_sealed(workspace.rights, read_key(workspace)))


def write_held(workspace: Workspace, held: Held) -> None:
    """Replace the file, whole, readable by its owner only."""
    write_sealed(workspace.rights, {name: held.table(name) for name in SCHEMAS}, read_key(workspace))


@dataclass(frozen=True)
class Recogniser:
    """Turns numbers, pseudonyms and names into digests under the suppression key: to recognise, never to read."""

    key: bytes

    def of(self, kind: str, *parts: object) -> str:
        """The digest of one thing; ``kind`` is number, pseudonym or name."""
        said = "\x1f".join([kind, *map(str, parts)])
        return hmac.digest(self.key, said.encode(), "sha256").hex()[:DIGEST_CHARACTERS]

    def entries(self, subjects: Subjects, since: date) -> list[dict[str, Any]]:
        """The suppression rows of these people."""
        digests = [("number", self.of("number", *each)) for each in subjects.numbers]
        digests += [("pseudonym", self.of("pseudonym", each)) for each in subjects.persons]
        digests += [("name", self.of("name", *each)) for each in subjects.names]
        return [{"kind": kind, "digest": each, "since": since} for kind, each in sorted(digests)]

    def known(self, held: Held, kind: str) -> frozenset[str]:
        """Every digest of a kind that is held."""
        return frozenset(row["digest"] for row in held.rows("suppression") if row["kind"] == kind)

    def are_suppressed(self, held: Held, numbers: Collection[Number]) -> frozenset[Number]:
        """Those of some numbers that belong to somebody who was erased."""
        known = self.known(held, "number")
        return frozenset(each for each in numbers if self.of("number", *each) in known) if known else frozenset()

    def is_name(self, held: Held, name: Name) -> bool:
        """Whether somebody of this name and date of birth was erased."""
        return self.of("name", *name) in self.known(held, "name")


def recogniser(workspace: Workspace) -> Recogniser:
    """The workspace's, whose key is made at the first erasure and stays through every other change of keys.

    :raises BadConfiguration: people were erased, but the key is gone: they could be loaded again unseen.
    """
    path = workspace.keys / KEY_FILE
    if path.exists():
        return Recogniser(read_key_file(path, "a key"))
    if read_held(workspace).rows("suppression"):
        raise BadConfiguration(f"{path} is gone, and without it people who were erased would be loaded again: "
                               "restore it from its backup")  # fmt: skip
    return Recogniser(write_key_file(path, secrets.token_bytes(KEY_BYTES)))


def apart_from(decisions: pa.Table, subjects: Subjects, recognise: Recogniser) -> list[dict[str, Any]]:
    """What was decided about others: that they are not these people, whose own end is kept as a digest."""
    found = []
    for row in decisions.to_pylist():
        ends = [(row[f"{side}_numbering"], row[f"{side}_who"]) for side in ("left", "right")]
        mine = [end for end in ends if end in subjects.numbers]
        if not row["same"] and len(mine) == 1:
            other = next(end for end in ends if end not in subjects.numbers)
            found.append({"digest": recognise.of("number", *mine[0]), "numbering": other[0], "who": other[1],
                          "decided_on": row["decided_on"]})  # fmt: skip
    return found


def decisions_again(held: Held, recognise: Recogniser, numbers: Collection[Number]) -> pa.Table:
    """The decisions behind ``apart``, for numbers that come again (DECISION_SCHEMA)."""
    rows = held.rows("apart")
    back = {recognise.of("number", *each): each for each in numbers} if rows else {}
    return pa.Table.from_pylist(
        [{"left_numbering": back[row["digest"]][0], "left_who": back[row["digest"]][1],
          "right_numbering": row["numbering"], "right_who": row["who"], "same": False, "decided_by": "",
          "decided_on": row["decided_on"], "reason": ""} for row in rows if row["digest"] in back],
        DECISION_SCHEMA,
    )  # fmt: skip
