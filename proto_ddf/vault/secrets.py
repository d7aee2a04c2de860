"""Stores secrets in Proto-DDF's database, each as a Fernet token (https://github.com/fernet/spec) that only the
keys of `proto_ddf.vault.keys` can decrypt.

The keys are read again for each call, a new secret is encrypted inside the transaction that writes it, and a rotation
is one transaction. So no secret is ever written with a key that was just removed.
"""

import re
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from uuid import uuid4

from cryptography.fernet import InvalidToken
from sqlalchemy import delete
from sqlmodel import Session, col, select

from proto_ddf import errors, redaction
from proto_ddf.db.engine import session
from proto_ddf.db.tables import SecretRecord
from proto_ddf.db.writing import write
from proto_ddf.vault import keys

_REFERENCE = re.compile(r"secret:([0-9a-f]{32})")


def store(text: str) -> str:
    """Encrypt and store `text`; returns its reference. For an empty text nothing is stored and the reference is "".

    Raises:
        SystemError: `secret_not_stored`, with the reason.
    """
    if not text:
        return ""
    redaction.hide(text)
    # It must not be guessable, because anyone who knows a reference that no source uses yet can use it.
    secret_id = uuid4().hex

    def add(opened: Session) -> None:
        token = keys.cipher(keys.read()).encrypt(text.encode()).decode()
        opened.add(SecretRecord(id=secret_id, token=token))

    try:
        keys.ensure()
        write(add)
    except (keys.KeyUnusableError, OSError) as error:
        raise errors.SystemError(
            f"The secret is not stored: {error}",
            "vault",
            code="secret_not_stored",
            reason=str(error),
        ) from error
    return f"secret:{secret_id}"


def reveal(reference: str) -> str:
    """The secret of `reference`; "" for "". From then on it is redacted in logs and messages.

    Raises:
        SystemError: `secret_unreadable`, with the reason.
    """
    if not reference:
        return ""
    tried = None
    while True:
        now = (_token(reference), _keys())
        try:
            text = keys.cipher(now[1]).decrypt(now[0]).decode()
        except InvalidToken:
            if now == tried:
                raise _unreadable("it was stored with another key") from None
            tried = now  # try again if a rotation came between the two reads
        else:
            redaction.hide(text)
            return text


def discard(
    references: Iterable[str], kept: Callable[[Session], Set[str]] = lambda _: frozenset()
) -> None:
    """Delete the secrets of `references`, except those that `kept` returns; `kept` is called inside the transaction.
    References to deleted secrets, and texts that are not references, are ignored."""
    ids = _ids(references)
    if ids:
        write(lambda opened: _delete(ids, kept, opened))


def is_reference(text: str) -> bool:
    """Whether `text` has the format of a reference. The secret may be deleted."""
    return _REFERENCE.fullmatch(text) is not None


def references_in(text: str) -> list[str]:
    """All references inside a text."""
    return [found[0] for found in _REFERENCE.finditer(text)]


def existing_references(references: Iterable[str]) -> set[str]:
    """Those of `references` whose secret is stored."""
    with session() as opened:
        ids = opened.exec(select(SecretRecord.id).where(_id.in_(_ids(references)))).all()
    return {f"secret:{secret_id}" for secret_id in ids}


def prune(older_than: datetime, kept: Callable[[Session], Set[str]]) -> int:
    """Delete the secrets that were stored before that time, except those whose references `kept` returns; `kept` is
    called inside the transaction. Returns how many were deleted."""

    def remove(opened: Session) -> int:
        stored = col(SecretRecord.created_at) < older_than
        return _delete(opened.exec(select(SecretRecord.id).where(stored)).all(), kept, opened)

    return write(remove)


def _delete(ids: Sequence[str], kept: Callable[[Session], Set[str]], opened: Session) -> int:
    referenced = kept(opened) if ids else frozenset()
    unused = [secret_id for secret_id in ids if f"secret:{secret_id}" not in referenced]
    opened.execute(delete(SecretRecord).where(_id.in_(unused)))
    return len(unused)


_id = col(SecretRecord.id)


def _ids(references: Iterable[str]) -> list[str]:
    return [found[1] for each in references if (found := _REFERENCE.fullmatch(each))]


def _token(reference: str) -> str:
    found = _REFERENCE.fullmatch(reference)
    with session() as opened:
        record = opened.get(SecretRecord, found[1]) if found else None
    if record is None:
        raise _unreadable("it was deleted")
    return record.token


def _keys() -> tuple[str, ...]:
    try:
        return keys.read()
    except keys.KeyUnusableError as error:
        raise _unreadable(str(error)) from error


def _unreadable(reason: str) -> errors.SystemError:
    return errors.SystemError(
        f"The secret cannot be read: {reason}", "vault", code="secret_unreadable", reason=reason
    )
