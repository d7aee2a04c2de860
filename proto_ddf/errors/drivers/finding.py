"""The result of a driver module for an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proto_ddf.errors.codes.error_types import ErrorType

SURE = 0.8
"""From this confidence on a finding counts as certain. A less certain error is never retried automatically."""


@dataclass(frozen=True)
class Finding:
    code: str
    confidence: float
    """0 to 1: 1 for an unambiguous type or number, about 0.5 if only the text was recognised."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Values for the message: {"path": …, "line": …}."""
    form_field: str | None = None
    transient: bool | None = None
    """Whether this case is transient, if that differs from the code in general."""
    type: ErrorType | None = None
    """What kind of thing failed in this case, if that differs from the code in general."""
