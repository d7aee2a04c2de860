"""Problems with a database server, as messages for people."""

import sqlalchemy as sa

from .errors import DataError, Problem, unexpected

AWAY = Problem(
    "The data cannot be reached",
    "The database server does not answer, or has closed the connection.",
    "It may be restarting, or the network is down. Wait a moment, then try again.",
    can_retry=True,
)
LOGIN_REFUSED = Problem(
    "The data cannot be reached",
    "The database server refuses the user or the password of this app.",
    "Set DATABASE_URL and DATABASE_PASSWORD to what it takes, then start the app again.",
)
NOT_ENCRYPTED = Problem(
    "The data cannot be reached",
    "The connection cannot be encrypted as DATABASE_URL demands: the server does not offer it, or its certificate is "
    "not to be trusted.",
    "Ask whoever looks after the server for its certificate, or change DATABASE_URL; then start the app again.",
)
NO_SUCH_DATABASE = Problem(
    "The data cannot be reached",
    "The database server has no database of that name.",
    "Bring it back, or let DATABASE_URL name another one and start the app again.",
    can_retry=True,
)
NO_RIGHT = Problem(
    "Not allowed by the database",
    "The user of this app has no right to do that.",
    "Ask whoever looks after the database for it, then try again.",
    can_retry=True,
)
TOO_MANY = Problem(
    "The database is busy",
    "The server takes no more connections.",
    "Wait a moment, then try again.",
    can_retry=True,
)
CHANGED_MEANWHILE = Problem(
    "Not saved",
    "Another change got in the way.",
    "Nothing was changed. Try again.",
    can_retry=True,
)
TOO_LONG = "This is longer than the database takes."
OUT_OF_RANGE = "The database has no room for a number of this size."
WRONG_TYPE = "The database does not take this as a value of its type."


def without_driver(error: sa.exc.SQLAlchemyError) -> DataError:
    """An error of SQLAlchemy itself, without an error of the driver."""
    return DataError(TOO_MANY) if isinstance(error, sa.exc.TimeoutError) else unexpected("")
