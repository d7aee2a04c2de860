"""The forms that a text may be written in.

What one text may be written in is found out here, in Python. Whether all texts of a column are, DuckDB finds out by
the SQL of each form.
"""

from collections.abc import Collection

from proto_ddf.sources.files.types.date_formats import date_forms, datetime_forms, time_forms
from proto_ddf.sources.files.types.number_formats import json_number_forms, number_forms
from proto_ddf.sources.files.types.value_format import Forms, TextForm, joined
from proto_ddf.sources.schema.column_types import ChosenType

_PAIRS = (("true", "false"), ("yes", "no"))
_STARTS = frozenset("-0123456789")
"""How all values begin but for words."""
_CASES = (str.lower, str.title, str.upper)


def possible_forms(value: str, kinds: Collection[str]) -> Forms:
    """The forms that a text, without blanks around it, may be written in.

    Args:
        kinds: keys of KINDS: the values that it may stand for.
    """
    may_be_words = value[:1] not in _STARTS  # many times faster than to try all patterns
    return joined(KINDS[kind](value) for kind in kinds if (kind == "boolean") is may_be_words)


def _boolean_forms(value: str) -> Forms:
    """One pair of words in one case. `true` alone says enough; `no` alone may be a country or a language."""
    pairs = [(case(yes), case(no)) for yes, no in _PAIRS for case in _CASES]
    return Forms(tuple(_pair(yes, no) for yes, no in pairs if value in (yes, no)))


def _pair(yes: str, no: str) -> TextForm:
    return TextForm(
        ChosenType.BOOLEAN,
        f"{{v}} IN ('{yes}', '{no}')",
        f"({{v}} = '{yes}')",
        words=() if yes.lower() == "true" else (yes, no),
    )


KINDS = {
    "boolean": _boolean_forms,
    "number": number_forms,
    "json_number": json_number_forms,
    "date": date_forms,
    "datetime": datetime_forms,
    "time": time_forms,
}
"""By name the functions that give the forms of one kind of values."""
