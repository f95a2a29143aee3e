"""Keyed pseudonyms: one number a person and one a record, that nobody without the key can work back.

A person's number is an HMAC-SHA256 of one *identity* (see ``features.linkage``): the first of their pupil number,
police record, youth justice number and social-care number. It stays as records are added, until a later link brings in
a number that comes before it; carrying decisions over such a change is a later piece of work.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from features.errors import BadConfiguration, BadInput, MissingStep, NotPermitted
from features.workspace import Workspace, whole_file, write_text

KEY_BYTES = 32
BLOCK_BYTES = 64
RECORD_CHARACTERS = 16
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHOWN_DIGITS = 13
"""Crockford's base 32: no I, L, O or U, which are misread or spell things."""

RECORD_SQL = f"""
    CREATE TEMP MACRO record_hash(record_of, record_number) AS left(sha256(getvariable('outer_pad') || unhex(sha256(
        getvariable('inner_pad') || encode(record_of || chr(31) || record_number)))), {RECORD_CHARACTERS})
"""
"""``Pseudonymiser.record`` as SQL, once the variables hold the key's ``pads``."""

DEMONSTRATION_FILE = "DEMONSTRATION_KEY.txt"
DEMONSTRATION_NOTE = """This key was derived from a seed, so that a demonstration on synthetic data can be repeated.
Anybody can derive it again. Never load real people's records with it: start a new workspace without a seed, and the
first load makes a secret key.
"""


class Pseudonymiser:
    """Person and record numbers under one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadConfiguration(f"a pseudonym key has {KEY_BYTES} bytes, not {len(key)}: restore it from its backup")
        self._key = key

    def person(self, identity: str) -> int:
        """A positive 63-bit number; the same identity always gives the same one."""
        summed = hmac.digest(self._key, b"person\x1f" + identity.encode(), "sha256")
        return (int.from_bytes(summed[:8], "big") >> 1) or 1

    def record(self, record_of: str, record_number: str) -> str:
        """16 hex characters for a partner's own record number; ``record_of`` is the feed whose number it is."""
        named = f"{record_of}\x1f{record_number}".encode()
        return hmac.digest(self._key, named, "sha256").hex()[:RECORD_CHARACTERS]

    @property
    def pads(self) -> dict[str, bytes]:
        """HMAC's inner and outer pads, for ``RECORD_SQL``; as secret as the key."""
        padded = self._key.ljust(BLOCK_BYTES, b"\0")
        return {"inner_pad": bytes(b ^ 0x36 for b in padded), "outer_pad": bytes(b ^ 0x5C for b in padded)}

    @property
    def key_check(self) -> str:
        """A mark that tells two keys apart and says nothing about either."""
        return hmac.digest(self._key, b"check", "sha256").hex()[:RECORD_CHARACTERS]


def show(person: int) -> str:
    """A person's number as people write it down.

    >>> show(1), show(2**63 - 1)
    ('NB-0000-0000-00001', 'NB-7ZZZ-ZZZZ-ZZZZZ')
    """
    digits = "".join(LETTERS[person >> shift & 31] for shift in range(60, -1, -5))
    return f"NB-{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def read_shown(text: str) -> int:
    """The person's number that :func:`show` wrote.

    >>> read_shown(show(123456789))
    123456789

    :raises BadInput: the text is not a person's number.
    """
    digits = text.strip().upper().removeprefix("NB-").replace("-", "")
    if len(digits) != SHOWN_DIGITS or any(digit not in LETTERS for digit in digits):
        raise BadInput("not a person's number as lists show it (NB-XXXX-XXXX-XXXXX)")
    number = 0
    for digit in digits:
        number = number << 5 | LETTERS.index(digit)
    return number


def key_path(workspace: Workspace) -> Path:
    """Where the key is kept."""
    return workspace.keys / "pseudonym.key"


def read_key(workspace: Workspace) -> bytes:
    """The workspace's pseudonym key.

    :raises MissingStep: there is none yet. :raises BadConfiguration: the file is not a key.
    """
    path = key_path(workspace)
    if not path.exists():
        raise MissingStep(f"no pseudonym key at {path}: load the partners' extracts first, or set RISK_MODEL_KEYS")
    return read_key_file(path, "a pseudonym key")


def read_key_file(path: Path, called: str) -> bytes:
    """The key in a file that is there; ``called`` is what a message says it should be.

    :raises BadConfiguration: the file is not a key.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadConfiguration(f"{path} is not {called} ({KEY_BYTES} bytes in hex): restore it from its backup")
    return key


def write_key_file(path: Path, key: bytes) -> bytes:
    """Write a key as a whole file into a folder that only its owner can enter; the key again."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(path) as scratch:
        scratch.write_text(key.hex(), encoding="ascii")
    return key


def read_or_make_key(workspace: Workspace, seed: int | None = None) -> bytes:
    """The workspace's key, made at the first load: secret, or derived from ``seed`` for a repeatable demonstration.

    :raises BadConfiguration: there is a warehouse but its key is gone; a new key would rename everybody in it.
    :raises NotPermitted: the key there is a demonstration's, and these records are not said to be one's.
    """
    path = key_path(workspace)
    note = path.parent / DEMONSTRATION_FILE
    if path.exists() and seed is None and note.exists():
        raise NotPermitted(
            f"{note} says that anybody can make this key again, and these extracts are not marked as synthetic: "
            "load them into a new workspace, or give RISK_MODEL_KEYS a folder of its own"
        )
    if path.exists():
        return read_key(workspace)
    if workspace.warehouse.exists():
        raise BadConfiguration(
            f"{path} is gone, and {workspace.warehouse} was made with it: restore the key from its backup, "
            "or move the warehouse away to start again with new pseudonyms"
        )
    key = secrets.token_bytes(KEY_BYTES) if seed is None else hashlib.sha256(f"demonstration {seed}".encode()).digest()
    write_key_file(path, key)
    if seed is not None:
        write_text(note, DEMONSTRATION_NOTE)
    return key
