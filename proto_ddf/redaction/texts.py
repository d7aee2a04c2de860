"""Secrets in texts.

The time grows linearly with the text, whatever it holds: a secret is first looked for by a word that stands beside it,
and its end is searched only from there. Each function that finds secrets returns their spans; spans that touch are
hidden as one.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from threading import Lock
from urllib.parse import quote, quote_plus

from proto_ddf.redaction.assignments import assigned_values
from proto_ddf.redaction.signs import (
    has_assignment,
    has_cut_login,
    has_header,
    has_input,
    has_login,
    has_sign,
    has_web_token,
)
from proto_ddf.redaction.spans import Span, lower_in_place, occurrences

HIDDEN = "***"
_SHORTEST = 6
"""Minimum length of a secret that is redacted everywhere. A shorter one would redact ordinary words."""
_INPUT, _INPUT_END = "input_value=", ", input_type="
"""The part of a pydantic ValidationError's text that quotes the input, which may be a secret, is between these."""
_LOGIN = re.compile(r"://([^\s/?#'\"]*)@")
_CUT_LOGIN = re.compile(
    r"""://[^\s/?\#'"@:\[]+:  # a user
    (?![^\s/?#'"]*@)  # it is no whole login
    (?!\d{0,5}[^\w\s/?#'"]*(?:[\s/?#'"]|$))  # nor a port
    ([^\s/?#'"]+)""",
    re.VERBOSE,
)
"""A user, and what stands where a port would and is none: a password, if the text was cut before the @."""
_HEADER = re.compile(r"\b(?:bearer|basic)\s+([a-z0-9._~+/=-]{8,})", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_JWT_PART = re.compile(r"[\w-]*")

_spellings: frozenset[str] = frozenset()
_spellings_lock = Lock()


def hide(secret: str) -> None:
    """From now on `scrub_text` redacts `secret`, also in the spellings of JSON, Python and URLs."""
    global _spellings
    if len(secret) < _SHORTEST or secret in _spellings:
        return
    with _spellings_lock:
        _spellings |= {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
            quote(secret, safe=""),
            quote_plus(secret),
        }


def holds_secret(text: str) -> bool:
    """Whether `text` contains a secret that was passed to `hide`."""
    return any(spelling in text for spelling in _spellings)


def scrub_text(text: str, limit: int = 4000) -> str:
    """`text` as valid UTF-8 without passwords, tokens and logins in URLs. The middle of a text of more than `limit`
    characters is left out."""
    text = valid_text(text)
    lowered = lower_in_place(text)
    # Before the text is shortened, because a part of a secret would not be found.
    if has_sign(lowered) or (_spellings and holds_secret(text)):
        text = _without(text, _secrets(text, lowered))
    return text if len(text) <= limit else _shortened(text, limit)


def valid_text(text: str) -> str:
    """`text` without surrogates."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _secrets(text: str, lowered: str) -> list[Span]:
    """Each kind is searched in the text itself, and with the secrets of other kinds masked: a secret may contain the sign
    at which another one ends, or hide the name of another."""
    spans: list[Span] = []
    masked, masked_lowered = text, lowered
    to_mask: list[Span] = []
    for has_its_sign, find in _KINDS:
        if not has_its_sign(lowered):
            continue
        if to_mask:
            masked, masked_lowered = _masked(masked, to_mask), _masked(masked_lowered, to_mask)
        to_mask = list(find(text, lowered))
        spans += to_mask
        if masked is not text:
            to_mask = list(find(masked, masked_lowered))
            spans += to_mask
    return spans


def _masked(text: str, spans: Iterable[Span]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end > done:
            start = max(start, done)
            parts += text[done:start], "*" * (end - start)
            done = end
    return "".join([*parts, text[done:]])


def _without(text: str, spans: Collection[Span]) -> str:
    parts: list[str] = []
    shown = 0  # Everything before is in `parts`.
    hidden_to = -1
    for start, end in sorted(spans):
        if start > hidden_to:
            parts += text[shown:start], HIDDEN
        shown = hidden_to = max(hidden_to, end)
    return "".join([*parts, text[shown:]])


def _shortened(text: str, limit: int) -> str:
    half = limit // 2
    return f"{text[:half]} … {text[-half:]}"


def _known(text: str, _lowered: str) -> Iterator[Span]:
    """The secrets that were passed to `hide`."""
    for spelling in _spellings:
        for at in occurrences(text, spelling):
            yield at, at + len(spelling)


def _inputs(text: str, _lowered: str) -> Iterator[Span]:
    at = text.find(_INPUT)
    while at >= 0:
        start = at + len(_INPUT)
        end = text.find(_INPUT_END, start)
        if end < 0:
            return
        yield start, end
        at = text.find(_INPUT, end)


def _logins(text: str, _lowered: str) -> Iterable[Span]:
    """User and password of URLs."""
    return (found.span(1) for found in _LOGIN.finditer(text))


def _cut_logins(text: str, _lowered: str) -> Iterable[Span]:
    """Passwords of URLs in a text that was cut."""
    return (found.span(1) for found in _CUT_LOGIN.finditer(text))


def _headers(text: str, lowered: str) -> Iterator[Span]:
    """The values of Authorization headers."""
    for word in ("bearer", "basic"):
        for at in occurrences(lowered, word):
            if found := _HEADER.match(text, at):
                yield found.span(1)


def _web_tokens(text: str, _lowered: str) -> Iterator[Span]:
    """JSON Web Tokens."""
    at = text.find("eyJ")
    while at >= 0:
        if found := _JWT.match(text, at):
            yield found.span()
            at = text.find("eyJ", found.end())
        else:  # The rest of this part of a name or token has no end of a token either.
            part = _JWT_PART.match(text, at)
            at = text.find("eyJ", part.end() if part else at + 1)


_KINDS: tuple[tuple[Callable[[str], bool], Callable[[str, str], Iterable[Span]]], ...] = (
    (has_input, _inputs),
    (lambda _lowered: bool(_spellings), _known),
    (has_login, _logins),
    (has_cut_login, _cut_logins),
    (has_header, _headers),
    (has_web_token, _web_tokens),
    (has_assignment, assigned_values),
)
"""Whether the text in lower case may hold secrets of the kind, and where they are."""
