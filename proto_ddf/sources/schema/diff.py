"""The differences between two versions of a source's schema, as texts for people. Row counts and comments are
ignored."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from proto_ddf.sources.schema.model import ColumnInfo, ForeignKey, SourceSchema, TableInfo

MOST_CHOICES_SHOWN = 6


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChangeLine(_Frozen):
    """One change, as an entry of a list."""

    tone: Literal["added", "removed", "changed"]
    table: str
    what: str = ""
    """The change as text; empty if the whole table was added or removed."""


class ColumnChange(_Frozen):
    column: str
    what: tuple[str, ...]
    """Texts such as "type: integer → text" or "may be empty now"."""


class TableChange(_Frozen):
    table: str
    added: tuple[str, ...] = ()
    """Names of columns."""
    removed: tuple[str, ...] = ()
    changed: tuple[ColumnChange, ...] = ()
    keys: tuple[str, ...] = ()
    """Changes of its primary key and its foreign keys, as texts."""


class SchemaChanges(_Frozen):
    """All changes. The object is false if present are none."""

    tables_added: tuple[str, ...] = ()
    tables_removed: tuple[str, ...] = ()
    tables: tuple[TableChange, ...] = ()
    """Tables that exist in both versions."""

    def __bool__(self) -> bool:
        return bool(self.tables_added or self.tables_removed or self.tables)

    def summary(self) -> str:
        """ "2 tables added, 1 column removed"; empty if nothing changed."""
        counts = (
            (len(self.tables_added), "table", "added"),
            (len(self.tables_removed), "table", "removed"),
            (sum(len(table.added) for table in self.tables), "column", "added"),
            (sum(len(table.removed) for table in self.tables), "column", "removed"),
            (sum(len(table.changed) for table in self.tables), "column", "changed"),
            (sum(len(table.keys) for table in self.tables), "key", "changed"),
        )
        return ", ".join(
            f"{count:,} {what}{'s' * (count != 1)} {done}" for count, what, done in counts if count
        )

    def lines(self) -> list[ChangeLine]:
        """All changes as a list: whole tables first, then the changes within each table."""
        return [
            *(ChangeLine(tone="added", table=name) for name in self.tables_added),
            *(ChangeLine(tone="removed", table=name) for name in self.tables_removed),
            *(line for table in self.tables for line in _table_lines(table)),
        ]


def _table_lines(change: TableChange) -> Iterator[ChangeLine]:
    table = change.table
    for name in change.added:
        yield ChangeLine(tone="added", table=table, what=name)
    for name in change.removed:
        yield ChangeLine(tone="removed", table=table, what=name)
    for column in change.changed:
        what = f"{column.column}: {', '.join(column.what)}"
        yield ChangeLine(tone="changed", table=table, what=what)
    for key in change.keys:
        yield ChangeLine(tone="changed", table=table, what=key)


class FoundChanges(_Frozen):
    """The changes that one reading of the schema found."""

    changes: SchemaChanges
    found_at: str
    """ISO 8601 with time zone."""
    found_by: str
    """The id of the operation that read the schema."""


class _Facet(NamedTuple):
    """A property of a column that may change."""

    of: Callable[[ColumnInfo], object]
    words: Callable[[ColumnInfo, ColumnInfo], str]
    """Makes the text from the column before and after; empty if another facet describes the change."""


def compare_schemas(before: SourceSchema, after: SourceSchema) -> SchemaChanges:
    """What was added, removed and changed. A new order of columns is not a change."""
    old, new = _by_name(before.tables), _by_name(after.tables)
    compared = (_compare_tables(old[name], new[name]) for name in new if name in old)
    return SchemaChanges(
        tables_added=tuple(name for name in new if name not in old),
        tables_removed=tuple(name for name in old if name not in new),
        tables=tuple(change for change in compared if change is not None),
    )


def _by_name(tables: Iterable[TableInfo]) -> dict[str, TableInfo]:
    return {table.name: table for table in tables}


def _compare_tables(before: TableInfo, after: TableInfo) -> TableChange | None:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    compared = (_compare_columns(old[name], new[name]) for name in new if name in old)
    change = TableChange(
        table=after.name,
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(change for change in compared if change.what),
        keys=(*_primary_key(before, after), *_references(before, after)),
    )
    return None if change == TableChange(table=after.name) else change


def _compare_columns(before: ColumnInfo, after: ColumnInfo) -> ColumnChange:
    changed = (facet for facet in _FACETS if facet.of(before) != facet.of(after))
    words = (facet.words(before, after) for facet in changed)
    return ColumnChange(column=after.name, what=tuple(filter(None, words)))


def _primary_key(before: TableInfo, after: TableInfo) -> tuple[str, ...]:
    if before.primary_key == after.primary_key:
        return ()
    return (f"primary key: {_list(before.primary_key)} → {_list(after.primary_key)}",)


def _references(before: TableInfo, after: TableInfo) -> tuple[str, ...]:
    """Changes of foreign keys. One that was replaced, or whose column was removed, is not reported as removed."""
    old, new = _foreign_keys(before), _foreign_keys(after)
    present = {column.name for column in after.columns}
    added = [key for key in new if key not in old]
    replaced = {columns for columns, _ in added}
    removed = [
        (columns, target)
        for columns, target in old
        if (columns, target) not in new and columns not in replaced and present.issuperset(columns)
    ]
    return (
        *(f"{_list(columns)} {_verb(columns)} to {target} now" for columns, target in added),
        *(
            f"{_list(columns)} no longer {_verb(columns)} to {target}"
            for columns, target in removed
        ),
    )


def _foreign_keys(table: TableInfo) -> list[tuple[tuple[str, ...], str]]:
    """The table's foreign keys: their columns, and their target as text."""
    return [(key.columns, _target(key)) for key in table.foreign_keys]


