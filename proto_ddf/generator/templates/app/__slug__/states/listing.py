"""The state of a table's list: search, filters, order, and the resulting page of rows. The page's address says all of
it, so that it can be shared, and that back and forward work."""

import asyncio
import json
from typing import Any, ClassVar

import reflex as rx

from ..data import COUNT_LIMIT, count_rows, fetch_page, fetch_whole
from ..errors import DataError, Problem
from ..filter_chips import with_names
from ..filter_conditions import no_match_reason
from ..filters import Query
from ..list_addresses import LONGEST, ListAddress
from ..rows import Row
from ..sign_in import may_edit
from ..views import TableView
from .addresses import AddressMixin
from .columns import ColumnsMixin
from .exporting import ExportMixin
from .filtering import FilterMixin
from .named_views import NamedViewsMixin
from .selecting import SelectionMixin

PAGE_SIZES = (25, 50, 100)


class ListMixin(
    AddressMixin,
    FilterMixin,
    ColumnsMixin,
    NamedViewsMixin,
    SelectionMixin,
    ExportMixin,
    mixin=True,
):
    """The list of one table. The page's state sets the table in `view`."""

    view: ClassVar[TableView]

    rows: list[Row] = []
    loading: bool = True
    may_add: bool = False  # until it is known, so that a viewer never sees the link
    problem: Problem = Problem()
    search: str = ""
    sort: str = ""
    descending: bool = False
    page_size: int = PAGE_SIZES[0]
    position: int = 0
    """Number of rows before this page."""
    total: int = -1
    """Number of matching rows; -1 while they are counted."""
    has_next: bool = False
    whole_title: str = ""
    whole_text: str = ""
    _cursors: list[tuple[Any, ...]] = []
    """The cursor of each row of the page."""

    @rx.var
    def range_text(self) -> str:
        """Which rows are shown, and of how many. The browser groups the digits."""
        if not self.rows:
            return "No rows" if self.total == 0 else ""
        shown = f"{self.position + 1}\N{EN DASH}{self.position + len(self.rows)}"
        if self.total < 0:
            return f"{shown} of …"
        more = "+" if self.total >= COUNT_LIMIT and (self.search or self.conditions) else ""
        return f"{shown} of {self.total}{more}"

    @rx.var
    def is_narrowed(self) -> bool:
        """Whether a search or a filter is active."""
        return bool(self.search.strip() or self.conditions)

    @rx.event
    def opened(self):
        """When the page is opened, or its address changes: show what the address says."""
        self.may_add = may_edit()
        if self._is_own_move():
            return None
        self.filter_open = self.views_open = False
        self.selected_task = ""
        asked = ListAddress.read(self.view, self.router.url.query)
        self.search, self.conditions = asked.search, list(asked.conditions)
        self.match_any, self.sort, self.descending = asked.match_any, asked.sort, asked.descending
        self.asked_columns = ",".join(asked.columns)
        self._drop_hidden_order()
        return [self.__class__.reload, *self._rewritten()]

    @rx.event(background=True, supersedes=True)
    async def reload(self):
        """Load the first page, and count the matching rows."""
        async with self:
            self.loading = True
            query, size = self._query(), self.page_size
        try:
            page = await asyncio.to_thread(fetch_page, self.view, query, size)
            async with self:
                self._show(page, 0, page.has_more)
                self.total = -1
            named = await asyncio.to_thread(with_names, self.view, query.conditions)
            async with self:
                if tuple(self.conditions) == query.conditions:
                    self.conditions = named
            total = await asyncio.to_thread(count_rows, self.view, query)
            async with self:
                self.total = total
        except DataError as error:
            async with self:
                self._fail(error)

    @rx.event(background=True, supersedes=True)
    async def turn_page(self, forward: bool):
        """Show the rows after this page, or those before it."""
        async with self:
            query, size, position = self._query(), self.page_size, self.position
            cursors, shown = self._cursors, len(self.rows)
            if not cursors or (not forward and position == 0):
                return
            self.loading = True
        start = position + shown if forward else max(0, position - size)
        edge = {"after": cursors[-1]} if forward else {"before": cursors[0]}
        try:
            page = await asyncio.to_thread(fetch_page, self.view, query, size, offset=start, **edge)
        except DataError as error:
            async with self:
                self._fail(error)
            return
        async with self:
            at_start = not forward and not page.has_more
            self._show(page, 0 if at_start else start, page.has_more if forward else True)

    @rx.event
    def set_search(self, text: str):
        """Search all visible fields."""
        self.search = text[:LONGEST]
        return self._changed(replace=True)

    @rx.event
    def set_page_size(self, size: str):
        """Set the number of rows per page."""
        if size in map(str, PAGE_SIZES):
            self.page_size = int(size)
        return self.__class__.reload

    @rx.event
    def sort_by(self, name: str):
        """Sort by the field: ascending, then descending, then by key again."""
        if name not in self.view.by_name:
            return None
        if self.sort != name:
            self.sort, self.descending = name, False
        elif not self.descending:
            self.descending = True
        else:
            self.sort, self.descending = "", False
        return self._changed()

    @rx.event
    def clear_all(self):
        """Remove the search and all filters."""
        self.search = ""
        self.conditions = []
        return self._changed()

    @rx.event
    async def show_whole(self, row: int, column: int):
        """Show the complete text of a cell that the list shortens."""
        field, at = self.view.visible_fields[int(column)], int(row)
        try:
            self.whole_text = await asyncio.to_thread(
                fetch_whole,
                self.view,
                self._query(),
                field.name,
                cursor=self._cursors[at],
                position=self.position + at,
            )
            self.whole_title = field.label
        except DataError as error:
            self._fail(error)

    @rx.event
    def close_whole(self):
        """Close the complete text."""
        self.whole_title = self.whole_text = ""

    def _query(self) -> Query:
        return self._asked().rows()

    def _shown_address(self) -> str:
        """The address of what is shown."""
        columns = tuple(self.columns)
        usual = columns == self.view.default_columns and not self.chosen_columns
        return self._written(() if usual else columns)

    def _whole_address(self) -> str:
        return self._written(tuple(self.columns))

    def _written(self, columns: tuple[str, ...] = ()) -> str:
        return self._asked(columns).written(self.view)

    def _asked(self, columns: tuple[str, ...] = ()) -> ListAddress:
        return ListAddress(
            search=self.search,
            conditions=tuple(self.conditions),
            match_any=self.match_any,
            sort=self.sort,
            descending=self.descending,
            columns=columns,
        )

    def _changed(self, *, replace: bool = False) -> Any:
        """Load the rows, and put what is shown into the page's address. A search that is being typed makes no entry in
        the browser's history."""
        return [self.__class__.reload, *self._move(self._shown_address(), replace=replace)]

    def _columns_changed(self) -> Any:
        return self._changed(replace=True) if self._drop_hidden_order() else self._rewritten()

    def _drop_hidden_order(self) -> bool:
        """No list is sorted by a hidden column. True if this one was."""
        was_sorted = self.sort not in ("", *self.columns)
        if was_sorted:
            self.sort, self.descending = "", False
        return was_sorted

    def _rewritten(self) -> list[Any]:
        """Put what is shown into the page's address, where that loads nothing and is no step of the history."""
        address = self._shown_address()
        if self._is_at(address):
            return []
        script = f"history.replaceState(history.state, '', {json.dumps(address)})"
        return [rx.call_script(script)]

    def _show(self, page: Any, position: int, has_next: bool) -> None:
        self.rows = page.rows
        self._cursors = page.cursors
        self.position, self.has_next = position, has_next
        self.loading, self.problem = False, Problem()
        wrong = "" if self.match_any else no_match_reason(self.view, self.conditions)
        if wrong:
            self.problem = Problem(
                "Nothing matches", wrong, "Remove this filter, or choose another value."
            )

    def _fail(self, error: DataError) -> None:
        self.loading, self.problem = False, error.problem
