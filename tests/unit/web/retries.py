"""Pressing Try Again in a state that no server runs."""

from typing import Any

from proto_ddf.web.shared.state.errors import ErrorMixin


def press_try_again(state: ErrorMixin) -> Any:
    """The event that is run once more."""
    supervisor = state.retry_operation()
    assert supervisor is not None
    assert supervisor.fn.__name__ == "run_retry"
    return state._retry_event()()
