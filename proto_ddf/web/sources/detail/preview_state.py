"""State of the preview: the rows of one table of a source, in pages, with search and sorting."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from proto_ddf.errors import ValidationError
from proto_ddf.sources.connected import store
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType, PreviewPage
from proto_ddf.web.shared.state.errors import ErrorMixin

PAGE_SIZE = 50
CUT_AT = 80
"""Characters of a value that the table shows."""
WHOLE_AT_MOST = 100_000
"""Characters of a value that are sent when it is shown whole."""

_NUMBERS = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT}


@dataclass
class HeadCell:
    """A column of the preview."""

    name: str = ""
    numeric: bool = False


@dataclass
class Cell:
    """A shown value."""

    text: str = ""
    kind: str = "text"
    """text, null, empty or cut."""


class PreviewState(ErrorMixin, rx.State):
    """The open table on a source's page."""

    source_id: str = ""
    table_names: list[str] = []
    table: str = ""
    tab: str = "rows"
    """The open tab: "rows" or "columns"."""
    search: str = ""
    sort: str = ""
    """The sorted column; empty for the source's own order."""
    descending: bool = False
    offset: int = 0
    """Offset of the requested page."""
    shown_offset: int = 0
    """Offset of the shown rows."""
    total: int = 0
    at_least: bool = False
    """Whether there are more rows than `total`, where counting stopped."""
    head: list[HeadCell] = []
    rows: list[list[Cell]] = []
    loading: bool = False
    whole_column: str = ""
    whole_text: str = ""
    """The value that is shown whole."""
    whole_shown: bool = False

    @rx.var
    def last_row(self) -> int:
        """Number of the last row shown, counted from 1."""
        return self.shown_offset + len(self.rows)

    @rx.var
    def page_number(self) -> int:
        return self.offset // PAGE_SIZE + 1

    @rx.var
    def page_count(self) -> int:
        """The number of known pages. If counting stopped, there is at least one more."""
        return max(1, -(-(self.total + self.at_least) // PAGE_SIZE))

    @rx.event
    def open_source(self, source_id: str, table_names: list[str]) -> Any:
        """Show a source's tables. The open table stays open if it still exists."""
        known = source_id == self.source_id and self.table in table_names
        self.source_id, self.table_names = source_id, table_names
        if known:
            return PreviewState.read_page
        self.tab = "rows"
        return self._open(table_names[0] if table_names else "")

    @rx.event
    def open_table(self, table: str) -> Any:
        return self._open(table) if table in self.table_names else None

    @rx.event
    def set_tab(self, tab: str) -> None:
        """Choose the tab. It stays when another table of the source is opened."""
        self.tab = "columns" if tab == "columns" else "rows"

    @rx.event
    def set_search(self, text: str) -> Any:
        self.search, self.offset = text, 0
        return PreviewState.read_page

    @rx.event
    def sort_by(self, column: str) -> Any:
        """Sort by a column: ascending, then descending, then not at all."""
        if column not in [cell.name for cell in self.head]:
            return None
        if column != self.sort:
            self.sort, self.descending = column, False
        elif not self.descending:
            self.descending = True
        else:
            self.sort, self.descending = "", False
        self.offset = 0
        return PreviewState.read_page

    @rx.event
    def turn_page(self, by: int) -> Any:
        """Go `by` pages forward, or back if negative, but not beyond the first and the last page."""
        last = (self.page_count - 1) * PAGE_SIZE
        self.offset = max(0, min(last, self.offset + int(by) * PAGE_SIZE))
        return PreviewState.read_page

    @rx.event(background=True, supersedes=True)
    async def read_page(self) -> AsyncIterator[Any]:
        """Read the rows for the search, the sorting and the page."""
        async with self:
            self._retry_by("read_page")
            if not self.table:
                return
            self.loading = True
            asked = self._query()
        try:
            page, numeric = await asyncio.to_thread(_read_page, **asked, limit=PAGE_SIZE)
        except Exception as error:
            async with self:
                self.loading = False
                shown = self.handle_error(error, "preview a table", table=asked["table"])
            yield shown
            return
        async with self:
            self._clear_error()
            self.loading = False
            self.total, self.at_least, self.shown_offset = page.total, page.at_least, page.offset
            self.head = [HeadCell(name, name in numeric) for name in page.columns]
            self.rows = [[_cell(value) for value in row] for row in page.rows]

    @rx.event(background=True, supersedes=True)
    async def show_whole(self, row: int, column: int) -> AsyncIterator[Any]:
        """Show the whole of a value that was cut; `row` and `column` count from 0 on the shown page."""
        async with self:
            asked = self._query()
        asked["offset"] += max(0, int(row))
        try:
            page, _ = await asyncio.to_thread(_read_page, **asked, limit=1)
            name, value = page.columns[column], page.rows[0][column]
        except IndexError:
            return
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "show a value", table=asked["table"])
            yield shown
            return
        async with self:
            self.whole_column = name
            self.whole_text = _text(value)[:WHOLE_AT_MOST]
            self.whole_shown = True

    @rx.event
    def set_whole_shown(self, shown: bool) -> None:
        self.whole_shown = bool(shown)

    def _open(self, table: str) -> Any:
        self.table = table
        self.search = self.sort = ""
        self.descending = False
        self.offset = self.total = 0
        self.at_least = False
        self.head, self.rows = [], []
        return PreviewState.read_page

    def _query(self) -> dict[str, Any]:
        return {
            "source_id": self.source_id,
            "table": self.table,
            "search": self.search.strip(),
            "sort": self.sort or None,
            "descending": self.descending,
            "offset": self.offset,
        }


def _read_page(source_id: str, table: str, **query: Any) -> tuple[PreviewPage, set[str]]:
    """A page, and the names of its numeric columns."""
    view = store.get_source(source_id)
    try:
        columns = view.schema.table(table).columns
    except KeyError:
        raise ValidationError(
            f"There is no table {table!r}.", "table", table, code="table_unknown", table=table
        ) from None
    page = store.open_source(view).preview(PageRequest(table, **query))
    return page, {column.name for column in columns if column.type in _NUMBERS}


def _cell(value: Any) -> Cell:
    if value is None:
        return Cell("null", "null")
    text = _text(value)
    if text == "":
        return Cell("empty", "empty")
    shown = " ".join(text[: CUT_AT * 2].split())
    if len(text) > CUT_AT or "\n" in text:
        return Cell(shown[:CUT_AT], "cut")
    return Cell(text, "text")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"{len(value)} bytes: {value[: WHOLE_AT_MOST // 2].hex(' ')}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float):
        return f"{value:.12g}"  # without the rounding errors of binary fractions
    return str(value)
