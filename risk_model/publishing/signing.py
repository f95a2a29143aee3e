"""Ed25519 signatures over a version's manifest, so that nobody can change a published model unseen."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from risk_model.errors import BadInput, NotPermitted

KEY_FILE = "signing.key"
OWNER_ONLY = 0o600
SIGNATURE_BYTES = 64


def signing_key(keys: Path, seed: str | None = None) -> Ed25519PrivateKey:
    """The key in ``keys/signing.key``, made on first use and readable by its owner only.

    ``seed`` decides the key that is made, so that a demonstration gives the same bytes again; never for live use.

    :raises NotPermitted: others may read the key. :raises BadInput: the file is not a signing key.
    """
    path = keys / KEY_FILE
    if not path.exists():
        _make(path, seed)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise NotPermitted(f"{path} can be read by others: whoever reads it can sign. chmod 600 it, or make a new key")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise BadInput(f"{path} is not a signing key; restore it, or move it away and publish again") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path} is another kind of key; an Ed25519 key is needed")
    return key


def _make(path: Path, seed: str | None) -> None:
    """Write a new key; where another process was sooner, theirs stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    drawn = Ed25519PrivateKey.generate()
    key = drawn if seed is None else Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)


def public_key(key: Ed25519PrivateKey) -> str:
    """The key others check signatures with, as 64 hex characters."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def trusted_key(keys: Path) -> str | None:
    """The public key of the key in ``keys``; None where there is none (a machine that only reads)."""
    return public_key(signing_key(keys)) if (keys / KEY_FILE).exists() else None


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Whether ``signature`` (64 bytes) over exactly these bytes was made with the key whose public half is ``key``."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
