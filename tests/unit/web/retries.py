"""Pressing Try Again in a state without a server."""

from typing import Any

from proto_ddf.web.shared.state.errors import ErrorMixin


def press_try_again(state: ErrorMixin) -> Any:
    """The event of the retry."""
    supervisor = state.retry_operation()
    assert supervisor is not None
    assert supervisor.fn.__name__ == "run_retry"
    return state._retry_event()()
