"""How people come in: by name and password, or by a link with a one-time token."""

import threading
from dataclasses import dataclass
from math import ceil

from sqlmodel import Session

from proto_ddf import errors
from proto_ddf.accounts import audit, management, one_time_tokens, passwords
from proto_ddf.accounts.session import TOKEN_USER
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.waits import Waits
from proto_ddf.db.tables import AccountRecord, OneTimeTokenRecord, Role, TokenPurpose
from proto_ddf.db.writing import write
from proto_ddf.settings import Settings

WAITS = Waits()
_HASHING = threading.BoundedSemaphore(2)
"""Many attempts at once must not take all memory and processors."""
SET_UP_PURPOSES = (TokenPurpose.SET_UP, TokenPurpose.PASSWORD)


@dataclass(frozen=True)
class Client:
    """Where a request comes from."""

    address: str
    user_agent: str


class SignInRefusedError(Exception):
    """The message is for people. `wait_seconds` is 0 if they may try again at once."""

    def __init__(self, message: str, wait_seconds: int = 0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class SetUp:
    """What a link to /set-up is for: the first account, or the password of the account with that name."""

    account_name: str | None


def sign_in(name: str, password: str, client: Client) -> str:
    """Returns the value of the cookie of a new session.

    Raises:
        SignInRefusedError: name or password are wrong, or there were too many failures.
    """
    keys = (f"account {management.name_key(name)[:200]}", f"address {client.address}")
    wait = WAITS.begin(*keys)
    if wait > 0:
        seconds = ceil(wait)
        raise SignInRefusedError(
            f"There were too many failed attempts. Try again in {seconds} s.", seconds
        )
    account = management.find_by_name(name)
    with _HASHING:
        right = passwords.matches(password, account.password_hash if account else "")
    if account is None or not right or account.disabled_at is not None:
        # A name that is not known may be a password in the wrong field.
        audit.record(
            "sign_in_failed",
            account.name if account else "unknown name",
            user_id=account.id if account else "",
            address=client.address,
        )
        raise SignInRefusedError("The name or the password is wrong.")
    WAITS.succeeded(*keys)
    return _begin(account, "signed_in", client)


def enter(token: str, client: Client) -> str:
    """Use up the one-time token of the printed link; returns the value of the cookie of a new session.

    Raises:
        SignInRefusedError: the token is not valid (any more).
    """
    if write(lambda opened: one_time_tokens.use(opened, token, TokenPurpose.ENTER)) is None:
        raise SignInRefusedError("This link has been used, or has expired.")
    _, value = SESSIONS.begin(address=client.address, user_agent=client.user_agent)
    audit.record("entered", user_id=TOKEN_USER, address=client.address)
    return value


def set_up_of(token: str) -> SetUp | None:
    """What the token may be used for; None if it is not valid (any more)."""
    found = one_time_tokens.find(token, *SET_UP_PURPOSES)
    if found is None:
        return None
    if found.account_id is None:
        return SetUp(None)
    names = {each.id: each.name for each in management.list_accounts()}
    return SetUp(names[found.account_id])


def set_up(token: str, name: str, password: str, client: Client) -> str:
    """Create the first account, or choose the password of an account, as the token says; returns the value of the cookie
    of a new session. Earlier sessions of the account end.

    Raises:
        SignInRefusedError: the token is not valid (any more).
        ValidationError: field "name" or "password". The token can still be used.
    """
    wanted = set_up_of(token)
    if wanted is None:
        raise SignInRefusedError("This link has been used, or has expired.")
    shown = wanted.account_name or management.checked_name(name)
    passwords.check_new(password, shown)
    with _HASHING:
        hashed = passwords.hash_of(password)

    def change(opened: Session) -> AccountRecord:
        used = one_time_tokens.use(opened, token, *SET_UP_PURPOSES)
        if used is None:
            raise SignInRefusedError("This link has been used, or has expired.")
        return _set_password(opened, used, shown, hashed)

    account = write(change)
    SESSIONS.end_of_account(account.id)
    return _begin(account, "set_up" if wanted.account_name is None else "password_chosen", client)


def sign_out(session_id: str) -> None:
    found = SESSIONS.get(session_id)
    if found is not None:
        SESSIONS.end([session_id])
        audit.record("signed_out", user_id=found.user_id, address=found.address)


def entry_path(settings: Settings) -> str:
    """The path of the link to print at the start, with a new one-time token; "" if nobody needs one."""
    if settings.enable_auth == "token":
        return f"/enter?token={one_time_tokens.issue(TokenPurpose.ENTER)}"
    if settings.enable_auth == "accounts" and not management.any_account():
        return f"/set-up?token={one_time_tokens.issue(TokenPurpose.SET_UP)}"
    return ""


def _set_password(
    opened: Session, used: OneTimeTokenRecord, name: str, hashed: str
) -> AccountRecord:
    if used.account_id is None:
        return management.add_account(opened, name, Role.ADMIN, hashed)
    account = opened.get_one(AccountRecord, used.account_id)
    if account.disabled_at is not None:
        raise errors.ValidationError("This account is disabled.", "name", account.name)
    account.password_hash = hashed
    return account


def _begin(account: AccountRecord, action: str, client: Client) -> str:
    _, value = SESSIONS.begin(account, address=client.address, user_agent=client.user_agent)
    audit.record(action, account.name, user_id=account.id, address=client.address)
    return value
