"""SQLAlchemy's own errors. The driver's error inside a DBAPIError is judged by that driver's module."""

from sqlalchemy import exc

from proto_ddf.errors.drivers.finding import Finding


def find(error: BaseException) -> Finding | None:
    if isinstance(error, exc.DBAPIError):
        # Only says that the connection was lost; why, the driver's error knows better.
        return Finding("connection_failed", 0.7) if error.connection_invalidated else None
    if isinstance(error, exc.TimeoutError):
        return Finding("timeout", 0.95)
    if isinstance(error, exc.DisconnectionError):
        return Finding("connection_failed", 0.95)
    if isinstance(error, exc.NoSuchTableError):
        return Finding("table_unknown", 0.95, {"table": str(error)})
    return None
