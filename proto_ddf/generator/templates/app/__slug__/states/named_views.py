"""The views of a list that a person keeps under a name."""

import asyncio
from typing import ClassVar

import reflex as rx

from ..errors import DataError
from ..named_views import NamedView, forget_view, keep_view, named_views
from ..sign_in import person
from ..views import TableView


class NamedViewsMixin(rx.State, mixin=True):
    """Lists, keeps and removes the views."""

    view: ClassVar[TableView]

    kept_views: list[NamedView] = []
    views_open: bool = False
    views_problem: str = ""

    @rx.event
    def toggle_views(self, is_open: bool):
        """Open the list of views, or close it."""
        self.views_open, self.views_problem = is_open, ""
        return self.__class__.load_views if is_open else None

    @rx.event(background=True, supersedes=True)
    async def load_views(self):
        """Read the person's views of this list."""
        try:
            found = await asyncio.to_thread(named_views, self.view, person())
        except DataError as error:
            async with self:
                self.views_problem = _words(error)
            return
        async with self:
            self.kept_views = found

    @rx.event(background=True)
    async def keep_shown(self, form: dict[str, str]):
        """Keep what the list shows under the typed name."""
        async with self:
            address, self.views_problem = self._whole_address(), ""
        name = str(form.get("name") or "")
        try:
            await asyncio.to_thread(keep_view, self.view, person(), name, address)
        except DataError as error:
            async with self:
                self.views_problem = _words(error)
            return
        yield self.__class__.load_views

    @rx.event(background=True)
    async def forget(self, name: str):
        """Remove a view."""
        try:
            await asyncio.to_thread(forget_view, self.view, person(), name)
        except DataError as error:
            async with self:
                self.views_problem = _words(error)
            return
        yield self.__class__.load_views

    def _whole_address(self) -> str:
        """The address of what the list shows, with its columns."""
        raise NotImplementedError


def _words(error: DataError) -> str:
    problem = error.problem
    return " ".join(filter(None, (problem.message, problem.hint)))
