"""SQLAlchemy's own errors. The driver's error inside a DBAPIError is classified by that driver's module."""

from sqlalchemy import exc

from proto_ddf.errors import drivers
from proto_ddf.errors.drivers.finding import SURE, Finding


def find(error: BaseException) -> Finding | None:
    if isinstance(error, exc.DBAPIError):
        return _of_lost_connection(error) if error.connection_invalidated else None
    if isinstance(error, exc.TimeoutError):
        return Finding("timeout", 0.95)
    if isinstance(error, exc.DisconnectionError):
        return Finding("connection_failed", 0.95)
    if isinstance(error, exc.NoSuchTableError):
        return Finding("table_unknown", 0.95, {"table": str(error)})
    return None


def _of_lost_connection(error: exc.DBAPIError) -> Finding | None:
    """SQLAlchemy only knows that the connection was lost. The driver's error is preferred if it says why."""
    original = drivers.find(error.orig) if error.orig is not None else None
    known = original is not None and original.confidence >= SURE
    return None if known else Finding("connection_failed", 0.85)
