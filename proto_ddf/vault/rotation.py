"""Rotates the key of all secrets, while a server may be running.

The new key is added to the key file, then all secrets are encrypted again in one transaction, then the old key is
removed from the file. If the process is killed in between, every secret can still be read, and the next rotation
finishes the work.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import SecretRecord
from proto_ddf.settings import get_settings
from proto_ddf.vault import keys


class RotationResult(NamedTuple):
    """The numbers of secrets in a rotation."""

    encrypted: int
    """Secrets that are now encrypted with the new key."""
    unreadable: int
    """Secrets that no known key can decrypt; they stay as they were."""


def rotate() -> RotationResult:
    """Encrypt every secret again: with a new key in the key file, or with PROTO_DDF_SECRET_KEY if that is set. Then
    PROTO_DDF_PREVIOUS_SECRET_KEY must be the old key.

    Raises:
        SystemError: `secret_key_given`: PROTO_DDF_SECRET_KEY is set without the previous key; `secret_not_stored`:
            the key file cannot be read or written.
    """
    settings = get_settings()
    if settings.secret_key is not None:
        if settings.previous_secret_key is None:
            raise errors.SystemError(
                "The key is not in the key file.", "vault", code="secret_key_given"
            )
        return _encrypt(keys.read())
    try:
        keys.ensure()
        with keys.exclusive():
            new = Fernet.generate_key().decode()
            keys.replace([new, *keys.read()])
            result = _encrypt(keys.read())
            keys.replace([new])
    except (keys.KeyUnusableError, OSError) as error:
        raise errors.SystemError(
            f"The key is not rotated: {error}", "vault", code="secret_not_stored", reason=str(error)
        ) from error
    return result


def _encrypt(new_and_old_keys: Sequence[str]) -> RotationResult:
    cipher = keys.cipher(new_and_old_keys)
    unreadable = 0
    with session() as opened:
        connection = opened.connection()
        # The secrets must be on disk before the old key is removed. In WAL mode the engine's default, NORMAL, may lose
        # the last commits in a power failure.
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        records = opened.exec(select(SecretRecord)).all()
        for record in records:
            try:
                record.token = cipher.rotate(record.token).decode()
            except InvalidToken:
                unreadable += 1
            opened.add(record)
        opened.commit()
    return RotationResult(len(records) - unreadable, unreadable)
