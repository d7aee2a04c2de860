"""Reads simple CHECK constraints into bounds and choices.

Supported are comparisons of a column with a number, BETWEEN, IN with a list of values, length(column), and these joined
by AND, or by OR with `column IS NULL`. All other constraints are left to the database.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

N = TypeVar("N", int, float)

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<word>[^\W\d]\w*)
      | (?P<mark><=|>=|<>|!=|==|.)""",
    re.VERBOSE | re.DOTALL,
)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass
class Bounds:
    """What the constraints of one column require. Minimum and maximum are allowed values unless `above` or `below` is
    set."""

    minimum: float | None = None
    maximum: float | None = None
    above: bool = False
    below: bool = False
    choices: tuple[str, ...] | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def value(self) -> str:
        """The text without its quotes."""
        if self.kind in {"string", "quoted"}:
            mark = self.text[-1]
            return self.text[1:-1].replace(mark * 2, mark)
        return self.text


def read_checks(sql: str) -> dict[str, Bounds]:
    """The bounds in a CREATE TABLE statement, by column name in lower case."""
    bounds: dict[str, Bounds] = {}
    for check in _checks(_tokens(sql)):
        for term in _split(_unwrap(check), "AND"):
            _read_term(_without_null(_unwrap(term)), bounds)
    return bounds


def with_bounds(column: ColumnInfo, bounds: Bounds) -> ColumnInfo:
    """The column with the bounds added to its own."""
    minimum, maximum = bounds.minimum, bounds.maximum
    if column.type is ColumnType.INTEGER:
        # For whole numbers an exclusive bound has an inclusive equivalent. Other columns get a bound
        # that is slightly too wide.
        minimum = minimum + 1 if minimum is not None and bounds.above else minimum
        maximum = maximum - 1 if maximum is not None and bounds.below else maximum
    return column.model_copy(
        update={
            "minimum": max(_present(minimum, column.minimum), default=None),
            "maximum": min(_present(maximum, column.maximum), default=None),
            "choices": bounds.choices or column.choices,
            "max_length": min(_present(column.max_length, bounds.max_length), default=None),
        }
    )


def _present(*values: N | None) -> list[N]:
    return [value for value in values if value is not None]


def _tokens(sql: str) -> list[_Token]:
    found = ((match.lastgroup or "", match.group()) for match in _TOKEN.finditer(sql))
    return [_Token(kind, text) for kind, text in found if kind != "space"]


def _checks(tokens: list[_Token]) -> Iterator[list[_Token]]:
    for index, token in enumerate(tokens[:-1]):
        if token.word == "CHECK" and tokens[index + 1].text == "(":
            yield _inside(tokens, index + 1)


def _inside(tokens: list[_Token], start: int) -> list[_Token]:
    """The tokens between the parenthesis at `start` and the one that closes it."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].text, 0)
        if depth == 0:
            return tokens[start + 1 : index]
    return []


def _unwrap(tokens: list[_Token]) -> list[_Token]:
    while tokens and tokens[0].text == "(" and len(_inside(tokens, 0)) == len(tokens) - 2:
        tokens = tokens[1:-1]
    return tokens


def _split(tokens: list[_Token], separator: str) -> list[list[_Token]]:
    """Split at a word outside of parentheses, but not at the AND of a BETWEEN."""
    parts: list[list[_Token]] = [[]]
    depth, between = 0, False
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        between = between or token.word == "BETWEEN"
        if token.word == separator and depth == 0 and not (between and separator == "AND"):
            parts.append([])
            continue
        if token.word == "AND":
            between = False
        parts[-1].append(token)
    return parts


def _without_null(term: list[_Token]) -> list[_Token]:
    """`x IS NULL OR rest` becomes `rest`; a term with any other OR becomes empty."""
    parts = [_unwrap(part) for part in _split(term, "OR")]
    parts = [part for part in parts if [token.word for token in part[1:]] != ["IS", "NULL"]]
    return parts[0] if len(parts) == 1 else []


def _read_term(term: list[_Token], bounds: dict[str, Bounds]) -> None:
    words = [token.word for token in _joined_signs(term)]
    tokens = _joined_signs(term)
    if len(tokens) > 3 and words[0] == "LENGTH" and words[1] == "(" and words[3] == ")":
        _read_length(tokens[2], tokens[4:], bounds)
    elif len(tokens) == 3 and words[1] in {*_MIRRORED, "=", "=="}:
        _read_comparison(*tokens, bounds=bounds)
    elif len(tokens) == 5 and words[1] == "BETWEEN" and words[3] == "AND":
        _bound(tokens[0], ">=", tokens[2], bounds)
        _bound(tokens[0], "<=", tokens[4], bounds)
    elif len(tokens) > 4 and words[1:3] == ["IN", "("] and words[-1] == ")":
        _read_choices(tokens[0], tokens[3:-1], bounds)


def _joined_signs(tokens: list[_Token]) -> list[_Token]:
    """Signs joined with the numbers that follow them."""
    joined: list[_Token] = []
    for token in tokens:
        if token.kind == "number" and joined and joined[-1].text in {"-", "+"}:
            joined[-1] = _Token("number", joined[-1].text + token.text)
        else:
            joined.append(token)
    return joined


def _read_comparison(
    left: _Token, mark: _Token, right: _Token, *, bounds: dict[str, Bounds]
) -> None:
    if left.kind == "number":
        left, mark, right = right, _Token("mark", _MIRRORED.get(mark.text, mark.text)), left
    if mark.text in _MIRRORED:
        _bound(left, mark.text, right, bounds)


def _bound(column: _Token, mark: str, number: _Token, bounds: dict[str, Bounds]) -> None:
    if number.kind != "number" or column.kind not in {"word", "quoted"}:
        return
    entry = bounds.setdefault(column.value.lower(), Bounds())
    value, exclusive = float(number.text), mark in {"<", ">"}
    if not math.isfinite(value):
        return
    if mark.startswith(">") and (entry.minimum is None or value >= entry.minimum):
        entry.minimum, entry.above = value, exclusive
    if mark.startswith("<") and (entry.maximum is None or value <= entry.maximum):
        entry.maximum, entry.below = value, exclusive


def _read_choices(column: _Token, listed: list[_Token], bounds: dict[str, Bounds]) -> None:
    values, commas = listed[::2], listed[1::2]
    plain = all(token.kind in {"string", "number"} for token in values)
    if plain and len(values) == len(commas) + 1 and all(token.text == "," for token in commas):
        choices = tuple(token.value for token in values)
        bounds.setdefault(column.value.lower(), Bounds()).choices = choices


def _read_length(column: _Token, rest: list[_Token], bounds: dict[str, Bounds]) -> None:
    if len(rest) == 2 and rest[0].text in {"<", "<="} and rest[1].kind == "number":
        limit = int(float(rest[1].text)) - (rest[0].text == "<")
        bounds.setdefault(column.value.lower(), Bounds()).max_length = limit
    if len(rest) == 4 and rest[0].word == "BETWEEN" and rest[3].kind == "number":
        bounds.setdefault(column.value.lower(), Bounds()).max_length = int(float(rest[3].text))
