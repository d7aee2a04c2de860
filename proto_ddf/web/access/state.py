"""Who the session of a tab belongs to: what the header shows, and by what the page knows which parts to show."""

import reflex as rx
from reflex_base.event.context import EventContext

from proto_ddf.accounts.session import Session
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.settings import get_settings
from proto_ddf.web.access.binding import session_id_of


def current_session() -> Session | None:
    """The session of the tab whose event is running; None if it has ended."""
    return SESSIONS.get(session_id_of(EventContext.get().token))


class AccessState(rx.State):
    """For every page."""

    role: str = ""
    """Empty until it is known. Then the page shows everything, as it was built, because most people may do everything."""
    user_name: str = ""
    """Empty if nobody signs in."""
    mode: str = ""
    """ENABLE_AUTH."""

    @rx.event
    def load(self) -> None:
        """On_load, and after a refusal. It reads only memory."""
        session = current_session()
        if session is None:
            return
        self.role, self.user_name = str(session.role), session.user_name
        self.mode = get_settings().enable_auth
