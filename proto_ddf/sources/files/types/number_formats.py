"""The formats in which numbers are written.

Whole numbers are BIGINT. Numbers that all have the same count of decimals are DECIMAL of 15 digits, because apps store
a double, which keeps no more digits of every number (DBL_DIG of C). All others are DOUBLE. A text counts as exact if
DuckDB writes the value back the same way; like Python, it writes a double with the fewest digits that identify it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from proto_ddf.sources.files.duckdb_session import string_literal
from proto_ddf.sources.files.types.value_format import PossibleFormats, ValueFormat
from proto_ddf.sources.schema.column_types import ChosenType

_DIGITS = 15
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(?P<decimals>\d+))?(?P<exponent>e[+-]\d+)?", re.ASCII)
_BLANKS = (" ", "\u00a0", "\u202f")
"""The usual blank, and the two that do not break a line."""
_STYLES = (
    *product([","], ["", ".", *_BLANKS]),
    *product(["."], [",", *_BLANKS, "'", "\u2019"]),
)
"""The decimal sign, and the separator between groups of three digits."""
_DOUBLE = "TRY_CAST({v} AS DOUBLE)"
_WRITTEN = f"CAST({_DOUBLE} AS VARCHAR)"
# SQLite does not keep the sign of a zero.
_IS_NUMBER = f"isfinite({_DOUBLE}) AND {_DOUBLE} <> 0 OR {{v}} IN ('0', '0.0')"

_INTEGER = ValueFormat(
    ChosenType.INTEGER,
    "CAST(TRY_CAST({v} AS BIGINT) AS VARCHAR) = {v}",
    "TRY_CAST({v} AS BIGINT)",
)
_SHORTEST = ValueFormat(
    ChosenType.FLOAT,
    f"(({_WRITTEN} = {{v}} AND NOT ends_with({{v}}, '.0') OR {_WRITTEN} = {{v}} || '.0')"
    f" AND NOT contains({{v}}, 'e') AND ({_IS_NUMBER})"
    r" OR regexp_full_match({v}, '-?0\.0{4,99}([1-9]|[1-9][0-9]{0,13}[1-9])'))",
    _DOUBLE,
    "point",
)
"""No unnecessary zeros and no exponent: 12, 2.5, 0.00001."""
_SHORTEST_OR_EXPONENT = ValueFormat(
    ChosenType.FLOAT,
    f"(({_WRITTEN} = {{v}} AND NOT ends_with({{v}}, '.0') OR {_WRITTEN} = {{v}} || '.0')"
    f" AND ({_IS_NUMBER}))",
    _DOUBLE,
    "point",
)
"""As R writes numbers: 12, 2.5, 1e-05."""
_PROGRAM = ValueFormat(
    ChosenType.FLOAT, f"({_WRITTEN} = {{v}} AND ({_IS_NUMBER}))", _DOUBLE, "point"
)
"""As Python and many other programs write floats: 12.0, 2.5, 1e-05."""
_JAVASCRIPT = ValueFormat(
    ChosenType.FLOAT,
    f"(abs({_DOUBLE}) >= 1e-6 AND {_SHORTEST.fits} OR {{v}} = '0' OR contains({{v}}, 'e')"
    f" AND (abs({_DOUBLE}) < 1e-6 OR abs({_DOUBLE}) >= 1e21) AND {_DOUBLE} <> 0"
    f" AND regexp_replace({{v}}, 'e([+-])([0-9])$', 'e\\10\\2') = {_WRITTEN})",
    _DOUBLE,
    "point",
)
"""As JavaScript writes numbers (ECMA-262, Number::toString): 12, 0.00001, 1e-7."""
_JSON = ValueFormat(
    ChosenType.FLOAT,
    f"(isfinite({_DOUBLE}) AND (regexp_matches({{v}}, '[.eE]')"
    " OR coalesce(abs(TRY_CAST({v} AS HUGEINT)) <= 9007199254740992, false)))",
    _DOUBLE,
)
"""Any number that JSON declares as one. Whole numbers up to 2^53 are exact; `json.numbers` has checked all others."""


def number_formats(value: str) -> PossibleFormats:
    """The formats of a text; those with a decimal point come first."""
    first, later = list(_plain_formats(value)), []
    for decimal, group in _STYLES:
        shown = bool(group) and group in value
        formats = list(_styled_formats(value, decimal, group))
        if shown or (decimal == "," and "," in value):
            first += formats
        else:
            later += formats
    return PossibleFormats(tuple(first), tuple(later))


def json_number_formats(value: str) -> PossibleFormats:
    """The formats of a number of JSON."""
    return PossibleFormats(
        (_INTEGER, _JSON) if re.fullmatch(r"-?\d+", value, re.ASCII) else (_JSON,)
    )


def _plain_formats(value: str) -> Iterator[ValueFormat]:
    found = _PLAIN.fullmatch(value)
    if not found:
        return
    decimals, exponent = found["decimals"] or "", found["exponent"]
    if not decimals and not exponent:
        yield _INTEGER
    if len(decimals) == 2 and not exponent:  # mostly prices
        yield _fixed(2)
    if not decimals.endswith("0"):
        yield from [] if exponent else [_SHORTEST]
        yield _SHORTEST_OR_EXPONENT
        yield _JAVASCRIPT
    if decimals or exponent:
        yield _PROGRAM
    if len(decimals) in {1, *range(3, _DIGITS + 1)} and not exponent:
        yield _fixed(len(decimals))


def _fixed(decimals: int) -> ValueFormat:
    """The format with this count of decimals in every number."""
    number = f"TRY_CAST({{v}} AS DECIMAL({_DIGITS}, {decimals}))"
    return ValueFormat(ChosenType.DECIMAL, f"CAST({number} AS VARCHAR) = {{v}}", number, "point")


def _styled_formats(value: str, decimal: str, group: str) -> Iterator[ValueFormat]:
    """The formats of a text with a decimal comma, or with separated thousands."""
    point, parted = re.escape(decimal), re.escape(group)
    whole = f"[0-9]{{1,3}}({parted}[0-9]{{3}})*" if group else "[0-9]+"
    if not re.fullmatch(f"-?{whole}({point}[0-9]+)?", value, re.ASCII):
        return
    plain = value.replace(group, "") if group else value
    for value_format in _plain_formats(plain.replace(decimal, ".")):
        if value_format in (_SHORTEST_OR_EXPONENT, _JAVASCRIPT, _PROGRAM):
            continue
        yield _styled(value_format, f"-?{whole}({point}[0-9]+)?", decimal, group)


def _styled(value_format: ValueFormat, pattern: str, decimal: str, group: str) -> ValueFormat:
    plain = f"replace({{v}}, {string_literal(group)}, '')" if group else "{v}"
    if decimal != ".":
        plain = f"replace({plain}, {string_literal(decimal)}, '.')"
    whole = value_format is _INTEGER
    return replace(
        value_format,
        type=ChosenType.NUMBER_COMMA if decimal == "," else ChosenType.NUMBER_GROUPED,
        fits=f"regexp_full_match({{v}}, {string_literal(pattern)}) AND {value_format.fits.replace('{v}', plain)}",
        value=value_format.value.replace("{v}", plain),
        convention="comma" if decimal == "," else "point",
        # 192.168.100.200 and 552 100 554 look like numbers but are none.
        certain=not whole or group == ",",
    )
