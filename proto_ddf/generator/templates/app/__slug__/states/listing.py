"""The state of a table's list: search, filters, order, and the resulting page of rows."""

import asyncio
from typing import Any, ClassVar

import reflex as rx

from ..data import COUNT_LIMIT, count_rows, fetch_page, fetch_whole
from ..errors import DataError, Problem
from ..filter_addresses import address_conditions
from ..filter_chips import with_names
from ..filter_conditions import no_match_reason
from ..filters import Condition, Query
from ..rows import Row
from ..sign_in import may_edit
from ..views import TableView
from .exporting import ExportMixin
from .filtering import FilterMixin
from .selecting import SelectionMixin

PAGE_SIZES = (25, 50, 100)


class ListMixin(FilterMixin, SelectionMixin, ExportMixin, mixin=True):
    """The list of one table. The page's state sets the table in `view`."""

    view: ClassVar[TableView]

    rows: list[Row] = []
    loading: bool = True
    may_add: bool = False  # until it is known, so that a viewer never sees the link
    problem: Problem = Problem()
    search: str = ""
    sort: str = ""
    descending: bool = False
    chosen_columns: str = rx.LocalStorage("")
    """Names of the columns that this browser shows, separated by commas; empty: the default ones."""
    columns_version: int = 0
    """Incremented to draw the checkboxes of the menu again."""
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
    def columns(self) -> list[str]:
        """Names of the visible columns in their order; at least one."""
        chosen = self.chosen_columns.split(",")
        known = [field.name for field in self.view.visible_fields if field.name in chosen]
        return known or list(self.view.default_columns)

    @rx.var
    def is_narrowed(self) -> bool:
        """Whether a search or a filter is active."""
        return bool(self.search.strip() or self.conditions)

    @rx.event
    def opened(self):
        """When the page is opened: take filters from its address, then load."""
        self.may_add, self.selected_task = may_edit(), ""
        asked = address_conditions(self.view, self.router.url.query_parameters)
        if asked:
            self.search, self.conditions = "", asked
        return type(self).reload

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
        self.search = text[:200]
        return type(self).reload

    @rx.event
    def set_page_size(self, size: str):
        """Set the number of rows per page."""
        if size in map(str, PAGE_SIZES):
            self.page_size = int(size)
        return type(self).reload

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
        return type(self).reload

    @rx.event
    def show_column(self, name: str, is_shown: bool):
        """Show or hide a column; the last one cannot be hidden."""
        kept = [each for each in self.columns if each != name]
        chosen = [*kept, name] if is_shown else kept
        if not chosen:
            self.columns_version += 1
            return None
        self.chosen_columns = ",".join(chosen)
        if self.sort != name or is_shown:
            return None
        self.sort, self.descending = "", False
        return type(self).reload

    @rx.event
    def show_all_columns(self):
        """Show all columns."""
        self.columns_version += 1
        self.chosen_columns = ",".join(field.name for field in self.view.visible_fields)

    @rx.event
    def show_usual_columns(self):
        """Show the default columns again."""
        self.columns_version += 1
        self.chosen_columns = ""

    @rx.event
    def clear_all(self):
        """Remove the search and all filters."""
        self.search = ""
        self.conditions = []
        return type(self).reload

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
        conditions: tuple[Condition, ...] = tuple(self.conditions)
        return Query(self.search, conditions, self.sort, self.descending)

    def _show(self, page: Any, position: int, has_next: bool) -> None:
        self.rows = page.rows
        self._cursors = page.cursors
        self.position, self.has_next = position, has_next
        self.loading, self.problem = False, Problem()
        if wrong := no_match_reason(self.view, self.conditions):
            self.problem = Problem(
                "Nothing matches", wrong, "Remove this filter, or choose another value."
            )

    def _fail(self, error: DataError) -> None:
        self.loading, self.problem = False, error.problem
