"""Addresses that cannot name a file, such as one with a NUL byte, show the page of unknown addresses.

Starlette looks up each address in the folder of the built pages. Where the operating system refuses even to look,
it answers "Not Found" in plain text, outside Proto-DDF's pages. Pure ASGI.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

_NOT_FOUND = "/404"
"""An address that no page has: it is answered with the page of unknown addresses and status 404."""
_NAME_BYTES = 255
"""The longest name of a file, Linux's NAME_MAX."""
_PATH_BYTES = 2000
"""Half of Linux's PATH_MAX: the folder of the pages goes before it. None of our addresses is that long."""


def show_not_found(app: ASGIApp) -> ASGIApp:
    """A transformer for `rx.App(api_transformer=...)`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _can_be_a_file(scope["path"]):
            scope = {**scope, "path": _NOT_FOUND, "raw_path": _NOT_FOUND.encode()}
        await app(scope, receive, send)

    return answer


def _can_be_a_file(path: str) -> bool:
    named = path.encode("utf-8", "surrogatepass")
    return (
        b"\0" not in named
        and len(named) <= _PATH_BYTES
        and all(len(name) <= _NAME_BYTES for name in named.split(b"/"))
    )
