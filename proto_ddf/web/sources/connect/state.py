"""State of the form that tests and connects a source."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx

from proto_ddf.operations import service
from proto_ddf.settings import get_settings
from proto_ddf.sources.paths import allowed_roots
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.shared.state.flow_status import (
    IntegrationStatus,
    integration_message,
    integration_status,
)
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.kept_forms import KeptFormMixin
from proto_ddf.web.shared.state.presence import is_connected
from proto_ddf.web.shared.state.second_click import is_second_click
from proto_ddf.web.shared.state.typed_secrets import SEND
from proto_ddf.web.sources.connect.draft import (
    Draft,
    dump_draft,
    empty_draft,
    field_key,
    form_of,
    is_secret_key,
    load_draft,
    secret_keys,
    uses_advanced,
)
from proto_ddf.web.sources.connect.files import FilesMixin
from proto_ddf.web.sources.connect.secrets import SecretsMixin
from proto_ddf.web.sources.connect.submit import (
    find_form_errors,
    start_operation,
    stored_draft,
    without_lost_secrets,
)

TYPED_NAME = "typed name"
"""The name of the control of the source's name in the form that is sent."""
_EMPTY = empty_draft()
_RUNNING = ("pending", "running")
_SENT_SECONDS = 0.1


def typed_name(key: str) -> str:
    """The name of a field's text control in the form that is sent. It must not be the control's id, under which Reflex
    sends the value of the control's ref."""
    return f"typed {key}"


