"""Reads a request of the outbox."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MOST_BYTES = 1_200_000
"""Of a body: a browser keeps at most 1 MB."""
_TOKEN = re.compile(r"[0-9A-Za-z_-]{8,64}")


class InvalidSubmissionError(ValueError):
    """The request is not one that the outbox sends; its text says why."""


@dataclass(frozen=True)
class Sent:
    """A submission as it was sent."""

    id: str
    event: str
    payload: dict[str, Any]
    token: str
    """Of the tab."""
    router_data: dict[str, Any]
    kept: dict[str, Any]
    owner: str
    """The name of the person who made it; empty if the browser did not know."""

    @property
    def digest(self) -> str:
        content = json.dumps([self.event, self.payload, self.kept], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def read_submission(key: str, body: bytes) -> Sent:
    """The submission in a request with this Idempotency-Key. Raises InvalidSubmissionError."""
    try:
        submission_id = UUID(key).hex
    except ValueError:
        raise InvalidSubmissionError("The Idempotency-Key is not a UUID.") from None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidSubmissionError("The body is not JSON.") from None
    if not isinstance(told, dict):
        raise InvalidSubmissionError("The body is not a JSON object.")
    event, token = told.get("event"), told.get("token")
    if not isinstance(event, str) or not event:
        raise InvalidSubmissionError("The submission names no event.")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise InvalidSubmissionError("The submission has no token of a tab.")
    objects = {name: _object(told, name) for name in ("payload", "router_data", "kept")}
    owner = told.get("owner") or ""
    return Sent(submission_id, event, token=token, owner=str(owner), **objects)


def _object(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name) or {}
    if not isinstance(value, dict):
        raise InvalidSubmissionError(f"{name} is not a JSON object.")
    return value
