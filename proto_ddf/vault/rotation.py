"""Gives all secrets a new key, while a server may be running.

The new key joins the old one in the key file, then every secret is re-encrypted in one transaction, then the old
key goes. Killed in between, each secret can still be read, and the next rotation does the rest.
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
    """What a rotation did, in numbers of secrets."""

    encrypted: int
    """Now readable with the new key alone."""
    unreadable: int
    """Readable with no key that is known; left as they were."""


def rotate() -> RotationResult:
    """Encrypt every secret anew: with a new key in the key file, or with PROTO_DDF_SECRET_KEY where that is set
    and PROTO_DDF_PREVIOUS_SECRET_KEY says what they are encrypted with.

    Raises:
        SystemError: `secret_key_given`: PROTO_DDF_SECRET_KEY is set and no previous one; `secret_not_stored`:
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
            done = _encrypt(keys.read())
            keys.replace([new])
    except (keys.KeyUnusableError, OSError) as error:
        raise errors.SystemError(
            f"The key is not rotated: {error}", "vault", code="secret_not_stored", reason=str(error)
        ) from error
    return done


def _encrypt(wanted: Sequence[str]) -> RotationResult:
    cipher = keys.cipher(wanted)
    unreadable = 0
    with session() as opened:
        connection = opened.connection()
        # On the disk before the old key goes: in WAL mode NORMAL, the engine's own, may lose the last commits
        # when the power fails.
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
