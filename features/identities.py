"""The identity store: names, dates of birth and partners' numbers, sealed in one encrypted file, not in the warehouse.

The file is an envelope: its tables (Arrow, compressed) are encrypted with AES-256-GCM under a data key drawn for this
one writing, and that data key is wrapped by the key in ``identity.key``. The header is authenticated with the content,
so a changed byte is found. The key lies where ``RISK_MODEL_KEYS`` says, outside the tree in live use; with another one,
:func:`change_key` seals everything again.
"""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from features.errors import BadConfiguration, BadInput, MissingStep, NotPermitted
from features.pseudonyms import KEY_BYTES, read_key_file, write_key_file
from features.workspace import REKEYING, Workspace, whole_file

MAGIC = b"RISKMODEL-IDENTITIES-1\n"
NONCE_BYTES = 12
KEY_FILE = "identity.key"
LOG_KEY_FILE = "access_log.key"


def key_path(workspace: Workspace) -> Path:
    """Where the key of the identity store is kept."""
    return workspace.keys / KEY_FILE


def read_key(workspace: Workspace) -> bytes:
    """The key of the identity store.

    :raises MissingStep: there is none. :raises BadConfiguration: the file is not a key.
    """
    path = key_path(workspace)
    if not path.exists():
        raise MissingStep(f"no key of the identity store at {path}: load extracts first, or set RISK_MODEL_KEYS")
    return read_key_file(path, "a key")


def read_or_make_key(workspace: Workspace) -> bytes:
    """The key of the identity store, made at the first load and always secret.

    :raises BadConfiguration: there is an identity store but its key is gone.
    """
    path = key_path(workspace)
    if path.exists():
        return read_key(workspace)
    if workspace.identities.exists():
        raise BadConfiguration(
            f"{path} is gone, and {workspace.identities} cannot be opened without it: restore it from its backup"
        )
    return write_key_file(path, secrets.token_bytes(KEY_BYTES))


def read_or_make_log_key(workspace: Workspace) -> bytes:
    """The key of the access log: another than the store's, so that the log can still be checked when that changes.

    :raises BadConfiguration: the file is not a key, or there is a log but its key is gone.
    """
    path = workspace.keys / LOG_KEY_FILE
    if path.exists():
        return read_key_file(path, "a key")
    if workspace.access_log.exists():
        raise BadConfiguration(f"{path} is gone, and {workspace.access_log} cannot be checked without it: restore it")
    return write_key_file(path, secrets.token_bytes(KEY_BYTES))


def refuse_half_rekeyed(data: Path) -> None:
    """Refuse to work on numbers of which some are old and some new.

    :raises NotPermitted: a change of pseudonyms was begun in this folder and not ended.
    """
    if (data / REKEYING).exists():
        raise NotPermitted("a change of pseudonyms was begun here and stopped: finish it first, with the same command "
                           "again (risk-model person rotate-pseudonyms)")  # fmt: skip


def seal(workspace: Workspace, tables: Mapping[str, pa.Table]) -> None:
    """Replace the identity store, whole, readable by its owner only."""
    write_sealed(workspace.identities, tables, read_or_make_key(workspace))


def open_sealed(workspace: Workspace) -> dict[str, pa.Table]:
    """Every table of the identity store; its schema is ``features.loading.IDENTITIES``.

    :raises MissingStep: there is no store or no key. :raises BadInput: the key does not fit, or a byte was changed.
    :raises NotPermitted: a change of pseudonyms was begun and not ended.
    """
    refuse_half_rekeyed(workspace.data)
    if not workspace.identities.exists():
        raise MissingStep(f"no identity store at {workspace.identities}: load the partners' extracts first")
    return read_sealed(workspace.identities, read_key(workspace))


def write_sealed(path: Path, tables: Mapping[str, pa.Table], key: bytes) -> None:
    """Write tables as a sealed file under ``key`` (32 bytes)."""
    content, lengths = io.BytesIO(), {}
    for name, table in tables.items():
        start = content.tell()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(content, table.schema, options=options) as stream:
            stream.write_table(table)
        lengths[name] = content.tell() - start
    data_key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
    wrap_nonce, nonce = secrets.token_bytes(NONCE_BYTES), secrets.token_bytes(NONCE_BYTES)
    header = json.dumps({
        "tables": lengths, "nonce": nonce.hex(), "wrap_nonce": wrap_nonce.hex(),
        "data_key": AESGCM(key).encrypt(wrap_nonce, data_key, MAGIC).hex(),
    }).encode()  # fmt: skip
    sealed = AESGCM(data_key).encrypt(nonce, content.getvalue(), MAGIC + header)
    with whole_file(path) as scratch:
        scratch.write_bytes(MAGIC + header + b"\n" + sealed)
        os.chmod(scratch, 0o600)


def read_sealed(path: Path, key: bytes) -> dict[str, pa.Table]:
    """The tables of a sealed file.

    :raises BadInput: it is not one, the key is another's, or it was changed.
    """
    try:
        sealed = path.read_bytes()
        head, _, body = sealed.removeprefix(MAGIC).partition(b"\n")
        header = json.loads(head)
        data_key = AESGCM(key).decrypt(bytes.fromhex(header["wrap_nonce"]), bytes.fromhex(header["data_key"]), MAGIC)
        content = AESGCM(data_key).decrypt(bytes.fromhex(header["nonce"]), body, MAGIC + head)
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise BadInput(
            f"{path} cannot be opened: it was changed, or its key is another one; restore both from one backup"
        ) from None
    tables, start = {}, 0
    for name, length in header["tables"].items():
        tables[name] = pa.ipc.open_stream(content[start : start + length]).read_all()
        start += length
    return tables


def change_key(workspace: Workspace) -> None:
    """Seal the identity store, and what people asked for, under a new secret key; the old one opens nothing afterwards.

    A run killed between the writings leaves the old key in ``identity.key.old`` and is finished by the next call.
    """
    path = key_path(workspace)
    old = path.with_suffix(".key.old")
    if not old.exists():
        read_key(workspace)
        os.replace(path, old)
    if not path.exists():
        write_key_file(path, secrets.token_bytes(KEY_BYTES))
    key = read_key(workspace)
    for sealed in (workspace.rights, workspace.identities):
        if sealed.exists():
            _seal_again(sealed, read_key_file(old, "a key"), key)
    old.unlink()


def _seal_again(path: Path, old: bytes, new: bytes) -> None:
    try:
        read_sealed(path, new)
    except BadInput:
        write_sealed(path, read_sealed(path, old), new)
