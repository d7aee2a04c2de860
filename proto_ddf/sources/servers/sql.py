"""Parts of statements for `exec_driver_sql`: the dialect quotes names and doubles percent signs in them; values are bound
as `%s`."""

from collections.abc import Sequence

import sqlalchemy as sa

from proto_ddf.sources.servers.catalogue import CatalogTable


class QuotedNames:
    """Names of a table and its columns, quoted by the dialect."""

    def __init__(self, dialect: sa.Dialect, table: CatalogTable) -> None:
        self._quote = dialect.identifier_preparer.quote_identifier
        self._table = table

    @property
    def table(self) -> str:
        """With its namespace."""
        return f"{self._quote(self._table.namespace)}.{self._quote(self._table.name)}"

    def column(self, name: str) -> str:
        return self._quote(name)

    def columns(self, names: Sequence[str] | None = None) -> str:
        """These columns, or all, separated by commas."""
        chosen = [c.name for c in self._table.columns] if names is None else names
        return ", ".join(self._quote(name) for name in chosen)


def bounded_count(source: str, bound: int) -> str:
    """SQL that counts the rows FROM `source`, up to `bound` + 1."""
    return f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {bound + 1}) AS counted"


def sendable(text: str) -> str:
    """The text without characters that no database stores in texts: NUL, and halves of UTF-16 pairs."""
    return text.encode(errors="ignore").decode().replace("\0", "")
