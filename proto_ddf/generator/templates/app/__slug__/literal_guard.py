"""Prevents Reflex from treating tags in text from outside as its own.

If a page puts a Var into text, as in f"{State.name}", Reflex writes the tag `<reflex.Var>HASH</reflex.Var>`
followed by the Var's expression. It looks for such tags in every string literal: at compile time, and for each
redirect, toast or script. It treats every tag as one that it wrote: a tag with letters makes
`LiteralStringVar.create` loop forever, an unknown number raises KeyError, an empty tag raises IndexError
(reflex_base/vars/sequence.py and base.py, 0.10).

With the guard, a tag counts only if Reflex created its number and the Var's expression follows it. All other text
stays as it is. The number is Python's hash of an object in this process, which nobody outside can know."""

import json
import re
from typing import Any

from reflex_base.constants import REFLEX_VAR_OPENING_TAG as OPENING_TAG
from reflex_base.vars import Var, VarData, base, sequence

_TAG = re.compile(r"<reflex\.Var>(-?[0-9]{1,20})</reflex\.Var>")
_SAFE_OPENING_TAG = OPENING_TAG.replace("<", "\\u003c")
"""The tag's text escaped for a JavaScript or JSON string, in which a later search finds no tag."""
_create_unguarded = vars(sequence.LiteralStringVar)["create"].__func__


def guard_literals() -> None:
    """Install the guard in Reflex, before any page or event is created. A second call has no effect."""
    literal: Any = sequence.LiteralStringVar
    literal.create = classmethod(_create)
    base._decode_var_immutable = _decode


def _create(
    cls: type[Any], value: str, _var_type: Any = None, _var_data: VarData | None = None
) -> Any:
    """Replaces `LiteralStringVar.create`, the only function that turns a string into a literal."""
    parts = [part for part in _split(value) if isinstance(part, Var) or part]
    if not any(isinstance(part, str) and OPENING_TAG in part for part in parts):
        return _create_unguarded(cls, value, _var_type, _var_data)
    kind = _var_type or type(value)
    if len(parts) == 1:
        return _plain(value, kind, _var_data)
    literals = (part if isinstance(part, Var) else _plain(part, str, None) for part in parts)
    joined = sequence.ConcatVarOperation.create(*literals, _var_data=_var_data)
    return joined if kind is str else joined.to(sequence.StringVar, kind)


def _plain(text: str, kind: Any, data: VarData | None) -> Any:
    expression = json.dumps(text).replace(OPENING_TAG, _SAFE_OPENING_TAG)
    return sequence.LiteralStringVar(
        _js_expr=expression, _var_type=kind, _var_data=data, _var_value=text
    )


def _decode(value: str) -> tuple[VarData | None, str]:
    """Replaces `_decode_var_immutable`: returns an expression without its tags, and the data of their Vars."""
    if not isinstance(value, str) or OPENING_TAG not in value:
        return None, value
    parts = _split(value)
    data = [part._get_all_var_data() for part in parts if isinstance(part, Var)]
    text = "".join(part._js_expr if isinstance(part, Var) else part for part in parts)
    return (VarData.merge(*data) if data else None), text


def _split(text: str) -> list[str | Var[Any]]:
    """The text split at its Vars, with the Vars in their places."""
    parts: list[str | Var[Any]] = []
    begin = position = 0
    while tag := _TAG.search(text, position):
        var = base._global_vars.get(int(tag[1]))
        if var is None or not text.startswith(var._js_expr, tag.end()):
            position = tag.end()
            continue
        parts += [text[begin : tag.start()], var]
        begin = position = tag.end() + len(var._js_expr)
    return [*parts, text[begin:]]
