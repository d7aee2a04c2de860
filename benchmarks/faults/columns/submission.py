"""What a browser's outbox sends."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.faults.place import Answer, Place

STATES = "reflex___state____state.proto_ddf___web___"


@dataclass(frozen=True)
class Event:
    """What a person did on a page."""

    name: str
    payload: Mapping[str, Any]
    page: str
    """Its address."""
    token: str
    """Of its tab."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """What the browser keeps of its form."""


def send(place: Place, submission_id: str, event: Event, seconds: float) -> str:
    """Submit it once, and wait if the server says for how long; returns its outcome, "" if none is known."""
    told = {
        "event": event.name,
        "payload": event.payload,
        "token": event.token,
        "router_data": {"pathname": event.page, "asPath": event.page, "query": {}},
        "kept": event.kept,
    }
    answer = place.ask(
        "POST",
        "/api/outbox",
        seconds,
        json.dumps(told).encode(),
        Content_Type="application/json",
        Idempotency_Key=submission_id,
        Cookie=place.cookie,
    )
    _wait_as_told(answer)
    if answer is None or answer.status != 200:
        return ""
    return str(json.loads(answer.body).get("outcome"))


def _wait_as_told(answer: Answer | None) -> None:
    if answer is not None and (seconds := answer.headers.get("retry-after")):
        time.sleep(float(seconds))
