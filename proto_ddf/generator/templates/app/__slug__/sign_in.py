"""Who may change rows.

Where this app runs by itself, nobody signs in, and everybody may. A server that runs it may let only people through who
have signed in there. It names their rights in a header of each request, which browsers cannot set.
"""

from contextvars import ContextVar
from typing import Any

import reflex as rx
from reflex.event import Event

from .environment import setting

SIGN_IN_AT = setting("SIGN_IN_AT", "")
"""The address of that server; empty if there is none."""
RIGHTS_HEADER = "x-app-rights"
ONLY_READING = "You may read the rows of this app, but not change them."
_may_edit: ContextVar[bool] = ContextVar("may_edit", default=not SIGN_IN_AT)


def may_edit() -> bool:
    """Whether the person whose event is being handled may change rows."""
    return _may_edit.get()


class RightsOfEvents(rx.Middleware):
    """Finds out the rights before an event is handled. They hold for all that it calls."""

    async def preprocess(self, app: Any, state: Any, event: Event) -> None:
        headers = state.router_data.get("headers", {})
        _may_edit.set(not SIGN_IN_AT or headers.get(RIGHTS_HEADER) == "editor")
