"""Problems with a database server, as messages for people."""

import sqlalchemy as sa

from .errors import DataError, Problem, unexpected

UNREACHABLE = Problem(
    "The data cannot be reached",
    "The database server does not answer, or has closed the connection.",
    "It may be restarting, or the network is down. Wait a moment, then try again.",
    can_retry=True,
)
LOGIN_REFUSED = Problem(
    "The data cannot be reached",
    "The database server refuses the user or the password of this app.",
    "Set DATABASE_URL and DATABASE_PASSWORD to valid values, then start the app again.",
)
NOT_ENCRYPTED = Problem(
    "The data cannot be reached",
    "The connection cannot be encrypted as DATABASE_URL requires: the server does not support it, or its certificate "
    "is not trusted.",
    "Ask the server's administrator for its certificate, or change DATABASE_URL; then start the app again.",
)
NO_SUCH_DATABASE = Problem(
    "The data cannot be reached",
    "The database server has no database with that name.",
    "Restore it, or set DATABASE_URL to another database and start the app again.",
    can_retry=True,
)
NO_RIGHT = Problem(
    "Not allowed by the database",
    "The database user of this app is not permitted to do that.",
    "Ask the database's administrator for the permission, then try again.",
    can_retry=True,
)
TOO_MANY = Problem(
    "The database is busy",
    "The server accepts no more connections.",
    "Wait a moment, then try again.",
    can_retry=True,
)
CHANGED_MEANWHILE = Problem(
    "Not saved",
    "Another change was made at the same time.",
    "Nothing was changed. Try again.",
    can_retry=True,
)
TOO_LONG = "This text is too long for the database."
OUT_OF_RANGE = "This number is out of the range of the database."
WRONG_TYPE = "This value is not valid for the column's type."


def without_driver(error: sa.exc.SQLAlchemyError) -> DataError:
    """An error of SQLAlchemy itself, without an error of the driver."""
    return DataError(TOO_MANY) if isinstance(error, sa.exc.TimeoutError) else unexpected("")
