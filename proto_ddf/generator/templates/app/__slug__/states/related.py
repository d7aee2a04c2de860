"""The state of the rows that refer to the row of a page: turning them over, sorting, adding and changing them."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import reflex as rx

from ..errors import DataError, Problem
from ..keys import NEW
from ..related import (
    Place,
    Related,
    count_related,
    given_by,
    new_key,
    read_related,
    referring_pages,
    sorted_by,
    tell_total,
    turned,
)
from ..relations import Option
from ..row_page import load_form
from ..views import VIEWS, TableView
from .in_place import IN_PLACE


class RelatedMixin(rx.State, mixin=True):
    """The related rows of the row that the page shows, by relation."""

    view: ClassVar[TableView]

    related: list[Related] = []
    related_loading: bool = False
    related_problem: Problem = Problem()
    """Why related rows cannot be shown, or a form cannot be opened."""
    unfolded: str = ""
    """The relation among whose rows a form is shown."""
    added: Option = Option("", "")
    """The row that was added last: its relation, its name and its address."""
    _places: dict[str, Place] = {}
    """What is shown of each relation, by its name."""

    @rx.event(background=True)
    async def turn_related(self, name: str, forward: bool):
        """Show the rows of a relation after those that are shown, or those before them."""
        async with self:
            place, self.related_problem = self._places.get(name), Problem()
            may_turn = any(
                each.has_next if forward else not each.at_start
                for each in self.related
                if each.name == name
            )
        if place is not None and may_turn:
            await self._move(place, turned(place, bool(forward)))

    @rx.event(background=True)
    async def sort_related(self, name: str, field: str):
        """Sort the rows of a relation by a field: ascending, then descending, then by key again."""
        async with self:
            place, self.related_problem = self._places.get(name), Problem()
        if place is not None and field in referring_pages(self.view)[name][0].by_name:
            await self._move(place, sorted_by(place, field))

    @rx.event(background=True)
    async def unfold(self, name: str, key: str):
        """Show the form of a related row: its key is that in its address, or the one of a new row."""
        async with self:
            place, path = self._places.get(name), self._path()
            other = VIEWS[name.partition(".")[0]] if place else None
            if place is None or other is None or not other.editable or other.name not in IN_PLACE:
                return
            form = await self.get_state(IN_PLACE[other.name])
            if self.unfolded == name and form.form_key == key:
                return
            self.related_problem = Problem()
        given = given_by(place.query)
        key_text = NEW if key == new_key(other, given) else key.rpartition("/")[2]
        try:
            loaded = await asyncio.to_thread(load_form, other, key_text, given)
        except DataError as error:
            async with self:
                self.related_problem = error.problem
            return
        async with self:
            if self._path() != path:
                return
            form = await self.get_state(IN_PLACE[other.name])
            shown = new_key(other, given) if key_text == NEW else f"/{other.route}/{key_text}"
            form._show(loaded, shown, self.get_full_name(), path, name)
            self.unfolded, self.added = name, Option("", "")

    @rx.event(background=True)
    async def related_saved(self, name: str, added: str):
        """After the form of a related row was saved: read the rows again, and show which one was added."""
        async with self:
            places = list(self._places.values())
            if self.unfolded == name:
                self.unfolded = ""
            self.added = Option("", "")
            if name not in self._places:
                return
        other, _ = referring_pages(self.view)[name]
        if added:
            try:
                row = await asyncio.to_thread(load_form, other, added, {})
            except DataError:
                row = None  # it was removed meanwhile
            if row:
                async with self:
                    self.added = Option(name, row.name, f"/{other.route}/{added}")
        await self._read_related(places)

    async def _read_related(self, places: Sequence[Place]) -> None:
        """Show the rows at these places, one relation after the other, and then their numbers."""
        uncounted = [now for place in places if (now := await self._move(place, place))]
        async with self:
            self.related_loading = False
        for place in uncounted:
            try:
                total = await asyncio.to_thread(count_related, self.view, place)
            except DataError as error:
                async with self:
                    self.related_problem = error.problem
                return
            async with self:
                now = self._places.get(place.name)
                if now is None or now.query.conditions != place.query.conditions:
                    return  # another row is shown
                for block in self.related:
                    if block.name == place.name:
                        tell_total(block, total)

    async def _move(self, before: Place, place: Place) -> Place | None:
        """Show another place of a relation, unless it shows yet another one meanwhile. Returns what is shown then if it
        has to be counted."""
        try:
            block, now = await asyncio.to_thread(read_related, self.view, place)
        except DataError as error:
            async with self:
                self.related_problem = error.problem
            return None
        async with self:
            if self._places.get(place.name) != before:
                return None
            self._places[place.name] = now
            is_counted = block.total >= 0
            self._put(block)
        return None if is_counted else now

    def _put(self, block: Related) -> None:
        """Show a block in the place of the earlier one of its relation; a new one comes last."""
        for at, each in enumerate(self.related):
            if each.name == block.name:
                if block.total < 0:
                    tell_total(block, each.total)
                self.related[at] = block
                return
        self.related.append(block)

    def _begin_related(self, places: Sequence[Place]) -> None:
        """Show nothing until the rows at these places are read."""
        self.related, self._places = [], {place.name: place for place in places}
        self.related_loading = bool(places)
        self.unfolded, self.added, self.related_problem = "", Option("", ""), Problem()

    def _path(self) -> str:
        return self.router.url.path.rstrip("/")
