"""The cookie of a session.

All servers on a host get the same cookies, whatever their port, generated apps included. So the name has the port.
"""

from http.cookies import SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Scope

from proto_ddf.settings import get_settings

_YEAR = 365 * 86_400


def cookie_name(*, secure: bool) -> str:
    """Browsers accept the prefix only over TLS, from this very host and for all its paths."""
    return f"{'__Host-' if secure else ''}proto_ddf_{get_settings().port}"


def is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")


def cookie_value(scope: Scope) -> str:
    """The value of the session's cookie; "" if there is none."""
    name = cookie_name(secure=is_secure(scope))
    for header in Headers(scope=scope).getlist("cookie"):
        for pair in header.split(";"):
            found, _, value = pair.strip().partition("=")
            if found == name:
                return value
    return ""


def set_cookie(scope: Scope, value: str) -> str:
    """The header that gives a browser its session; an empty value takes it away."""
    secure = is_secure(scope)
    cookie: SimpleCookie = SimpleCookie()
    name = cookie_name(secure=secure)
    cookie[name] = value
    cookie[name].update({"path": "/", "samesite": "Lax", "max-age": str(_YEAR if value else 0)})
    cookie[name]["httponly"] = True
    cookie[name]["secure"] = secure
    return cookie[name].OutputString()
