"""Errors as pages show them."""

from typing import Any

from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorBodyRecord, ErrorRecord
from proto_ddf.monitoring.bodies import read_body


def recent_errors(limit: int = 50) -> list[dict[str, Any]]:
    """The newest errors first, as dicts that JSON can hold: ErrorRecord's fields, `context`, and what else describes the
    error. Times are ISO 8601 with zone."""
    with session() as opened:
        return errors_where(opened, limit)


def errors_where(opened: Session, limit: int, *conditions: Any) -> list[dict[str, Any]]:
    """The newest errors first that the conditions fit, in the format of `recent_errors`."""
    query = (
        select(ErrorRecord, ErrorBodyRecord.body)
        .join(ErrorBodyRecord, isouter=True)
        .where(*conditions)
        .order_by(col(ErrorRecord.at).desc())
        .limit(limit)
    )
    return [
        {**read_body(body), **record.model_dump(mode="json")}
        for record, body in opened.exec(query).all()
    ]
