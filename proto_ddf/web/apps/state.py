"""States of the apps pages: the list, one app with its log, and the actions on an app."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from proto_ddf import change_events
from proto_ddf.hosting import app_logs
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting.records import AppView
from proto_ddf.operations import service
from proto_ddf.operations.kinds.apps import AppInput
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 2.0
"""How often health, memory and log are read while the page is open."""
_LOG_LINES = 400
_ACTIONS = ("start", "stop", "restart", "protect", "unprotect", "delete")


class AppActions(ErrorMixin, mixin=True):
    """Start, stop, restart, protect and delete an app, each as an operation."""

    busy: dict[str, str] = {}
    """The running action, by slug."""

    @rx.event(background=True)
    async def act(self, action: str, slug: str) -> AsyncIterator[Any]:
        """Do one of `_ACTIONS`. A second click while one is running does nothing."""
        async with self:
            if action not in _ACTIONS or not isinstance(slug, str):
                return
            if is_second_click(slug in self.busy):
                return
            self._clear_error()
            self.busy = {**self.busy, slug: action}
        try:
            ended = await _run_to_end(f"{action}_app", AppInput(slug=slug))
        except Exception as error:
            async with self:
                self._retry_by("act", action, slug)
                shown = self.handle_error(error, f"{action} app", app=slug)
            yield shown
        else:
            async for event in self._after(ended, action):
                yield event
        finally:
            async with self:
                self.busy = {name: what for name, what in self.busy.items() if name != slug}

    async def _after(self, ended: OperationView, action: str) -> AsyncIterator[Any]:
        if ended.state == "failed" and ended.error:
            async with self:
                self._retry_operation_id = ended.id
                shown = self._show_error(ended.error, ended.title)
            yield shown
        elif action == "delete" and ended.state == "succeeded":
            yield rx.redirect("/apps")


async def _run_to_end(kind: str, given: AppInput) -> OperationView:
    """Start an operation and wait until it has ended."""
    operation_id = await asyncio.to_thread(service.start, kind, given)
    with change_events.subscribe(operation_id) as changes:
        while True:
            view = await asyncio.to_thread(service.view, operation_id)
            if view is None or view.finished_at is not None:
                break
            await changes.wait(_REFRESH_SECONDS)
    if view is None:
        raise LookupError(f"operation {operation_id} is gone")
    return view


class AppsState(AppActions, rx.State):
    """The list of apps."""

    apps: list[AppView] = []
    loaded: bool = False

    @rx.event(background=True, supersedes=True)
    async def follow_apps(self) -> AsyncIterator[Any]:
        """Refresh the list while the page is open (on_load)."""
        async with self:
            self.busy = {}  # it is left over if the server was killed meanwhile
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            try:
                apps = await asyncio.to_thread(hosted.list_apps)
            except Exception as error:
                async with self:
                    self._retry_by("follow_apps")
                    shown = self.handle_error(error, "list apps")
                yield shown
                return
            async with self:
                if self.error_retrying:
                    self._clear_error()
                if apps != self.apps:
                    self.apps = apps
                self.loaded = True


class AppState(AppActions, rx.State):
    """One app and the tail of its log."""

    app: AppView | None = None
    loaded: bool = False
    log: list[str] = []
    log_search: str = ""
    log_following: bool = True
    """Whether new lines are shown when they are written."""

    @rx.event
    async def set_log_search(self, text: str) -> None:
        self.log_search = text
        if self.app is not None:
            self.log = await asyncio.to_thread(app_logs.app_log, self.app.slug, _LOG_LINES, text)

    @rx.event
    def set_log_following(self, following: bool) -> None:
        self.log_following = following

    @rx.event(background=True, supersedes=True)
    async def follow_app(self) -> AsyncIterator[Any]:
        """Refresh the app and its log while the page is open (on_load)."""
        async with self:
            page = self.router.url.path
            self.busy = {}  # it is left over if the server was killed meanwhile
            if self.app is None or self.app.slug != _slug_of(page):
                self.app, self.log, self.loaded = None, [], False
                self.log_search, self.log_following = "", True
        slug = _slug_of(page)
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            search, failed = self.log_search, self._retry_operation_id
            try:
                app, lines = await asyncio.to_thread(_read_app, slug, search)
                went_on = bool(failed) and not await asyncio.to_thread(_is_failed, failed)
            except Exception as error:
                async with self:
                    self._retry_by("follow_app")
                    shown = self.handle_error(error, "show app", app=slug)
                yield shown
                return
            async with self:
                went_on = went_on and self._retry_operation_id == failed
                if went_on:
                    self._retry_operation_id = ""
                if self.error_retrying or went_on:
                    self._clear_error()
                self._show(app, lines, search)

    def _show(self, app: AppView | None, lines: list[str], search: str) -> None:
        if app != self.app:
            self.app = app
        is_current = search == self.log_search  # the text may have been changed meanwhile
        if self.log_following and is_current and lines != self.log:
            self.log = lines
        self.loaded = True


def _read_app(slug: str, search: str) -> tuple[AppView | None, list[str]]:
    app = hosted.get_app(slug)
    return app, app_logs.app_log(slug, _LOG_LINES, search) if app else []


def _is_failed(operation_id: str) -> bool:
    """Whether it still stands as it failed: a repair may have let it go on."""
    view = service.view(operation_id)
    return view is not None and view.state == "failed"


def _slug_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]
