"""The state of the connections of a row with others, through tables of two foreign keys."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import reflex as rx

from ..data import fetch_row
from ..errors import DataError, Problem
from ..keys import decode_key
from ..link_changes import add_link, remove_link
from ..links import LinkedRows, linkable_rows, linked_rows
from ..relations import Option
from ..views import TableView


class LinkMixin(rx.State, mixin=True):
    """Lists, adds and removes the connections of the row that the page shows."""

    view: ClassVar[TableView]

    linked: list[LinkedRows] = []
    link_problem: Problem = Problem()
    """Why a connection was not added or removed."""
    link_picker: str = ""
    """The name of the link whose options are open."""
    link_options: list[Option] = []

    @rx.event
    async def open_link_picker(self, name: str, is_open: bool):
        """Open or close the rows that can be connected."""
        self.link_picker, self.link_options = (name, []) if is_open else ("", [])
        if is_open:
            await self._find_linkable("")

    @rx.event
    async def find_linkable(self, words: str):
        """Search the rows that can be connected."""
        await self._find_linkable(words[:100])

    @rx.event
    async def connect(self, link: str, snapshot: str, value: str, page: str):
        """Connect the row of that page with another one."""
        self.link_picker = ""
        await self._change_links(page, add_link, self.view, link, snapshot, value)

    @rx.event
    async def disconnect(self, link: str, snapshot: str, page: str):
        """Remove a connection of the row of that page."""
        await self._change_links(page, remove_link, self.view, link, snapshot)

    async def _change_links(self, page: str, change: Callable[..., None], *given: Any) -> None:
        self.link_problem = Problem()
        try:
            await asyncio.to_thread(change, *given)
        except DataError as error:
            self.link_problem = error.problem
        if page == self.router.url.path.rstrip("/"):
            await self._load_links()

    async def _load_links(self) -> None:
        key = decode_key(self.view, self.router.url.path.rstrip("/").rpartition("/")[2])
        if key is None:
            return
        try:
            values = await asyncio.to_thread(fetch_row, self.view, key)
            self.linked = await asyncio.to_thread(linked_rows, self.view, values)
        except DataError as error:
            self.link_problem = error.problem

    async def _find_linkable(self, words: str) -> None:
        try:
            self.link_options = await asyncio.to_thread(
                linkable_rows, self.view, self.link_picker, words, self.linked
            )
        except DataError as error:
            self.link_picker, self.link_problem = "", error.problem
