"""Whether the browser tab of a state is still connected."""

import reflex as rx

_apps: list[rx.App] = []


def register_app(app: rx.App) -> None:
    """Register the app whose connections are checked. Call it once."""
    _apps[:] = [app]


def is_connected(state: rx.State) -> bool:
    """False after the tab's websocket was closed. True if no app is registered, as in unit tests."""
    namespace = _apps[0].event_namespace if _apps else None
    return namespace is None or state.router.session.client_token in namespace.token_to_sid
