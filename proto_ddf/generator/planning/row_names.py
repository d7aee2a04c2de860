"""How a row is called: by its name, a title or a short code, of which nearly every row has one of its own.

Rows of other tables are called by their key. Where values were read, they decide; otherwise the words of the columns do.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from proto_ddf.generator.english import singular
from proto_ddf.generator.planning.column_profile import ColumnProfile, TableProfile
from proto_ddf.generator.planning.column_words import name_matches, words_of
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.planning.row_name_words import (
    CODES,
    DESCRIPTIONS,
    FIRST_NAMES,
    LAST_NAMES,
    NAMES,
    NAMES_ALONE,
    NEVER,
    OTHERS,
    PRIVATE,
    TITLES,
)
from proto_ddf.generator.spec import FieldSpec, RelationSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType

MANY_ROWS = 1_000
NEARLY_OF_MANY = 0.9
"""The share of rows with a name of their own that is enough in a table of MANY_ROWS: by chance some share one."""
SHORTEST_KEY = 4
"""Number of characters from which a key that is a text tells what it is; a shorter one needs the singular before it."""
LONGEST_CODE = 20
"""Number of characters of a code that people still know a thing by."""
FILLED = 0.5
"""The share of rows that must have a name, if only some have one."""

_DATES = (ColumnType.DATE, ColumnType.DATETIME)
_UNNAMING = (ColumnType.BINARY, ColumnType.JSON)


def plan_row_name(
    table: str,
    others: Iterable[str],
    fields: Sequence[FieldSpec],
    key: Sequence[str],
    relations: Sequence[RelationSpec],
    profile: TableProfile,
) -> list[str]:
    """The columns whose values name a row of the table; none if it is called by its key. `others` are the names of the
    app's other tables."""
    subject = _Subject(table, others)
    foreign = {column for relation in relations for column in relation.columns}
    texts = [field for field in fields if field.column not in foreign and _may_name(field, subject)]
    if person := _first_and_last(texts, subject, profile):
        return person
    for words in (NAMES, TITLES, DESCRIPTIONS):
        found = [
            field for field in texts if _is_called(field, words, subject, profile.get(field.column))
        ]
        if found:
            return [min(found, key=lambda field: subject.distance(field.column)).column]
    codes = [field for field in texts if _is_code(field, key, profile.get(field.column))]
    if not codes:
        return []
    return [min(codes, key=lambda field: _rank_of_code(field, key, subject)).column]


class _Subject:
    """What the rows of a table are about, by its name."""

    def __init__(self, table: str, others: Iterable[str]) -> None:
        words = words_of(table)
        self._own = {*words, *map(singular, words)}
        heads = {singular(words_of(other)[-1]) for other in others if words_of(other)}
        self._mentioned = heads - self._own

    def without_own(self, column: str) -> list[str]:
        """The words of the column that are not the table's: "ServiceTypeName" of a service type -> name."""
        return [word for word in words_of(column) if not self._is_own(word)]

    def _is_own(self, word: str) -> bool:
        return word in self._own or (
            len(word) > 2 and any(own.startswith(word) for own in self._own)
        )

    def mentions_another(self, column: str) -> bool:
        """Whether the column is about somebody or something else that the row has to do with: "ship_name"."""
        before = self.without_own(column)[:-1]
        return any(word in self._mentioned or re.fullmatch(OTHERS, word) for word in before)

    def is_named_like(self, column: str) -> bool:
        """Whether the column has the table's own words only: the country of a country."""
        return bool(words_of(column)) and not self.without_own(column)

    def distance(self, column: str) -> tuple[int, bool]:
        """How far the column is from being called a name: by the number of its words about something else than the
        table, and whether it is a compound like "username"."""
        return len(self.without_own(column)[:-1]), not _ends_with(column, NAMES_ALONE)


def plan_beside(table: TableSpec, tables: Sequence[TableSpec], profile: TableProfile) -> str | None:
    """The column that tells most about a row that is called by its key: the relation to rows with a name of their own
    of which there are most, or otherwise a date."""
    if table.row_name:
        return None
    named = {each.table: each.row_name not in ([], each.primary_key) for each in tables}
    possible = beside_columns(table)
    shown = {
        field.column: field
        for field in table.fields
        if field.column in possible
        and field.column not in table.primary_key
        and _is_filled(profile.get(field.column))
    }
    targets = {
        each.columns[0]: each.target_table
        for each in table.relations
        if len(each.columns) == 1 and each.columns[0] in shown
    }
    return max(
        targets or shown,
        key=lambda each: (named.get(targets.get(each, ""), False), _telling(shown[each], profile)),
        default=None,
    )


