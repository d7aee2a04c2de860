"""Values that a text assigns to names of secrets: `PGPASSWORD=…`, `"client_secret": "…"`, `--api-key=…`."""

import re
from collections.abc import Iterator

from proto_ddf.redaction import signs
from proto_ddf.redaction.spans import Span, occurrences

_ENDING = re.compile("password|passwd|passphrase|pwd|secret|token|key|credentials?")
"""How the name of a secret ends. Whatever precedes is part of the name."""
_KEY_OF = tuple(
    word + joint for word in ("api", "access", "secret", "private") for joint in ("", "_", "-")
)
"""What stands before "key" in the name of a secret."""
_SIGN = re.compile(r"""(?:\\*["'])?\s*[=:]\s*(?P<opened>\(\s*)?""")
_NEXT_PART = re.compile(r"""\s*(?=[bruf]{0,2}["'])""", re.IGNORECASE)
_MOST_PARTS = 30
"""Of a value in parentheses, on a line each: a limit, so that the time stays linear."""
_QUOTED = re.compile(r"""(?:[bruf]{1,2})?(\\*)(["'])""", re.IGNORECASE)
_UNQUOTED = re.compile(r"""[^\s,;&'"}\])]*""")


def assigned_values(text: str, lowered: str) -> Iterator[Span]:
    """Where the values stand, with their quotes. `lowered` is the text as `lower_in_place` returns it."""
    values = _Values(text)
    for beginning, is_assigned in signs.assignments:
        if not is_assigned(lowered):
            continue
        for at in occurrences(lowered, beginning):
            ending = _ENDING.match(lowered, at)
            if ending is None or (beginning == "key" and not lowered.endswith(_KEY_OF, 0, at)):
                continue
            if sign := _SIGN.match(text, ending.end()):
                start, stop = sign.end(), values.end_of(sign.end())
                if sign["opened"]:
                    stop = values.end_of_parts(stop)
                if stop > start:
                    yield start, stop


class _Values:
    """Finds where values end. It remembers what a search found, so that a text of many names is not searched from each
    of them to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._unquoted: Span = (0, 0)
        self._missing: dict[str, int] = {}
        """From which position on a quote does not occur."""

    def end_of(self, start: int) -> int:
        """The end of the value that begins at `start`; `start` if there is none."""
        if opening := _QUOTED.match(self._text, start):
            start = self._end_of_quoted(opening.end(), opening[1], opening[2])
        return self._end_of_unquoted(start)

    def end_of_parts(self, end: int) -> int:
        """The end of the quoted parts that follow on a value's first one, which Python joins."""
        for _ in range(_MOST_PARTS):
            part = _NEXT_PART.match(self._text, end)
            if part is None:
                break
            end = self.end_of(part.end())
        return end

    def _end_of_unquoted(self, start: int) -> int:
        first, end = self._unquoted
        if not first <= start < end:
            found = _UNQUOTED.match(self._text, start)
            self._unquoted = start, found.end() if found else start
        return self._unquoted[1]

    def _end_of_quoted(self, start: int, backslashes: str, quote: str) -> int:
        """A quoted value ends at the same quote, which may itself be escaped, as in JSON within JSON. A value that is
        not closed ends with its line."""
        end = self._after(backslashes + quote, start) if backslashes else self._closed(quote, start)
        if end < 0:
            end = self._after(quote, start)
        if end >= 0:
            return end
        line_end = self._text.find("\n", start)
        return line_end if line_end >= 0 else len(self._text)

    def _after(self, quote: str, start: int) -> int:
        """The end of the next such quote; -1 if there is none."""
        if start >= self._missing.get(quote, len(self._text) + 1):
            return -1
        at = self._text.find(quote, start)
        if at < 0:
            self._missing[quote] = start
            return -1
        return at + len(quote)

    def _closed(self, quote: str, start: int) -> int:
        """The end of the next such quote that is not escaped; -1 if there is none."""
        end = self._after(quote, start)
        while end >= 0 and self._is_escaped(end - 1, start):
            end = self._after(quote, end)
        return end

    def _is_escaped(self, at: int, start: int) -> bool:
        before = self._text[start:at]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1
