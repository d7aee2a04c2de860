"""The formats that a text may be written in.
Python finds the possible formats of one text. DuckDB then checks with the SQL of each format whether all texts of a
column have it.
"""

from collections.abc import Collection

from proto_ddf.sources.files.types.date_formats import date_formats, datetime_formats, time_formats
from proto_ddf.sources.files.types.number_formats import json_number_formats, number_formats
from proto_ddf.sources.files.types.value_format import PossibleFormats, ValueFormat, joined
from proto_ddf.sources.schema.column_types import ChosenType

_PAIRS = (("true", "false"), ("yes", "no"))
_STARTS = frozenset("-0123456789")
"""The first characters of all values other than words."""
_CASES = (str.lower, str.title, str.upper)


def possible_formats(value: str, kinds: Collection[str]) -> PossibleFormats:
    """The formats that a text may be written in.

    Args:
        value: the text, without blanks around it.
        kinds: keys of KINDS: what the text may stand for.
    """
    may_be_words = value[:1] not in _STARTS  # much faster than trying all patterns
    return joined(KINDS[kind](value) for kind in kinds if (kind == "boolean") is may_be_words)


def _boolean_formats(value: str) -> PossibleFormats:
    """One pair of words in one case. `true` alone is enough; `no` alone may be a country or a language."""
    pairs = [(case(yes), case(no)) for yes, no in _PAIRS for case in _CASES]
    return PossibleFormats(tuple(_pair(yes, no) for yes, no in pairs if value in (yes, no)))


def _pair(yes: str, no: str) -> ValueFormat:
    return ValueFormat(
        ChosenType.BOOLEAN,
        f"{{v}} IN ('{yes}', '{no}')",
        f"({{v}} = '{yes}')",
        words=() if yes.lower() == "true" else (yes, no),
    )


KINDS = {
    "boolean": _boolean_formats,
    "number": number_formats,
    "json_number": json_number_formats,
    "date": date_formats,
    "datetime": datetime_formats,
    "time": time_formats,
}
"""The functions that give the formats of one kind of values, by its name."""
