"""Passwords: Argon2id, with the least memory and time that OWASP recommends. Hashing takes 30 ms: call it in a thread."""

from functools import cache
from secrets import token_urlsafe

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from proto_ddf import errors

SHORTEST = 10
LONGEST = 200

_HASHES = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))


def check_new(password: str, name: str) -> None:
    """Raises ValidationError, field "password", for a password that must not be chosen."""
    reason = ""
    if len(password) < SHORTEST:
        reason = f"A password has at least {SHORTEST} characters."
    elif len(password) > LONGEST:
        reason = f"A password has at most {LONGEST} characters."
    elif len(set(password)) < 4 or password.casefold() == name.casefold():
        reason = "This password is too easy to guess."
    elif not _encodable(password):
        reason = "This password has characters that cannot be stored."
    if reason:
        raise errors.ValidationError(reason, "password", "***")


def hash_of(password: str) -> str:
    return _HASHES.hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether it is the password that was hashed to `stored`. It takes as long if nothing is stored, so that nobody
    learns which accounts there are."""
    usable = len(password) <= LONGEST and _encodable(password)
    found = _HASHES.verify(password if usable else "", stored or _no_password())
    return found and usable and bool(stored)


def _encodable(password: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in password)


@cache
def _no_password() -> str:
    return hash_of(token_urlsafe())
