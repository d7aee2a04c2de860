"""How a row is called: by its name, a title or a short code, of which nearly every row has one of its own.

Rows of other tables are called by their key. Where values were read, they decide; otherwise the words of the columns do.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from proto_ddf.generator.english import singular
from proto_ddf.generator.labels import split_words
from proto_ddf.generator.planning.column_profile import ColumnProfile, TableProfile
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.spec import FieldSpec, RelationSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType

LONGEST_CODE = 20
"""Number of characters of a code that people still know a thing by."""
FILLED = 0.5
"""The share of rows that must have a name, if only some have one."""

_DATES = (ColumnType.DATE, ColumnType.DATETIME)
_UNNAMING = (ColumnType.BINARY, ColumnType.JSON)
_FIRST = frozenset(
    {"first", "firstname", "firstnm", "fname", "given", "givenname", "forename", "forenames"}
    | {
        "vorname",
        "prenom",
        "prenoms",
        "nombre",
        "nombres",
        "nome",
        "voornaam",
        "fornavn",
        "fornamn",
    }
)
_LAST = frozenset(
    {"last", "lastname", "lastnm", "lname", "surname", "familyname", "family", "nachname", "nom"}
    | {"familienname", "zuname", "apellido", "apellidos", "cognome", "sobrenome", "achternaam"}
    | {"efternavn", "efternamn"}
)
_NAMES = (
    r"name|nm|nom|nombre|nome|naam|navn|namn|bezeichnung|denominacion|denominazione|\w+name|\w+naam"
)
_TITLES = (
    r"title|titel|titulo|titre|titolo|headline|caption|subject|heading|label|topic|betreff|sujet|"
    r"asunto|wording|question|slogan"
)
_DESCRIPTIONS = (
    r"description|descr|desc|text|txt|citation|designation|beschreibung|descripcion|descrizione|"
    r"descricao|omschrijving|libelle|summary|details?"
)
_CODES = (
    r"code|cd|no|nr|num|number|ref|reference|sku|plate|registration|barcode|serial|isbn|issn|slug|"
    r"symbol|abbr|abbreviation|kuerzel|nummer|numero|codigo|matricula|immatriculation|kennzeichen|"
    r"matricule|referencia|handle|key"
)
_NEVER = (
    r"e?mail|emails|courriel|correo|phone|telephone|mobile|cell|fax|tel|telefono?|handy|zip|zipcode|"
    r"postal|postcode|postalcode|plz|address|addr|adresse?|direccion|indirizzo|endereco|street|str|"
    r"strasse|rue|calle|city|town|ort|ville|ciudad|citta|cidade|job|jobtitle|position|role|"
    r"profession|occupation|status|state|statut|stato|estado|gender|sex|url|uri|website|link|"
    r"homepage|ip|password|hash|token|secret|salt|iban|bic|ssn|vat|tax|card|account|note|notes|"
    r"comment|comments|remark|remarks|type|category|kind|colou?r|currency|language|locale|timezone|"
    r"path|file|filename|image|photo|middle|middlename|salutation|prefix|suffix|house|housenumber|room"
)
"""Words of columns by which no row is called, whatever their values are."""
_OTHERS = (
    r"ship|shipping|bill|billing|delivery|contact|receiver|recipient|sender|customer|client|owner|borrower|driver|patient|"
    r"guest|visitor|buyer|seller|author|editor|manager|supervisor|inspector|operator|agent|employee|parent|mother|father|"
    r"spouse|emergency|reporter|assignee|creator|created|updated|modified|approved|doctor|physician|teacher|student|"
    r"supplier|vendor|payee|payer|holder|donor|sponsor|host|witness|applicant|from|to|previous|former|old|maiden"
)
"""Words of columns about others than the row itself."""


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
    for words in (_NAMES, _TITLES, _DESCRIPTIONS):
        found = [field for field in texts if _is_called(field, words, profile.get(field.column))]
        if found:
            return [min(found, key=lambda field: subject.distance(field.column)).column]
    codes = [field for field in texts if _is_code(field, key, profile.get(field.column))]
    if not codes:
        return []
    return [min(codes, key=lambda field: _rank_of_code(field, key, subject)).column]


class _Subject:
    """What the rows of a table are about, by its name."""

    def __init__(self, table: str, others: Iterable[str]) -> None:
        words = _words(table)
        self._own = {*words, *map(singular, words)}
        heads = {singular(_words(other)[-1]) for other in others if _words(other)}
        self._mentioned = heads - self._own

    def without_own(self, column: str) -> list[str]:
        """The words of the column that are not the table's: "ServiceTypeName" of a service type -> name."""
        return [word for word in _words(column) if not self._is_own(word)]

    def _is_own(self, word: str) -> bool:
        return word in self._own or (
            len(word) > 2 and any(own.startswith(word) for own in self._own)
        )

    def mentions_another(self, column: str) -> bool:
        """Whether the column is about somebody or something else that the row has to do with: "ship_name"."""
        before = self.without_own(column)[:-1]
        return any(word in self._mentioned or re.fullmatch(_OTHERS, word) for word in before)

    def distance(self, column: str) -> int:
        """How many of the column's words are about something else than the table."""
        return len(self.without_own(column)[:-1])


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
    words = subject.without_own(field.column)
    return not any(re.fullmatch(_NEVER, word) for word in (*words, "".join(words)))


def _first_and_last(
    texts: Sequence[FieldSpec], subject: _Subject, profile: TableProfile
) -> list[str]:
    """First and last name of the person that a row is about, not of somebody whom it mentions."""
    first = next(_parts_of_name(texts, subject, _FIRST, profile), None)
    last = next(_parts_of_name(texts, subject, _LAST, profile), None)
    return [first.column, last.column] if first and last and first is not last else []


def _parts_of_name(
    texts: Sequence[FieldSpec], subject: _Subject, words: frozenset[str], profile: TableProfile
) -> Iterator[FieldSpec]:
    for field in texts:
        named = "".join(subject.without_own(field.column))
        if named in words and _is_filled(profile.get(field.column)):
            yield field


def _is_called(field: FieldSpec, words: str, profile: ColumnProfile | None) -> bool:
    """Whether the column has one of the words, and nearly every row a value of its own."""
    if not any(re.fullmatch(words, word) for word in _words(field.column)[-1:]):
        return False
    if profile is None or not profile.rows:
        return True
    return profile.nearly_unique and not profile.long_text


def _is_code(field: FieldSpec, key: Sequence[str], profile: ColumnProfile | None) -> bool:
    """Whether the column has a short code of its own in every row."""
    is_key = list(key) == [field.column]
    if profile is None or not profile.rows:
        is_short = field.max_length is None or field.max_length <= LONGEST_CODE
        return (is_key or field.unique) and is_short and _has_word(field, _CODES)
    is_unique = profile.distinct == profile.rows or is_key
    return (
        is_unique
        and profile.longest <= LONGEST_CODE
        and (is_key or field.unique or _has_word(field, _CODES))
    )


def _rank_of_code(
    field: FieldSpec, key: Sequence[str], subject: _Subject
) -> tuple[bool, bool, int]:
    is_key = list(key) == [field.column]
    return not is_key, not _has_word(field, _CODES), subject.distance(field.column)


def _has_word(field: FieldSpec, words: str) -> bool:
    return any(re.fullmatch(words, word) for word in _words(field.column))


def _is_filled(profile: ColumnProfile | None) -> bool:
    return profile is None or profile.nulls <= FILLED * profile.rows


@lru_cache(maxsize=16_384)
def _words(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return tuple(word.lower() for word in split_words(plain))