def naming_columns(table: TableSpec) -> list[str]:
    """The columns that may be part of the name of the table's rows: those that are shown and have a text."""
    return [
        field.column for field in table.fields if not field.hidden and field.type not in _UNNAMING
    ]


def beside_columns(table: TableSpec) -> list[str]:
    """The columns that may stand beside the key of the table's rows: relations and dates that are shown."""
    related = related_columns(table.relations)
    return [
        field.column
        for field in table.fields
        if not field.hidden and (field.column in related or field.type in _DATES)
    ]


def drop_impossible(table: TableSpec) -> None:
    """Take out of the name of the table's rows what is not there or not shown any more."""
    allowed = naming_columns(table)
    table.row_name = [column for column in table.row_name if column in allowed]
    if table.beside not in beside_columns(table):
        table.beside = None


def _telling(field: FieldSpec, profile: TableProfile) -> tuple[int, bool]:
    """Of equal ones the first is taken."""
    known = profile.get(field.column)
    return (known.distinct if known else 0, not field.nullable)


def _may_name(field: FieldSpec, subject: _Subject) -> bool:
    is_text = field.type is ColumnType.TEXT and field.widget in (Widget.TEXT, Widget.TEXTAREA)
    if not is_text or field.hidden or subject.mentions_another(field.column):
        return False
    words, own = words_of(field.column), subject.without_own(field.column)
    return not (
        any(re.fullmatch(PRIVATE, word) for word in (*words, "".join(words)))
        or any(re.fullmatch(NEVER, word) for word in (*own, "".join(own)))
    )


def _first_and_last(
    texts: Sequence[FieldSpec], subject: _Subject, profile: TableProfile
) -> list[str]:
    """First and last name of the person that a row is about, not of somebody whom it mentions."""
    first = next(_parts_of_name(texts, subject, FIRST_NAMES, profile), None)
    last = next(_parts_of_name(texts, subject, LAST_NAMES, profile), None)
    return [first.column, last.column] if first and last and first is not last else []


def _parts_of_name(
    texts: Sequence[FieldSpec], subject: _Subject, words: frozenset[str], profile: TableProfile
) -> Iterator[FieldSpec]:
    for field in texts:
        named = [word for word in subject.without_own(field.column) if word not in ("name", "nm")]
        if "".join(named) in words and _is_filled(profile.get(field.column)):
            yield field


def _is_called(
    field: FieldSpec, words: str, subject: _Subject, profile: ColumnProfile | None
) -> bool:
    """Whether the column has one of the words, and nearly every row a value of its own."""
    is_name = words == NAMES and subject.is_named_like(field.column)
    if not (is_name or _ends_with(field.column, words)):
        return False
    if profile is None or not profile.rows:
        return True
    is_enough = profile.rows >= MANY_ROWS and profile.distinct >= NEARLY_OF_MANY * profile.rows
    return (profile.nearly_unique or is_enough) and not profile.long_text


def _is_code(field: FieldSpec, key: Sequence[str], profile: ColumnProfile | None) -> bool:
    """Whether the column has a short code of its own in every row."""
    is_key = list(key) == [field.column]
    is_unique = field.unique or is_key
    if profile is None or not profile.rows:
        is_short = field.max_length is None or field.max_length <= LONGEST_CODE
        return is_unique and is_short and name_matches(field.column, CODES)
    if profile.longest > LONGEST_CODE or (is_key and profile.shortest < SHORTEST_KEY):
        return False
    return is_unique or (profile.distinct == profile.rows and name_matches(field.column, CODES))


def _rank_of_code(
    field: FieldSpec, key: Sequence[str], subject: _Subject
) -> tuple[bool, bool, tuple[int, bool]]:
    is_key = list(key) == [field.column]
    return not is_key, not name_matches(field.column, CODES), subject.distance(field.column)


def _ends_with(column: str, words: str) -> bool:
    return any(re.fullmatch(words, word) for word in words_of(column)[-1:])


def _is_filled(profile: ColumnProfile | None) -> bool:
    return profile is None or profile.nulls <= FILLED * profile.rows
