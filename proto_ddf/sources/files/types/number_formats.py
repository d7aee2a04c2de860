"""The forms in which numbers are written.

Whole numbers are BIGINT, numbers with as many decimals as the others DECIMAL of 15 digits (a double, which apps store,
holds no more of every number: DBL_DIG of C), all others DOUBLE. Their text is exact where DuckDB writes the value as it
was: it writes a double with the fewest digits that stand for it, as Python does.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from proto_ddf.sources.files.duckdb_session import text as literal
from proto_ddf.sources.files.types.value_format import Forms, TextForm
from proto_ddf.sources.schema.column_types import ChosenType

_DIGITS = 15
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(?P<decimals>\d+))?(?P<exponent>e[+-]\d+)?", re.ASCII)
_BLANKS = (" ", "\u00a0", "\u202f")
"""The usual one, and those that do not break a line."""
_STYLES = (
    *product([","], ["", ".", *_BLANKS]),
    *product(["."], [",", *_BLANKS, "'", "\u2019"]),
)
"""The sign before decimals, and the one between groups of three digits."""
_DOUBLE = "TRY_CAST({v} AS DOUBLE)"
_WRITTEN = f"CAST({_DOUBLE} AS VARCHAR)"
# SQLite does not keep the sign of a zero.
_IS_NUMBER = f"isfinite({_DOUBLE}) AND {_DOUBLE} <> 0 OR {{v}} IN ('0', '0.0')"

_INTEGER = TextForm(
    ChosenType.INTEGER,
    "CAST(TRY_CAST({v} AS BIGINT) AS VARCHAR) = {v}",
    "TRY_CAST({v} AS BIGINT)",
)
_SHORTEST = TextForm(
    ChosenType.FLOAT,
    f"(({_WRITTEN} = {{v}} AND NOT ends_with({{v}}, '.0') OR {_WRITTEN} = {{v}} || '.0')"
    f" AND NOT contains({{v}}, 'e') AND ({_IS_NUMBER})"
    r" OR regexp_full_match({v}, '-?0\.0{4,99}([1-9]|[1-9][0-9]{0,13}[1-9])'))",
    _DOUBLE,
    "point",
)
"""No needless zeros and no exponent: 12, 2.5, 0.00001."""
_SHORTEST_OR_EXPONENT = TextForm(
    ChosenType.FLOAT,
    f"(({_WRITTEN} = {{v}} AND NOT ends_with({{v}}, '.0') OR {_WRITTEN} = {{v}} || '.0')"
    f" AND ({_IS_NUMBER}))",
    _DOUBLE,
    "point",
)
"""As R writes numbers: 12, 2.5, 1e-05."""
_PROGRAM = TextForm(ChosenType.FLOAT, f"({_WRITTEN} = {{v}} AND ({_IS_NUMBER}))", _DOUBLE, "point")
"""As Python and many other programs write floats: 12.0, 2.5, 1e-05."""
_JAVASCRIPT = TextForm(
    ChosenType.FLOAT,
    f"(abs({_DOUBLE}) >= 1e-6 AND {_SHORTEST.fits} OR {{v}} = '0' OR contains({{v}}, 'e')"
    f" AND (abs({_DOUBLE}) < 1e-6 OR abs({_DOUBLE}) >= 1e21) AND {_DOUBLE} <> 0"
    f" AND regexp_replace({{v}}, 'e([+-])([0-9])$', 'e\\10\\2') = {_WRITTEN})",
    _DOUBLE,
    "point",
)
"""As JavaScript writes numbers (ECMA-262, Number::toString): 12, 0.00001, 1e-7."""
_JSON = TextForm(
    ChosenType.FLOAT,
    f"(isfinite({_DOUBLE}) AND (regexp_matches({{v}}, '[.eE]')"
    " OR coalesce(abs(TRY_CAST({v} AS HUGEINT)) <= 9007199254740992, false)))",
    _DOUBLE,
)
"""A number that JSON says is one, however it is written. Whole numbers up to 2^53 are exact; of others `json_files` has
made sure."""


def number_forms(value: str) -> Forms:
    """The forms of a text, those with a decimal point first."""
    first, later = list(_plain_forms(value)), []
    for decimal, group in _STYLES:
        shown = bool(group) and group in value
        forms = list(_styled_forms(value, decimal, group))
        if shown or (decimal == "," and "," in value):
            first += forms
        else:
            later += forms
    return Forms(tuple(first), tuple(later))


def json_number_forms(value: str) -> Forms:
    """The forms of a number of JSON."""
    return Forms((_INTEGER, _JSON) if re.fullmatch(r"-?\d+", value, re.ASCII) else (_JSON,))


def _plain_forms(value: str) -> Iterator[TextForm]:
    found = _PLAIN.fullmatch(value)
    if not found:
        return
    decimals, exponent = found["decimals"] or "", found["exponent"]
    if not decimals and not exponent:
        yield _INTEGER
    if len(decimals) == 2 and not exponent:  # prices, mostly
        yield _fixed(2)
    if not decimals.endswith("0"):
        yield from [] if exponent else [_SHORTEST]
        yield _SHORTEST_OR_EXPONENT
        yield _JAVASCRIPT
    if decimals or exponent:
        yield _PROGRAM
    if len(decimals) in {1, *range(3, _DIGITS + 1)} and not exponent:
        yield _fixed(len(decimals))


def _fixed(decimals: int) -> TextForm:
    """So many decimals in every number."""
    number = f"TRY_CAST({{v}} AS DECIMAL({_DIGITS}, {decimals}))"
    return TextForm(ChosenType.DECIMAL, f"CAST({number} AS VARCHAR) = {{v}}", number, "point")


def _styled_forms(value: str, decimal: str, group: str) -> Iterator[TextForm]:
    """The forms of a text with a decimal comma, or with thousands parted."""
    point, parted = re.escape(decimal), re.escape(group)
    whole = f"[0-9]{{1,3}}({parted}[0-9]{{3}})*" if group else "[0-9]+"
    if not re.fullmatch(f"-?{whole}({point}[0-9]+)?", value, re.ASCII):
        return
    plain = value.replace(group, "") if group else value
    for form in _plain_forms(plain.replace(decimal, ".")):
        if form in (_SHORTEST_OR_EXPONENT, _JAVASCRIPT, _PROGRAM):
            continue
        yield _styled(form, f"-?{whole}({point}[0-9]+)?", decimal, group)


def _styled(form: TextForm, pattern: str, decimal: str, group: str) -> TextForm:
    plain = f"replace({{v}}, {literal(group)}, '')" if group else "{v}"
    if decimal != ".":
        plain = f"replace({plain}, {literal(decimal)}, '.')"
    whole = form is _INTEGER
    return replace(
        form,
        type=ChosenType.NUMBER_COMMA if decimal == "," else ChosenType.NUMBER_GROUPED,
        fits=f"regexp_full_match({{v}}, {literal(pattern)}) AND {form.fits.replace('{v}', plain)}",
        value=form.value.replace("{v}", plain),
        reading="comma" if decimal == "," else "point",
        # 192.168.100.200 and 552 100 554 are no numbers, though they are written like some.
        sure=not whole or group == ",",
    )
