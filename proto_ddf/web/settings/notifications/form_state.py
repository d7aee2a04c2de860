"""The form of a channel: its values, and saving them.

The browser never gets a stored secret, nor a reference to one: of those it knows only that there is one (`connected.KEPT`).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf import vault
from proto_ddf.errors import ProtoDDFError
from proto_ddf.notify import connected
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.notify.delivery_views import ChannelView
from proto_ddf.operations.retention import references as retention_references
from proto_ddf.sources.protocol import FormField
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.presence import is_connected
from proto_ddf.web.shared.state.second_click import is_second_click
from proto_ddf.web.shared.state.typed_secrets import SEND

NAME_ID = "channel-name"
_SENT_SECONDS = 0.1


def field_key(kind: str, field: str) -> str:
    """The key of a field in `values`, which is also its id on the page."""
    return f"{kind}-{field}"


def typed_name(key: str) -> str:
    """The name of a field's text control in the form that is sent; not its id, under which Reflex sends a ref."""
    return f"typed {key}"


def _fields(kind: str) -> dict[str, FormField]:
    """The fields of a kind by their keys."""
    return {field_key(kind, field.name): field for field in KINDS[kind].form}


def _defaults() -> dict[str, str]:
    return {key: field.default for kind in KINDS for key, field in _fields(kind).items()}


