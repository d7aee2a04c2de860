"""Relations between the tables of an app."""

from collections.abc import Iterable, Sequence

from proto_ddf.generator.spec import RelationSpec
from proto_ddf.sources.schema.model import ColumnType, ForeignKey, TableInfo

_NUMBERS = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT}


def plan_relations(
    table: TableInfo, chosen: Sequence[TableInfo], *, imported: bool
) -> list[RelationSpec]:
    """The table's relations to chosen tables: declared ones, and for imported data also suggested ones."""
    targets = {target.name: target for target in chosen}
    planned: list[RelationSpec] = []
    for key in table.foreign_keys:
        target = targets.get(key.target_table)
        if target is None or (key.suggested and not imported):
            continue
        relation = _relation(key, target)
        if relation and all(relation.columns != other.columns for other in planned):
            planned.append(relation)
    return planned


def _relation(key: ForeignKey, target: TableInfo) -> RelationSpec | None:
    """None if the key is invalid, which SQLite allows: columns are missing, or the target has no key."""
    target_columns = key.target_columns or target.primary_key
    known = {column.name for column in target.columns}
    if len(target_columns) != len(key.columns) or not known.issuperset(target_columns):
        return None
    return RelationSpec(
        columns=list(key.columns),
        target_table=key.target_table,
        target_columns=list(target_columns),
        suggested=key.suggested,
    )


def related_columns(relations: Iterable[RelationSpec]) -> set[str]:
    """The columns that refer to another table on their own; they get a searchable select."""
    return {relation.columns[0] for relation in relations if len(relation.columns) == 1}


def compatible(first: ColumnType, second: ColumnType) -> bool:
    """Whether values of the two types can be equal."""
    return first is second or {first, second} <= _NUMBERS