def _verb(columns: tuple[str, ...]) -> str:
    return "refers" if len(columns) == 1 else "refer"


def _target(key: ForeignKey) -> str:
    columns = f".{_list(key.target_columns)}" if key.target_columns else ""
    return f"{key.target_table}{columns}"


def _list(columns: Iterable[str]) -> str:
    return ", ".join(columns) or "none"


def _type(before: ColumnInfo, after: ColumnInfo) -> str:
    """The types before and after. If they are equal, the source's own names are used: VARCHAR(20) → VARCHAR(40)."""
    if before.type is not after.type:
        return f"type: {before.type} → {after.type}"
    return f"type: {before.db_type or before.type} → {after.db_type or after.type}"


def _length(before: ColumnInfo, after: ColumnInfo) -> str:
    """Empty if the change of type already shows it."""
    if (before.type, before.db_type) != (after.type, after.db_type):
        return ""
    most = after.max_length
    return "of any length now" if most is None else f"at most {most:,} characters now"


def _nullable(_before: ColumnInfo, after: ColumnInfo) -> str:
    return "may be empty now" if after.nullable else "must not be empty now"


def _unique(_before: ColumnInfo, after: ColumnInfo) -> str:
    return "unique now" if after.unique else "no longer unique"


def _default(before: ColumnInfo, after: ColumnInfo) -> str:
    return f"default: {before.default or 'none'} → {after.default or 'none'}"


def _filled(_before: ColumnInfo, after: ColumnInfo) -> str:
    return "filled by the source now" if after.autoincrement else "no longer filled by the source"


def _choices(_before: ColumnInfo, after: ColumnInfo) -> str:
    if after.choices is None:
        return "any value allowed now"
    shown = ", ".join(after.choices[:MOST_CHOICES_SHOWN])
    more = len(after.choices) - MOST_CHOICES_SHOWN
    return f"one of {shown}{f' and {more} more' if more > 0 else ''} now"


def _bounds(_before: ColumnInfo, after: ColumnInfo) -> str:
    low, high = after.minimum, after.maximum
    if low is not None and high is not None:
        return f"from {low:g} to {high:g} now"
    if low is not None:
        return f"at least {low:g} now"
    return "no longer limited" if high is None else f"at most {high:g} now"


_FACETS = (
    _Facet(lambda c: (c.type, c.db_type), _type),
    _Facet(lambda c: c.max_length, _length),
    _Facet(lambda c: c.nullable, _nullable),
    # A change of the primary key is reported for the table, not also as a change of uniqueness.
    _Facet(lambda c: c.unique or c.primary_key, _unique),
    _Facet(lambda c: c.default, _default),
    _Facet(lambda c: c.autoincrement, _filled),
    _Facet(lambda c: c.choices, _choices),
    _Facet(lambda c: (c.minimum, c.maximum), _bounds),
)
