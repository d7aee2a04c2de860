"""Reads what a generated app exports, without any code of the app."""

import re
from dataclasses import dataclass
from typing import Any

_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Field:
    """A field of a CSV file."""

    text: str
    is_quoted: bool

    @property
    def value(self) -> Any:
        """What the app says that it means: null, a text, bytes, or a number."""
        if self.is_quoted:
            return self.text
        if self.text.startswith("\\x"):
            return bytes.fromhex(self.text[2:])
        if self.text in ("", "true", "false"):
            return {"": None, "true": True, "false": False}[self.text]
        return int(self.text) if _WHOLE.fullmatch(self.text) else float(self.text)


def csv_fields(content: bytes) -> list[list[Field]]:
    """The fields of each row. Fails for everything that is no CSV."""
    text = content.decode(errors="surrogateescape")
    rows: list[list[Field]] = [[]]
    at = 0
    while at < len(text):
        found = _FIELD.match(text, at)
        assert found, text[at : at + 100]
        quoted, bare, end = found.groups()
        is_quoted = quoted is not None
        rows[-1].append(Field(quoted.replace('""', '"') if is_quoted else bare, is_quoted))
        if end == "\r\n":
            rows.append([])
        at = found.end()
    assert rows.pop() == [], "the last line has no end"
    return rows


def csv_values(content: bytes) -> tuple[list[str], list[list[Any]]]:
    """The names of the columns, and the values of the rows."""
    names, *rows = csv_fields(content)
    return [each.text for each in names], [[each.value for each in row] for row in rows]
