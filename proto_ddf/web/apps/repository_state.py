"""State of the code repository of an app: its form, and the operation that checks and saves it.

The browser never gets the token, nor a reference to it: it knows only that there is one (`KEPT`).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf import vault
from proto_ddf.errors import ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.escalation.codegen.remote_url import checked_url
from proto_ddf.operations.escalation.codegen.repository_kind import (
    KEPT,
    KIND,
    ConnectRepositoryInput,
)
from proto_ddf.operations.retention import references as retention_references
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.presence import is_connected
from proto_ddf.web.shared.state.second_click import is_second_click
from proto_ddf.web.shared.state.typed_secrets import SEND

FIELDS = ("remote_url", "token", "repo_id")
LARGEST_ID = 2**53
_SENT_SECONDS = 0.1


class RepositoryState(OperationMixin, rx.State):
    """The repository of the app whose slug is in the address."""

    _form_fields: ClassVar[frozenset[str]] = frozenset(FIELDS)

    slug: str = ""
    saved_url: str = ""
    """Empty if the app has no repository."""
    saved_id: str = ""
    has_token: bool = False
    form_open: bool = False
    remote_url: str = ""
    repo_id: str = ""
    token: str = ""
    """KEPT, the reference of a new one, or empty."""
    typed: bool = False
    """The control has a token that is not stored yet."""
    form_round: int = 0
    """Counts how often the control was replaced by an empty one: late events of an old one are ignored."""
    saving: bool = False

    @rx.event(background=True, supersedes=True)
    async def load(self) -> AsyncIterator[Any]:
        """Read the repository, and follow an operation that checks a new one (on_load)."""
        async with self:
            slug = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
            if slug != self.slug:
                self.slug, self.form_open = slug, False
                self.field_errors = {}
                self._forget_operation()
            self.saving = False  # it is left over if the server was killed meanwhile
            self._retry_by("load")
        try:
            saved, last = await asyncio.to_thread(_read, slug)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "show app", app=slug)
            yield shown
            return
        async with self:
            self._clear_error()
            self.saved_url = saved.remote_url if saved else ""
            self.saved_id = str(saved.repo_id) if saved else ""
            self.has_token = bool(saved and saved.token)
            watch = self._watch(last.id) if last else None
        if watch:
            yield watch

    @rx.event
    def open_form(self) -> EventSpec:
        """Open the form with what is saved."""
        self.remote_url, self.repo_id = self.saved_url, self.saved_id
        self.token = KEPT if self.has_token else ""
        self.typed, self.field_errors = False, {}
        self.form_round += 1
        self.form_open = True
        return focus(field_id("remote_url"))

    @rx.event
    def close_form(self) -> EventSpec:
        """Close the form without saving."""
        self.form_open = False
        return self._discard(self.token)

    @rx.event
    def set_remote_url(self, text: str) -> None:
        self.remote_url = text
        self._clear_field_error("remote_url")

    @rx.event
    def set_repo_id(self, text: str) -> None:
        self.repo_id = text
        self._clear_field_error("repo_id")

    @rx.event
    def set_typed(self, typed: bool, form_round: int) -> None:
        """The control has a token that is not stored yet, or no longer has."""
        if form_round == self.form_round:
            self.typed = bool(typed)
            if typed:
                self._clear_field_error("token")

    @rx.event
    def set_token(self, reference: str, form_round: int) -> EventSpec | None:
        """The typed token was stored under this reference; "" removes the stored one."""
        if reference and not vault.is_reference(reference):
            return None
        if form_round != self.form_round:
            return self._discard(reference)
        replaced, self.token = self.token, reference
        self.typed = False
        self._clear_field_error("token")
        return self._discard(replaced)

    @rx.event
    def refuse_token(self, message: str, form_round: int) -> None:
        """The typed token could not be stored. It stays in the control."""
        if form_round == self.form_round:
            self.field_errors = {**self.field_errors, "token": str(message)}

    @rx.event(background=True)
    async def discard_secrets(self, references: list[str]) -> None:
        """Delete secrets that nothing uses."""
        await asyncio.to_thread(retention_references.discard_secrets, references)

    @rx.event(background=True)
    async def save(self, slug: str, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Check and save the repository. `form` has the texts of the controls: earlier events may have been lost."""
        async with self:
            if is_second_click(self.saving) or not self.form_open or slug != self.slug:
                return
            self.saving, self.field_errors = True, {}
            self._clear_error()
            self.remote_url = str(form.get("repository url", self.remote_url))
            self.repo_id = str(form.get("repository id", self.repo_id))
            self.typed = self.typed or bool(form.get("repository token"))
            typed = self.typed
        if typed:
            yield rx.call_script(SEND)
        await self._until_sent()
        yield await self._start()

    async def _start(self) -> EventSpec | None:
        async with self:
            if self.field_errors:  # the token could not be stored
                self.saving = False
                return None
            given = self.slug, self.remote_url, self.token, self.repo_id
        found = _form_errors(given[1], given[3])
        try:
            operation_id = "" if found else await asyncio.to_thread(_start, *given)
        except Exception as error:
            found = [error]
        async with self:
            if not found:
                return self._watch(operation_id)
            self.saving = False
            shown = [self.handle_error(each, "connect a repository") for each in found]
            return self._focus_first_error() or shown[0]

    async def _until_sent(self) -> None:
        """Wait until the token has been sent, or the tab is closed."""
        while True:
            async with self:
                if not self.typed or self.field_errors or not is_connected(self):
                    return
            await asyncio.sleep(_SENT_SECONDS)

    @rx.event(background=True)
    async def remove(self, slug: str) -> AsyncIterator[Any]:
        """Forget the repository of an app. Nothing in it changes."""
        async with self:
            self._retry_by("remove", slug)
        try:
            await asyncio.to_thread(repositories.remove, slug)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "remove a repository", app=slug)
            yield shown
            return
        yield RepositoryState.load

    def _operation_ended(self) -> Any:
        self.saving = False
        over = self.operation
        if over.state == "failed" and over.error:
            field = over.error.get("field")
            if field not in FIELDS or not self.form_open:
                return None
            self.field_errors = {**self.field_errors, field: over.error["message"]}
            self._forget_operation()  # it is corrected in the form
            return self._focus_first_error()
        if over.state == "succeeded":
            self.form_open = False
        self._forget_operation()
        return RepositoryState.load

    def _focus_first_error(self) -> EventSpec | None:
        wrong = next((name for name in FIELDS if name in self.field_errors), "")
        return focus(field_id(wrong)) if wrong and self.form_open else None

    def _discard(self, reference: str) -> EventSpec:
        discarding: EventSpec = RepositoryState.discard_secrets(
            [reference] if reference != KEPT else []
        )
        return discarding


def field_id(name: str) -> str:
    return f"repository-{name.replace('_', '-')}"


def _read(slug: str) -> tuple[repositories.Repository | None, OperationView | None]:
    """The repository, and the operation that the page should show: one that runs."""
    last = service.last_for(slug, KIND)
    return repositories.find(slug), last if last and last.state in ("pending", "running") else None


def _form_errors(url: str, repo_id: str) -> list[Exception]:
    """What is wrong with the form, each error at its field."""
    found: list[Exception] = []
    try:
        checked_url(url)
    except ValidationError as error:
        found.append(error)
    text = repo_id.strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
        found.append(
            ValidationError(
                "The number is missing.",
                "repo_id",
                text[:40],
                code="number_required",
                label="The number at Codegen",
                minimum=1,
                maximum=LARGEST_ID,
            )
        )
    return found


def _start(slug: str, url: str, token: str, repo_id: str) -> str:
    """Start the operation; returns its id."""
    given = ConnectRepositoryInput(app=slug, remote_url=url, token=token, repo_id=int(repo_id))
    return service.start(KIND, given)
