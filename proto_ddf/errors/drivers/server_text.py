"""What the message of a database server tells about the object at fault."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class NamedObject(NamedTuple):
    """Where a message names an object: in the last group of `pattern` that matches.

    `template` makes what the context holds as `key` from that name.
    """

    key: str
    pattern: re.Pattern[str]
    template: str = "{}"


@dataclass(frozen=True)
class ServerText:
    """How to read the messages of one server."""

    system: str
    speaker: str
    """Who says it, where a message is quoted."""
    objects: Mapping[str, NamedObject]
    """By code."""
    without_reason: frozenset[str]
    """Codes of which the message gives no reason."""

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
