"""The object at fault, such as a table, read from the message of a database server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class NamedObject(NamedTuple):
    """An object that a message names in the last matching group of `pattern`.

    The context's `key` gets `template` with that name.
    """

    key: str
    pattern: re.Pattern[str]
    template: str = "{}"


@dataclass(frozen=True)
class ServerText:
    """How to read the messages of one kind of server."""

    system: str
    speaker: str
    """The subject of a sentence that quotes a message."""
    objects: Mapping[str, NamedObject]
    """By code."""
    without_reason: frozenset[str]
    """Codes whose message gives no reason."""

    def context(self, code: str, text: str) -> dict[str, Any]:
        """The context of an error with that code."""
        named = self.objects.get(code)
        match = named.pattern.search(text) if named else None
        if named and match and match.lastindex:
            return {"system": self.system, named.key: named.template.format(match[match.lastindex])}
        if code == "integration_error":
            return {"system": self.system, "message": self.quote(text)}
        return {"system": self.system} | ({} if code in self.without_reason else {"reason": text})

    def quote(self, text: str) -> str:
        return f"{self.speaker} answered: {text}"
