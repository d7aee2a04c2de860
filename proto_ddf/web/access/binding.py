"""A tab's state belongs to the session that began it.

Reflex gives the state of a tab to whoever knows the tab's token. Here the server keeps states under another name, which it
makes of the session and the token, so that the token of another session leads to another state. No client can
choose such a name. It also says whose state it is.
"""

import hmac
from hashlib import sha256

_SEPARATOR = "-"


def bind(session_id: str, token: str) -> str:
    """The name under which a tab's state is kept. Routes that get a tab's token must bind it as the websocket does."""
    digest = hmac.new(session_id.encode(), token.encode("utf-8", "surrogatepass"), sha256)
    return f"{session_id}{_SEPARATOR}{digest.hexdigest()[:32]}"


def session_id_of(bound: str) -> str:
    """The id of the session that a bound token belongs to."""
    return bound.partition(_SEPARATOR)[0]
