"""The intake of errors: their large part in a table of its own, roll-ups, episodes of incidents, and what was discarded.

The errors that are stored are packed and counted too, and incidents get the ids that follow from their fingerprints.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from proto_ddf.db.packing import pack
from proto_ddf.errors.fingerprint import incident_id

revision = "0008"
down_revision = "0007"

BATCH = 500
"""Errors that are read at once."""
ROLLUPS = {
    "rollup_class": ("code", "type", "severity", "component"),
    "rollup_incident": ("incident_id",),
    "rollup_subject": ("subject",),
    "rollup_outcome": ("kind", "subject", "outcome"),
    "rollup_network_error": ("target", "code"),
}
# The time of an error is text: 2026-11-22 08:00:00.000000.
COUNTS = (
    """INSERT INTO rollup_class (grain, bucket, code, type, severity, component, count)
    SELECT :grain, substr(at, 1, :length) || :rest, incident.code, incident.type, incident.severity, error.component,
    sum(times) FROM error JOIN incident ON incident.id = error.incident_id GROUP BY 2, 3, 4, 5, 6""",
    """INSERT INTO rollup_incident (grain, bucket, incident_id, count)
    SELECT :grain, substr(at, 1, :length) || :rest, incident_id, sum(times) FROM error
    WHERE incident_id IS NOT NULL GROUP BY 2, 3""",
    """INSERT INTO rollup_subject (grain, bucket, subject, count)
    SELECT :grain, substr(at, 1, :length) || :rest, subject, sum(times) FROM error
    WHERE subject != '' GROUP BY 2, 3""",
)


def upgrade() -> None:
    _make_tables()
    op.add_column(
        "incident", sa.Column("component", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "incident", sa.Column("handled_count", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("error", sa.Column("subject", sa.String(), nullable=False, server_default=""))
    op.add_column("error", sa.Column("component", sa.String(), nullable=False, server_default=""))
    op.add_column("error", sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
    _rename_incidents()
    _fill_columns()
    _pack_bodies()
    op.execute("ALTER TABLE error DROP COLUMN context")
    _count()


def _make_tables() -> None:
    op.create_table(
        "error_body",
        sa.Column(
            "error_id", sa.String(), sa.ForeignKey("error.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "incident_episode",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("resolved_at", sa.DateTime()),
    )
    op.create_index("ix_incident_episode", "incident_episode", ["incident_id", "opened_at"])
    op.create_index("ix_incident_episode_opened_at", "incident_episode", ["opened_at"])
    op.create_table(
        "discarded_errors",
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    for name, keys in ROLLUPS.items():
        op.create_table(
            name,
            sa.Column("grain", sa.String(), primary_key=True),
            sa.Column("bucket", sa.DateTime(), primary_key=True),
            *(sa.Column(key, sa.String(), primary_key=True) for key in keys),
            sa.Column("count", sa.Integer(), nullable=False),
            *(
                [sa.Column("seconds", sa.Float(), nullable=False)]
                if name == "rollup_outcome"
                else []
            ),
        )


def _rename_incidents() -> None:
    connection = op.get_bind()
    for old, key in connection.execute(sa.text("SELECT id, fingerprint FROM incident")).all():
        ids = {"old": old, "new": incident_id(key)}
        connection.execute(sa.text("UPDATE incident SET id = :new WHERE id = :old"), ids)
        connection.execute(
            sa.text("UPDATE error SET incident_id = :new WHERE incident_id = :old"), ids
        )


def _fill_columns() -> None:
    """The subject is that of the operation, or the app that the context names; what failed is in the context."""
    op.execute(
        """UPDATE error SET
        subject = coalesce((SELECT subject FROM operation WHERE operation.id = error.operation_id),
            (SELECT slug FROM app WHERE app.name = json_extract(error.context, '$.app')), ''),
        component = coalesce(json_extract(context, '$.component'), json_extract(context, '$.system'), '')"""
    )
    op.execute(
        """UPDATE incident SET handled_count = count, component = coalesce((SELECT component FROM error
        WHERE error.incident_id = incident.id ORDER BY at DESC LIMIT 1), '')"""
    )


def _pack_bodies() -> None:
    add = sa.text("INSERT INTO error_body (error_id, body) VALUES (:error_id, :body)")
    for rows in _batches():
        op.get_bind().execute(add, rows)


def _batches() -> Iterator[list[dict[str, object]]]:
    query = sa.text(
        "SELECT rowid, id, context FROM error WHERE rowid > :after ORDER BY rowid LIMIT :batch"
    )
    after = 0
    while rows := op.get_bind().execute(query, {"after": after, "batch": BATCH}).all():
        yield [
            {
                "error_id": error_id,
                "body": pack(f'{{"context": {context or "{}"}}}'.encode(errors="replace")),
            }
            for _number, error_id, context in rows
        ]
        after = rows[-1][0]


def _count() -> None:
    for grain, length, rest in (("hour", 13, ":00:00.000000"), ("day", 10, " 00:00:00.000000")):
        values = {"grain": grain, "length": length, "rest": rest}
        for statement in COUNTS:
            op.get_bind().execute(sa.text(statement), values)
    op.execute(
        """INSERT INTO incident_episode (incident_id, opened_at, resolved_at)
        SELECT id, first_seen, resolved_at FROM incident"""
    )
