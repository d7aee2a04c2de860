"""Labels for people, made of the names of columns and tables."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from proto_ddf.generator import english
from proto_ddf.generator.languages import Language, language_of, singular_of
from proto_ddf.generator.units import unit_at_end

_ACRONYMS = frozenset(
    {"id", "url", "uri", "sku", "ip", "api", "vat", "iban", "isbn", "issn", "isrc", "uuid", "html"}
    | {"pdf", "usd", "eur", "gbp", "chf", "plz", "vin", "ean", "upc", "gtin", "dob", "gps", "cpu"}
    | {"ram", "gdp", "gpa", "bmi", "kpi", "faq", "xml", "json", "csv", "sql", "http", "https"}
    | {"dns", "mac", "pin", "bic", "ssn", "crm", "erp", "hr", "qr", "rfid", "sms", "tv", "dvd"}
    | {"cv", "rgb", "utc", "wmo", "iata", "icao", "iso", "imdb", "seo", "roi", "b2b", "b2c", "rh"}
)
_REFERENCES = frozenset(
    {"id", "fk", "key", "code", "cd", "no", "nr", "num", "number", "uuid", "guid", "ref"}
)
"""Words that say of a column only that it refers to a row."""
_KINDS = frozenset({"tbl", "table", "qry", "query", "vw", "v", "view", "lkp", "dim", "fact"})
"""Words that say of a table only what kind of thing it is in the database."""
_AFTER_HEAD = frozenset({"of", "per", "by", "for", "in", "with", "and", "to", "from", "at", "on"})
"""Words before which the noun stands that has a plural: "cost per vehicle"."""


@lru_cache(maxsize=16_384)
def split_words(text: str) -> tuple[str, ...]:
    """The words of a name as they are written: "HomePhone2" -> Home, Phone, 2.

    Cached, because the words of each name are asked for many times while an app is planned.
    """
    spaced = "".join(
        f" {each}" if _begins_word(text[:at], each, text[at + 1 : at + 3]) else each
        for at, each in enumerate(text)
    )
    parts = re.sub(r"[_\W]+", " ", spaced).split()
    return tuple(
        part
        for word in parts
        for part in re.split(r"(?<=[^\W\d]{4})(?=\d+$)|(?<=[^\W\d]{3})(?=\d{4}$)", word)
    )


def _begins_word(before: str, letter: str, after: str) -> bool:
    """Whether a capital letter begins a word: after a small one, or as the last of several before small ones."""
    if not letter.isupper() or not before:
        return False
    last = before[-1]
    following = "".join(takewhile(str.isalpha, after))
    is_last_capital = following.islower() and following != "s"  # not in "IDs"
    return last.islower() or last.isdigit() or (last.isupper() and is_last_capital)


def label_for(text: str) -> str:
    """A label for people: "order_items" -> "Order items", "customerID" -> "Customer ID", "height_cm" -> "Height (cm)".

    No letter and no digit is lost.
    """
    words = split_words(text)
    if not words:
        return text.strip() or "Unnamed"
    count, unit = unit_at_end([word.lower() for word in words])
    shown = _sentence(words[: len(words) - count], capitals_tell=not text.isupper())
    return f"{shown} ({unit})" if unit else shown


def _sentence(words: Sequence[str], *, capitals_tell: bool) -> str:
    """The words with a capital letter at the beginning. `capitals_tell`: a word in capitals is an acronym."""
    shown = [_word(word, capitals_tell, is_alone=len(words) == 1) for word in words]
    return " ".join([shown[0][:1].upper() + shown[0][1:], *shown[1:]])


def _word(word: str, capitals_tell: bool, *, is_alone: bool) -> str:
    if word.lower() in _ACRONYMS:
        return word.upper()
    if word.endswith("s") and word[:-1].isupper() and word[:-1].lower() in _ACRONYMS:
        return word
    is_short = word.isupper() and 1 < len(word) <= 4
    if is_short and (capitals_tell or (is_alone and not re.search("[AEIOUY]", word))):
        return word
    return word.lower()


def relation_label(column: str) -> str:
    """The label of a column that refers to a row of another table: "customer_id" -> "Customer"."""
    words = split_words(column)
    if len(words) > 1 and words[-1].lower() in _REFERENCES:
        words = words[:-1]
    elif len(words) > 1 and words[0].lower() in ("id", "fk", "ref"):
        words = words[1:]
    return _sentence(words, capitals_tell=not column.isupper()) if words else label_for(column)


@dataclass(frozen=True)
class Wording:
    """How the tables of a source are called: in which language, and without the words that all of them have."""

    language: Language
    words: Mapping[str, tuple[str, ...]]
    """The words of each table that tell it from the others."""

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[str]]) -> "Wording":
        """`tables` has the columns of each table."""
        shared = _shared_word(tables)
        words = {table: _telling_words(table, shared) for table in tables}
        stems = list(words.values())
        kept = {
            table: stem if stems.count(stem) == 1 else split_words(table)
            for table, stem in words.items()
        }
        texts = [text for table, columns in tables.items() for text in (table, *columns)]
        spoken = (word.lower() for text in texts for word in split_words(text))
        return cls(language_of(spoken), kept)

    def page(self, table: str, *, is_view: bool) -> str:
        """The title of a table's page, in the plural if it is English: "Orders". A view has its own name."""
        label = self._label(table)
        if is_view or self.language != "en":
            return label
        return _with_head(label, english.plural)

    def row(self, table: str) -> str:
        """How one row is called: "Order"."""
        label = self._label(table)
        if self.language == "en":
            return singular_label(label)
        return _with_head(label, lambda word: singular_of(word, self.language))

    def _label(self, table: str) -> str:
        words = self.words[table]
        capitals_tell = not table.isupper()
        return _sentence(words, capitals_tell=capitals_tell) if words else label_for(table)


def singular_label(label: str) -> str:
    """The singular of a page's title in English: "Order items" -> "Order item"."""
    return _with_head(label, english.singular)


def children_label(page: str, parent: str) -> str:
    """How the rows are called that refer to a row of their own table: "Children" of the relation "Parent"."""
    return "Children" if parent.lower() == "parent" else f"{page} ({parent})"


def _shared_word(tables: Iterable[str]) -> str:
    """The first word of all tables, if there are several and each has more words."""
    split = [split_words(table.lower()) for table in tables]
    first = {words[0] if len(words) > 1 else "" for words in split}
    return first.pop() if len(split) > 2 and len(first) == 1 else ""


def _telling_words(table: str, shared: str) -> tuple[str, ...]:
    words = split_words(table)
    while len(words) > 1 and words[0].lower() in (_KINDS | {shared}):
        words = words[1:]
    return words


def _with_head(label: str, change: Callable[[str], str]) -> str:
    """The label with its noun changed: its last word, or the one before "of", "per" and the like."""
    words = label.split(" ")
    end = next((at for at, word in enumerate(words) if at and word in _AFTER_HEAD), len(words))
    noun = words[end - 1]
    if not (noun.isascii() and noun.isalpha()):
        return label
    is_acronym = noun.isupper() and len(noun) > 1
    small = noun if is_acronym else noun.lower()
    changed = change(small)
    if not is_acronym and noun[:1].isupper():
        changed = changed[:1].upper() + changed[1:]
    return " ".join([*words[: end - 1], changed, *words[end:]])
