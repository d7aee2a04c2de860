"""What the links of a list's export refer to."""

from urllib.parse import quote

import reflex as rx

from ..filters import Query
from ..query_texts import query_text


class ExportMixin(rx.State, mixin=True):
    """Adds the query of the list's rows, for an address."""

    @rx.var
    def export_query(self) -> str:
        """The search, the filters and the order, as a part of an address."""
        return quote(query_text(self._query()), safe="")

    def _query(self) -> Query:
        """Which rows the list has."""
        raise NotImplementedError
