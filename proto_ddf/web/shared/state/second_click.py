"""Handlers that do nothing if they are called again while their first call runs."""

from proto_ddf.submissions import current_submission


def is_second_click(busy: object) -> bool:
    """Whether a handler, which is `busy`, was called again. A submission never is a second click: the browser makes one
    of two clicks, and a server that was killed may have left the mark."""
    return bool(busy) and current_submission() is None
