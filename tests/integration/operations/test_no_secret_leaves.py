"""A secret in an error is in no table, log, report, prompt or notification.

The kinds: passwords of URLs, of assignments, headers and JSON, in the message, in the context, in what a child process
wrote, and in the names of what was being done."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from proto_ddf.db.engine import session
from proto_ddf.errors import IntegrationError
from proto_ddf.logs import configure_logging
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.monitoring.reports.error_reporting import ErrorReporting
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.operations import service
from proto_ddf.operations.error_handling.incident_loop import act_on_new
from proto_ddf.operations.error_handling.system import ErrorHandlingSystem
from tests.channels import deliveries, webhook

WORDS = ("Tr0ub4dor-one", "Tr0ub4dor-two", "Tr0ub4dor-three", "Tr0ub4dor-four", "Tr0ub4dor-five")
PLANTED = (
    f"postgresql://ann:{WORDS[0]}@db.example/shop refused",
    f'password = "{WORDS[1]}"',
    f"Authorization: Bearer {WORDS[2]}",
    json.dumps({"api_key": WORDS[3], "nested": {"secret": WORDS[3]}}),
    f"--{'x' * 60}-token={WORDS[4]}",
)


def leaky(context: Any) -> None:
    for line in PLANTED:
        context.log(line)
    raise IntegrationError(
        " ".join(PLANTED),
        system="Notes",
        operation="sign in",
        code="authentication_failed",
        reason=PLANTED[0],
        log=list(PLANTED),
        password=WORDS[1],
        address=PLANTED[0],
    )


@pytest.fixture
def home(workshop: Any, prepared_home: Path) -> Path:
    configure_logging()
    webhook("http://127.0.0.1:9/hook")
    return prepared_home


def test_no_secret_of_an_error_leaves(home: Path, workshop: Any) -> None:
    operation_id = workshop.start(leaky)
    workshop.wait(operation_id, "failed")
    system = ErrorHandlingSystem()
    system.handle_error(ValueError(PLANTED[0]), {"operation": PLANTED[1], "log": [PLANTED[2]]})
    assert intake.flush(30)
    while act_on_new(system._actions.act):
        pass
    assert deliveries()
    for incident in recent_incidents(10):
        incidents.add_note(incident.id, PLANTED[1])
        for form in ("html", "json"):
            options = ReportOptions(type="incident", about=incident.id, format=form)
            ErrorReporting().generate_report(options)
    service.retry(operation_id)
    workshop.wait(operation_id, "failed")
    assert intake.flush(30)
    found = {
        (where, word)
        for where, content in everything_in(home)
        for word in WORDS
        if word.encode() in content
    }
    assert found == set()


def everything_in(home: Path) -> Iterator[tuple[str, bytes]]:
    """All files, and all values of all tables, unpacked."""
    with session() as opened:
        for table in SQLModel.metadata.tables:
            for row in opened.execute(text(f'SELECT * FROM "{table}"')).all():
                for value in row:
                    packed = isinstance(value, bytes)
                    yield table, zlib.decompress(value) if packed else str(value).encode()
    for path in home.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(home)), path.read_bytes()