class ChannelFormMixin(OperationMixin, mixin=True):
    """The form that adds a channel or changes one."""

    _form_fields: ClassVar[frozenset[str]] = frozenset(
        {"name", "kind", *(field.name for kind in KINDS.values() for field in kind.form)}
    )

    form_open: bool = False
    channel_id: str = ""
    """The channel that is changed; empty for a new one."""
    kind: str = next(iter(KINDS))
    name: str = ""
    values: dict[str, str] = _defaults()
    """By `field_key`. Of a secret: `connected.KEPT`, or the reference of a new one."""
    typed: list[str] = []
    """Keys of the secrets with text that is not stored yet."""
    form_round: int = 0
    """Counts how often the secret controls were replaced by empty ones: late events of old controls are ignored."""
    saving: bool = False

    @rx.event
    def open_form(self) -> EventSpec:
        """Open the form for a new channel."""
        return self._open("", self.kind, "", {})

    @rx.event
    def close_form(self) -> EventSpec:
        """Close the form without saving."""
        self.form_open = False
        self.field_errors = {}
        return self._discard(*self.values.values())

    @rx.event
    def set_kind(self, kind: str) -> None:
        if kind in KINDS and not self.channel_id:
            self.kind = kind
            self.typed = []
            self.field_errors = {}

    @rx.event(background=True)
    async def discard_secrets(self, references: list[str]) -> None:
        """Delete secrets that nothing uses."""
        await asyncio.to_thread(retention_references.discard_secrets, references)

    @rx.event
    def set_name(self, name: str) -> None:
        self.name = name
        self._clear_field_error("name")

    @rx.event
    def set_value(self, key: str, value: str) -> None:
        """Set a field that is no secret."""
        field = _fields(self.kind).get(key)
        if field and field.widget != "secret":
            self.values[key] = value
            self._clear_field_error(field.name)

    @rx.event
    def set_typed(self, key: str, typed: bool, form_round: int) -> None:
        """A secret control has text that is not stored yet, or no longer has."""
        if field := self._secret(key, form_round):
            self.typed = [*(k for k in self.typed if k != key), *([key] if typed else [])]
            if typed:
                self._clear_field_error(field.name)

    @rx.event
    def set_secret(self, key: str, reference: str, form_round: int) -> EventSpec | None:
        """The typed text was stored under this reference; "" removes the secret."""
        if reference and not vault.is_reference(reference):
            return None
        field = self._secret(key, form_round)
        if field is None:
            return self._discard(reference)
        replaced, self.values[key] = self.values[key], reference
        self.typed = [each for each in self.typed if each != key]
        self._clear_field_error(field.name)
        return self._discard(replaced)

    @rx.event
    def refuse_secret(self, key: str, message: str, form_round: int) -> None:
        """The typed text could not be stored. It stays in the control."""
        if field := self._secret(key, form_round):
            self.field_errors = {**self.field_errors, field.name: str(message)}

    @rx.event(background=True)
    async def save(self, channel_id: str, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Save the channel. `form` has the values of the text controls: earlier events may have been lost."""
        async with self:
            if is_second_click(self.saving):
                return
            if (
                not self.form_open or channel_id != self.channel_id
            ):  # the state of a tab is lost after an hour without an event
                self.form_open = False  # so that the browser closes it too
                yield rx.toast.info("The form was open for too long. Open it again.")
                return
            self.saving = True
            self.field_errors = {}
            self._clear_error()
            self._take(form)
            typed = bool(self.typed)
        if typed:
            yield rx.call_script(SEND)
        await self._until_sent()
        async with self:
            if self.field_errors:  # a secret could not be stored
                self.saving = False
                return
            given = self.channel_id, self.kind, self.name, self._config()
        yield await self._save(*given)

    async def _save(
        self, channel_id: str, kind: str, name: str, config: dict[str, str]
    ) -> EventSpec | None:
        found: list[ProtoDDFError] = []
        try:
            found = await asyncio.to_thread(connected.form_errors, channel_id, kind, name, config)
            if not found:
                await asyncio.to_thread(connected.save, channel_id, kind, name, config)
        except Exception as error:
            async with self:
                self.saving = False
                shown = self.handle_error(error, "save a channel", kind=kind)
                return self._focus_first_error() or shown
        async with self:
            self.saving = False
            for error in reversed(found):
                self.handle_error(error, "save a channel", kind=kind)
            self.form_open = bool(found)
            return self._focus_first_error()

    async def _until_sent(self) -> None:
        """Wait until all secrets have been sent, or the tab is closed."""
        while True:
            async with self:
                if not self.typed or self.field_errors or not is_connected(self):
                    return
            await asyncio.sleep(_SENT_SECONDS)

    def _open(self, channel_id: str, kind: str, name: str, config: dict[str, str]) -> EventSpec:
        self.channel_id, self.kind, self.name = channel_id, kind, name
        given = {field_key(kind, field): value for field, value in config.items()}
        self.values = {**_defaults(), **given}
        self.typed, self.field_errors = [], {}
        self.form_round += 1
        self.form_open, self.saving = True, False
        return focus(NAME_ID)

    def _edit(self, channel: ChannelView) -> EventSpec:
        return self._open(channel.id, channel.kind, channel.name, channel.config)

    def _take(self, form: dict[str, Any]) -> None:
        self.name = str(form.get(typed_name("name"), self.name))
        for key, field in _fields(self.kind).items():
            text = form.get(typed_name(key))
            if isinstance(text, str) and field.widget in ("text", "number"):
                self.values[key] = text
            elif text and field.widget == "secret" and key not in self.typed:
                self.typed = [*self.typed, key]

    def _config(self) -> dict[str, str]:
        """Without empty values, so that a missing one is told as missing."""
        texts = {f.name: self.values[key].strip() for key, f in _fields(self.kind).items()}
        return {name: text for name, text in texts.items() if text}

    def _discard(self, *values: str) -> EventSpec:
        """The event that deletes those secrets among these values that were not saved."""
        references = [value for value in values if vault.is_reference(value)]
        discarding: EventSpec = self.__class__.discard_secrets(references)
        return discarding

    def _secret(self, key: str, form_round: int) -> FormField | None:
        """The field of a secret control that is still shown."""
        field = _fields(self.kind).get(key)
        shown = field is not None and field.widget == "secret" and form_round == self.form_round
        return field if shown else None

    def _focus_first_error(self) -> EventSpec | None:
        ids = {"name": NAME_ID, **{f.name: key for key, f in _fields(self.kind).items()}}
        wrong = (ids[name] for name in ids if self.field_errors.get(name))
        first = next(wrong, None)
        return focus(first) if first else None
