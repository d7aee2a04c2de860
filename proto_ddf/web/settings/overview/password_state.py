"""State of the form for the own password. It never holds a password: the form's fields come with the event."""

import asyncio
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.accounts import management
from proto_ddf.errors import ValidationError
from proto_ddf.web.access.state import current_session
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.focus import focus

FIELDS = ("old_password", "password", "repeated")


class PasswordState(ErrorMixin, rx.State):
    _form_fields: ClassVar[frozenset[str]] = frozenset(FIELDS)

    form_open: bool = False
    changing: bool = False
    changed: bool = False
    """Whether the password was changed since the page was opened."""

    @rx.event
    def load(self) -> None:
        self.form_open = self.changing = self.changed = False
        self.field_errors = {}

    @rx.event
    def open_form(self) -> EventSpec:
        self.form_open, self.changed = True, False
        self.field_errors = {}
        return focus(FIELDS[0])

    @rx.event
    def close_form(self) -> None:
        self.form_open = False
        self.field_errors = {}

    @rx.event(background=True)
    async def change(self, form: dict[str, Any]) -> EventSpec | None:
        """Change the password of the own account; its other sessions end."""
        session = current_session()
        async with self:
            if self.changing or session is None or session.account_id is None:
                return None
            self.changing, self.field_errors = True, {}
            self._clear_error()
        old, new, repeated = (str(form.get(each, "")) for each in FIELDS)
        try:
            if new != repeated:
                raise ValidationError("This is not the same password.", "repeated", "***")
            change = management.change_password
            await asyncio.to_thread(change, session.account_id, old, new, session.id)
        except Exception as error:
            async with self:
                self.changing = False
                shown = self.handle_error(error, "change the password")
                wrong = next((each for each in FIELDS if self.field_errors.get(each)), None)
                return focus(wrong) if wrong else shown
        async with self:
            self.changing, self.form_open, self.changed = False, False, True
        return None
