"""The session of a request, as the gate found it."""

from starlette.datastructures import Headers
from starlette.types import Scope

from proto_ddf.accounts.session import Session
from proto_ddf.accounts.sign_in import Client

_KEY = "proto_ddf.session"


def keep_session(scope: Scope, session: Session | None) -> None:
    scope[_KEY] = session


def session_of(scope: Scope) -> Session | None:
    """None on a route that needs no session, or if nobody signs in and the client is no browser."""
    found: Session | None = scope.get(_KEY)
    return found


def client_of(scope: Scope) -> Client:
    """Where the request comes from."""
    client = scope.get("client")
    return Client(client[0] if client else "", Headers(scope=scope).get("user-agent", ""))
