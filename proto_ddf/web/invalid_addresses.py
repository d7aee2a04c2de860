"""Middleware that shows the page for unknown addresses also if an address cannot be a file name (a NUL byte, too long).

Starlette looks for each address in the folder of the built pages. If the operating system refuses the name, Starlette
would answer "Not Found" in plain text, outside Proto-DDF's pages. Pure ASGI.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

_NOT_FOUND = "/404"
"""An unknown address, which is answered with the page for unknown addresses and status 404."""
_NAME_BYTES = 255
"""Maximum length of a file name: Linux's NAME_MAX."""
_PATH_BYTES = 2000
"""Half of Linux's PATH_MAX, because the path of the pages' folder comes before it. All of Proto-DDF's addresses are
shorter."""


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
