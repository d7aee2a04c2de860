"""The id of the request or websocket that the current code runs for. The middleware sets it, logs read it."""

from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """None outside of requests and websockets."""
    return _current.get()


def set_request_id(request_id: str) -> None:
    """For the current task and those that it starts."""
    _current.set(request_id)
