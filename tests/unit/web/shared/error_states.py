"""States that keep errors, and the time that passes for them."""

import asyncio
from typing import ClassVar

import reflex as rx

from proto_ddf.web.shared.state.errors import ErrorMixin


class DraftState(ErrorMixin, rx.State):
    """A page with one form field and one action that can fail."""

    _form_fields: ClassVar[frozenset[str]] = frozenset({"name"})
    ran: int = 0

    @rx.event
    def connect(self, times: int = 1) -> None:
        self.ran += times
        self._clear_error()


class OtherState(ErrorMixin, rx.State):
    """A second page: its errors are its own."""


def pass_time(state: ErrorMixin) -> None:
    """Let the auto-clear run to its end."""
    asyncio.run(type(state).event_handlers["clear_error_later"].fn(state))
