"""Incidents: errors grouped by their fingerprint.

The errors that are stored are grouped too, oldest first and in one pass. Only the incidents are held in memory.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from proto_ddf.errors.catalogue import CATALOGUE, UNKNOWN
from proto_ddf.errors.fingerprint import fingerprint

revision = "0006"
down_revision = "0005"

BATCH = 500
"""Errors that are read at once."""
READ = """SELECT rowid AS number, at, error_type, code, title, message, context, resolved_at FROM error
 WHERE rowid > :after ORDER BY rowid LIMIT :batch"""
INCIDENT = sa.table(
    "incident",
    *(
        sa.column(name)
        for name in (
            *("id", "fingerprint", "code", "type", "severity", "title", "message", "state"),
            *("first_seen", "last_seen", "count", "resolved_at", "muted_for_ever", "notes"),
        )
    ),
)


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False, unique=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("code", "type", "severity", "title", "message")
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.DateTime())
            for name in ("acknowledged_at", "regressed_at", "resolved_at", "muted_until")
        ),
        sa.Column("muted_for_ever", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
    )
    op.create_index("ix_incident_state", "incident", ["state", "last_seen"])
    # Not in a batch, which would copy the table and give its rows other numbers.
    op.add_column("error", sa.Column("incident_id", sa.String()))
    _group_errors()
    op.create_index("ix_error_incident", "error", ["incident_id", "at"])


def _group_errors() -> None:
    connection = op.get_bind()
    found: dict[str, dict[str, Any]] = {}
    assign = sa.text("UPDATE error SET incident_id = :incident WHERE rowid = :number")
    for rows in _batches():
        members = []
        for row in rows:
            key = fingerprint({**row, "context": json.loads(row["context"])})
            incident = found[key] = _with_error(found.get(key) or _incident(key, row), row)
            members.append({"incident": incident["id"], "number": row["number"]})
        connection.execute(assign, members)
    if found:
        connection.execute(sa.insert(INCIDENT), [_finished(each) for each in found.values()])


def _batches() -> Iterator[list[dict[str, Any]]]:
    after = 0
    while True:
        query = op.get_bind().execute(sa.text(READ), {"after": after, "batch": BATCH})
        rows = [dict(row) for row in query.mappings().all()]
        if not rows:
            return
        yield rows
        after = rows[-1]["number"]


def _incident(key: str, row: dict[str, Any]) -> dict[str, Any]:
    known = CATALOGUE.get(row["code"], UNKNOWN)
    return {
        **{name: row[name] for name in ("code", "title", "message")},
        "id": uuid4().hex[:12],
        "fingerprint": key,
        "type": known.type,
        "severity": known.severity,
        "first_seen": row["at"],
        "last_seen": row["at"],
        "count": 0,
        "open": False,
        "resolved_at": "",
        "muted_for_ever": False,
        "notes": "[]",
    }


def _with_error(incident: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    incident["count"] += 1
    incident["first_seen"] = min(incident["first_seen"], row["at"])
    if row["at"] >= incident["last_seen"]:
        incident.update(last_seen=row["at"], title=row["title"], message=row["message"])
    incident["open"] = incident["open"] or row["resolved_at"] is None
    incident["resolved_at"] = max(incident["resolved_at"], row["resolved_at"] or "")
    return incident


def _finished(incident: dict[str, Any]) -> dict[str, Any]:
    """Its row: resolved if no error is open, otherwise new for an hour."""
    is_open = incident.pop("open")
    hour_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)
    open_state = "NEW" if datetime.fromisoformat(incident["first_seen"]) > hour_ago else "ONGOING"
    return {
        **incident,
        "state": open_state if is_open else "RESOLVED",
        "resolved_at": None if is_open else incident["resolved_at"],
    }
