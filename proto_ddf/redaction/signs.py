"""A first look at a text in lower case: whether it has any sign of a secret. Most texts have none, and need no search.

More than a secret has as its sign is harmless, less is not. Except for `has_sign`, a text that had no sign has none either
with parts of it masked by asterisks.
"""

from proto_ddf.quick_search import quick_search

_INPUT = "input_value="
_HEADER = r"(?:bearer|basic)[\s\x1c-\x1f]"
_CUT_LOGIN = r"://[^\s/?#'\"@:\[]+:"
_JWT = "eyj"
_NAMES = {
    "pass": "passw(?:or)?d|passphrase",
    "pwd": "pwd",
    "secret": "secret",
    "token": "token",
    "key": "(?:api|access|secret|private)[_-]?key",
    "credential": "credentials?",
}
"""How the name of a secret ends, by how this ending begins."""
_SIGN = r"""(?:\\*["'])?[\s\x1c-\x1f]*[=:]"""
_ASSIGNMENT = f"(?:{'|'.join(_NAMES.values())}){_SIGN}"

has_input = quick_search(_INPUT)
has_login = quick_search("(?s)://.*@")
has_cut_login = quick_search(_CUT_LOGIN)
has_header = quick_search(_HEADER)
has_web_token = quick_search(_JWT)
has_assignment = quick_search(_ASSIGNMENT)
assignments = tuple(
    (beginning, quick_search(f"(?:{name}){_SIGN}")) for beginning, name in _NAMES.items()
)
"""By the beginning of the ending of a name: whether a value is assigned to a name of this ending."""
has_sign = quick_search(rf"{_ASSIGNMENT}|://[^\s/?#'\"]*@|{_CUT_LOGIN}|{_HEADER}|{_JWT}|{_INPUT}")
"""Whether it may hold any secret."""