class NewSourceState(FilesMixin, SecretsMixin, KeptFormMixin, rx.State):
    """The connect form, its draft, and the running test or connection."""

    _storage_variables: ClassVar[tuple[str, ...]] = ("draft", "edit_draft")
    _form_fields: ClassVar[frozenset[str]] = frozenset(
        {"name", "kind", *(field.name for kind in KINDS for field in form_of(kind))}
    )

    draft: str = rx.LocalStorage("", name="proto_ddf.source_draft")
    """The form as JSON. It survives a reload, a closed tab and a restart of the server."""
    edit_draft: str = rx.LocalStorage("", name="proto_ddf.source_edit")
    """The same for a source that is edited."""
    source_id: str = ""
    """The source that is edited; empty for a new one."""
    more: bool = False
    """Whether "More options" is unfolded."""
    starting: str = ""
    """"test" or "connect" while that is being started."""
    folders: list[str] = []
    """The folders that files may be read from."""

    @rx.var
    def working(self) -> bool:
        """Whether a test or a connection is running."""
        return bool(self.starting) or self.operation.state in _RUNNING

    @rx.var
    def waiting(self) -> bool:
        """Whether nothing can be started now."""
        return self.working or bool(self.uploading)

    @rx.var
    def integration_status(self) -> IntegrationStatus:
        return integration_status(self._flow(bool(self.starting)))

    @rx.var
    def integration_message(self) -> str:
        return integration_message(self._flow(bool(self.starting)))

    @rx.event
    async def load(self) -> Any:
        """Show the draft, or the source that `?source=` names, and the operation that belongs to it."""
        self.max_upload_mb = get_settings().max_upload_mb
        self.folders = [str(folder) for folder in allowed_roots()]
        self.starting = ""
        self.uploading = []
        self.field_errors = {}
        self._clear_error()
        self._show_operation(None)
        self.source_id = self.router.url.query_parameters.get("source", "")
        draft = load_draft(self.edit_draft if self.source_id else self.draft)
        stored = await asyncio.to_thread(stored_draft, self.source_id) if self.source_id else None
        self._set_saved_secrets(stored)
        if draft.source_id != self.source_id:
            if stored is None:
                return rx.redirect(f"/sources/{self.source_id}")
            draft = stored
        self._show_draft(await asyncio.to_thread(without_lost_secrets, draft))
        self.more = self.more or uses_advanced(draft)
        return self._watch(draft.operation_id) if draft.operation_id else None

    def _restore(self) -> None:
        """Fill the form as the page shows it, for events that come before `load`."""
        source_id = self.router.url.query_parameters.get("source", "")
        draft = load_draft(self.edit_draft if source_id else self.draft)
        if draft.source_id == source_id:
            self.source_id = source_id
            self._show_draft(draft)

    def _show_draft(self, draft: Draft) -> None:
        """Assign only values that differ: an assigned value is sent and would overwrite text typed meanwhile."""
        if (self.kind, self.name) != (draft.kind, draft.name):
            self.kind, self.name = draft.kind, draft.name
        if self.values != draft.values:
            self.values = draft.values
        if self.files != draft.files:
            self.files = draft.files
        if self.typed != draft.typed:
            self.typed = draft.typed
        if self.form_round < draft.form_round:
            self.form_round = draft.form_round

    @rx.event
    def set_kind(self, kind: str) -> None:
        if kind not in KINDS or self.source_id:
            return
        self.kind = kind
        self.uploading = []  # uploads end when their control is removed; typed secrets are lost too
        self._forget_typed()
        self.more = uses_advanced(self._draft())
        self.field_errors = {}
        self._edited()

    @rx.event
    def toggle_more(self) -> None:
        """Unfold or fold "More options"."""
        self.more = not self.more

    @rx.event
    def set_name(self, name: str) -> None:
        self.name = name
        self._clear_field_error("name")
        self._keep()

    @rx.event
    def set_value(self, key: str, value: str) -> None:
        """Set a text, select or path field; `key` comes from `field_key`."""
        if key not in self.values or is_secret_key(key):
            return
        self.values[key] = value
        self._clear_form_error(key)
        self._edited()

    @rx.event
    def set_switch(self, key: str, on: bool) -> None:
        self.set_value(key, "true" if on else "false")

    @rx.event
    def start_over(self) -> Any:
        """Empty the form and delete its uploads and secrets."""
        paths = [file.path for files in self.files.values() for file in files]
        secrets = [self.values[key] for kind in KINDS for key in secret_keys(kind)]
        self._forget_draft()
        self._forget_typed()
        self.more = False
        return [
            NewSourceState.load,
            NewSourceState.discard_files(paths),
            NewSourceState.discard_secrets(secrets),
        ]

    @rx.event(background=True)
    async def test_connection(self, form: dict[str, Any] | None = None) -> AsyncIterator[Any]:
        """Test the connection, stage by stage, and save nothing."""
        async for event in self._begin("test", form or {}):
            yield event

    @rx.event(background=True)
    async def connect(self, form: dict[str, Any] | None = None) -> AsyncIterator[Any]:
        """Test the connection and save the source."""
        async for event in self._begin("connect", form or {}):
            yield event

    async def _begin(self, what: str, form: dict[str, Any]) -> AsyncIterator[Any]:
        async with self:
            if is_second_click(self.starting or self.operation.state in _RUNNING):
                return
            self.starting = what
            self._take_typed(form)
            self.field_errors = {}
            self._clear_error()
            self._retry_by("test_connection" if what == "test" else "connect")
            typed = bool(self.typed)
        if typed:
            yield rx.call_script(SEND)
        await self._until_sent()
        async with self:
            failed = bool(self.field_errors)  # an upload failed, or a secret could not be stored
            draft = self._draft()
            draft.values |= self.usable_secrets
            if failed:
                self.starting = ""
                after = self._focus_first_error()
        if failed:
            yield after
            return
        try:
            form_errors = await asyncio.to_thread(find_form_errors, draft, naming=what == "connect")
            operation_id = (
                "" if form_errors else await asyncio.to_thread(start_operation, what, draft)
            )
            view = await asyncio.to_thread(service.view, operation_id) if operation_id else None
        except Exception as error:
            async with self:
                self.starting = ""
                shown = self.handle_error(error, f"{what} source", kind=draft.kind)
            yield shown
            return
        async with self:
            self.starting = ""
            if form_errors:
                self._show_operation(None)
                for form_error in reversed(form_errors):
                    self.handle_error(form_error, f"{what} source")
            else:
                if view:
                    self._show_operation(view)  # now: a change that comes late must not hide it
                self._keep(operation_id)
            after = self._focus_first_error() if form_errors else self._watch(operation_id)
        yield after

    async def _until_sent(self) -> None:
        """Wait until all files and secrets have been sent, or the tab is closed."""
        while True:
            async with self:
                sending = self.uploading or (self.typed and not self.field_errors)
                if not sending or not is_connected(self):
                    return
            await asyncio.sleep(_SENT_SECONDS)

    def _take_typed(self, form: dict[str, Any]) -> None:
        """Take the values of the text controls and whether a secret is typed, because earlier events may arrive later
        or may have been lost with the connection."""
        self.name = str(form.get(TYPED_NAME, self.name))
        typed = {key: form.get(typed_name(key)) for key in self.values if not is_secret_key(key)}
        given = {key: text for key, text in typed.items() if isinstance(text, str)}
        if given.items() - self.values.items():
            self.values = self.values | given
        for key in secret_keys(self.kind):
            if form.get(typed_name(key)):
                self._set_typed(key, True)
        self._keep()

    def _operation_ended(self) -> Any:
        over = self.operation
        if over.state == "succeeded" and over.kind == "connect_source":
            self._forget_draft()
            self._show_operation(None)
            return rx.redirect(f"/sources/{over.output['save']['source_id']}")
        if over.state == "failed" and over.error:
            self._mark(over.error)
            return self._focus_first_error()
        return None

    def _mark(self, error: dict[str, Any]) -> None:
        """Show an operation's error also at the field at fault."""
        own = [field.name for field in form_of(self.kind)]
        field = error.get("field")
        if field == "path" and field not in own:  # the catalogue uses "path" for any file field
            field = next((f.name for f in form_of(self.kind) if f.widget == "file"), None)
        if field in (*own, "name"):
            self.field_errors = {**self.field_errors, field: error["message"]}

    def _focus_first_error(self) -> Any:
        """Focus the first field at fault, in the order of the form."""
        ids = [("name", "source-name")]
        for field in form_of(self.kind):
            key = field_key(self.kind, field.name)
            ids.append((field.name, f"{key}-upload" if self.files.get(key) else key))
        first = next((element_id for name, element_id in ids if self.field_errors.get(name)), None)
        advanced = (field.name for field in form_of(self.kind) if field.advanced)
        self.more = self.more or any(self.field_errors.get(name) for name in advanced)
        return focus(first) if first else None

    def _draft(self) -> Draft:
        files = {key: [replace(file) for file in files] for key, files in self.files.items()}
        values = dict(self.values)
        return Draft(
            self.kind,
            self.name,
            values,
            files,
            self.operation.id,
            self.source_id,
            list(self.typed),
            self.form_round,
        )

    def _edited(self) -> None:
        """Store the draft and remove the result of an earlier test. What follows that test ends by itself: an event
        to end it could come late, and end what follows the next one."""
        if self.operation.state not in _RUNNING:
            self._show_operation(None)
        self._keep()

    def _keep(self, operation_id: str | None = None) -> None:
        draft = self._draft()
        if operation_id is not None:
            draft.operation_id = operation_id
        self._store(dump_draft(draft))

    def _forget_draft(self) -> None:
        self._suggested = ""
        self._store("")

    def _store(self, text: str) -> None:
        if self.source_id:
            self.edit_draft = text
        else:
            self.draft = text
