"""What a driver module makes of an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SURE = 0.8
"""From this confidence on an error is what it seems to be. Below, nothing is tried again because of it."""


@dataclass(frozen=True)
class Finding:
    code: str
    confidence: float
    """0 to 1: 1 for an unmistakable type or number, about 0.5 where only its text speaks."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Fills the message: {"path": …, "line": …}."""
    form_field: str | None = None
    transient: bool | None = None
    """Where this case passes by itself although its code in general does not, or the other way round."""
