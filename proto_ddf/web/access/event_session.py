"""The session that a handler of a State runs for."""

from reflex_base.event.context import EventContext

from proto_ddf.accounts.sessions import SESSIONS, Session
from proto_ddf.web.access.binding import session_id_of


def session_of_event() -> Session | None:
    """To be called in the handler's task. None once the session has ended."""
    return SESSIONS.get(session_id_of(EventContext.get().token))
