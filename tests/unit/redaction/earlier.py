"""The redaction of texts as it was before it took linear time: whatever it hides must stay hidden."""

import re

HIDDEN = "***"
_URL_LOGIN = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/?#'\"]*@", re.IGNORECASE)
_HEADER = re.compile(r"\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_ASSIGNED = re.compile(
    r"""(?<![a-z0-9_-])
    ([a-z0-9_-]{0,40}?(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key
      |secret[_-]?key|private[_-]?key|credentials?)["']?\s*[=:]\s*)
    ("[^"]*"|'[^']*'|[^\s,;&'"}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)

_PYDANTIC_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)


def earlier_scrub_text(text: str, known: re.Pattern[str] | None = None) -> str:
    """Without shortening. `known` matches the secrets that were passed to `hide`."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _PYDANTIC_INPUT.sub(f"input_value={HIDDEN}, input_type=", text)
    if known:
        text = known.sub(HIDDEN, text)
    text = _URL_LOGIN.sub(rf"\1{HIDDEN}@", text)
    text = _HEADER.sub(rf"\1 {HIDDEN}", text)
    text = _JWT.sub(HIDDEN, text)
    return _ASSIGNED.sub(rf"\1{HIDDEN}", text)
