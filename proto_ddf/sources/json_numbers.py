"""Numbers of JSON that a double cannot hold, on their way through DuckDB, which reads all fractions as doubles.

Before the values of a record are taken out of it, such a number is put in quotes behind a mark; what is taken out is its
text, digit for digit.
"""

from proto_ddf.sources.duck import text

_MARK = "\x1fnumber:"
_WRITTEN_MARK = "\\u001fnumber:"
"""The mark as JSON writes it."""
_STRING = r'"(?:[^"\\]|\\.)*"'
_DIGITS = 16
"""A double holds all numbers of one digit less."""
_LONG = "|".join(
    rf"[0-9]{{{whole},}}\.[0-9]{{{_DIGITS - whole},}}(?:[eE][-+]?[0-9]+)?"
    for whole in range(1, _DIGITS)
)
_SMALL = r"[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]{3,}"
_MAY_HOLD_ONE = f"[0-9.]{{{_DIGITS}}}|[0-9][eE][-+]?[0-9]{{3}}"


def marked(json: str) -> str:
    """SQL: the text of a record with its long numbers marked. `json` is SQL for the text.

    Strings are matched as well, so that what looks like a number within one is passed over. The characters 1 and 2
    stand in no JSON text as they are.
    """
    tokens = text(f"({_STRING})|(-?(?:{_LONG}|{_SMALL}))")
    found = rf"regexp_replace({json}, {tokens}, '\1' || chr(1) || '\2' || chr(2), 'g')"
    bare = f"replace({found}, chr(1) || chr(2), '')"
    quoted = f"replace(replace({bare}, chr(1), {text(chr(34) + _WRITTEN_MARK)}), chr(2), '\"')"
    return f"CASE WHEN regexp_matches({json}, {text(_MAY_HOLD_ONE)}) THEN {quoted} ELSE {json} END"


def any_marked(json: str) -> str:
    """SQL, an aggregate: whether there is a marked number in any record."""
    return f"coalesce(bool_or(contains({json}, {text(_WRITTEN_MARK)})), false)"


def kind(value: str) -> str:
    """SQL: the sort of a value, as DuckDB calls it."""
    is_marked = f"starts_with({value} ->> '$', {text(_MARK)})"
    return f"CASE WHEN {is_marked} THEN 'DOUBLE' ELSE json_type({value}) END"


def plain(value_text: str) -> str:
    """SQL: the text of a value that is neither object nor list, without the mark."""
    start = len(_MARK) + 1
    is_marked = f"starts_with({value_text}, {text(_MARK)})"
    return f"CASE WHEN {is_marked} THEN substr({value_text}, {start}) ELSE {value_text} END"


def plain_within(json: str) -> str:
    """SQL: the JSON text of an object or a list, with its numbers as they were."""
    pattern = text(r'"\\u001[fF]number:([^"]*)"')
    return rf"regexp_replace({json}, {pattern}, '\1', 'g')"
