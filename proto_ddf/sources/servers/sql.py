"""The pieces that statements are made of. They are run by `exec_driver_sql`: names are quoted by the dialect, percent
signs in them doubled, and values bound as `%s`."""

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
        """Those, or all, with commas between."""
        chosen = [c.name for c in self._table.columns] if names is None else names
        return ", ".join(self._quote(name) for name in chosen)


def bounded_count(source: str, bound: int) -> str:
    """How many rows FROM `source` gives, told up to one more than `bound`."""
    return f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {bound + 1}) AS counted"


def sendable(text: str) -> str:
    """Without what no text of a database can hold: NUL, and halves of UTF-16 pairs."""
    return text.encode(errors="ignore").decode().replace("\0", "")
