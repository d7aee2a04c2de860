"""Whether the browser tab behind a state is still there."""

import reflex as rx

_apps: list[rx.App] = []


def follow_tabs_of(app: rx.App) -> None:
    """Tell which app's connections to look at; called once, where the app is made."""
    _apps[:] = [app]


def is_connected(state: rx.State) -> bool:
    """False once the tab's websocket has closed. True where no app serves, as in unit tests."""
    namespace = _apps[0].event_namespace if _apps else None
    return namespace is None or state.router.session.client_token in namespace.token_to_sid
