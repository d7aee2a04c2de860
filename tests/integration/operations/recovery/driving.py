"""Errors, and what repairs them, in tests."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlmodel import select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import RecoveryAttemptRecord, SecretRecord, SourceRecord
from proto_ddf.errors import describe
from proto_ddf.hosting.launch import previous_folder
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.recovery import runner
from proto_ddf.operations.recovery.model import RecoveryContext
from proto_ddf.operations.recovery.views import RecoveryAttempt, attempt_of
from tests.integration.operations.kinds.regenerate.driving import SLUG

CHANGING = (".web", "logs", ".good_configuration", "__pycache__", ".states", ".submissions.db")
"""What a repair may change of an app's folder."""


def newest_failure(
    until: Callable[..., Any], operation_id: str | None = None, code: str | None = None
) -> tuple[dict[str, Any], RecoveryContext]:
    """The newest error, which must be of that operation and code; waits for it."""

    def newest() -> dict[str, Any] | None:
        error = next(iter(recent_errors(1)), None)
        if error is None or operation_id not in (None, error["operation_id"]):
            return None
        return error if code in (None, error["code"]) else None

    error: dict[str, Any] = until(newest)
    return error, runner.context_of(error["incident_id"], error, error["operation_id"])


def act_on_newest(
    until: Callable[..., Any], operation_id: str | None = None, code: str | None = None
) -> RecoveryAttempt | None:
    """Do what the loop of the server does for the newest error, which must be of that operation and code."""
    return runner.act_on(*newest_failure(until, operation_id, code))


def crashed(slug: str, code: str = "app_crashed", **known: Any) -> None:
    """Report the crash of an app, as the watcher does."""
    error = errors.SystemError("x", component="hosting", code=code, slug=slug, **known)
    intake.report(describe(error, "Run it"), "Run it", subject=slug)
    assert intake.flush(30)


def earlier(place: Path) -> Path:
    """Keep the app as it is as the previous version, then change it."""
    previous = previous_folder(SLUG)
    shutil.copytree(place, previous)
    with closing(sqlite3.connect(place / "data" / "app.db")) as database, database:
        database.execute("UPDATE people SET name = 'Cy'")
    (place / SLUG / "mine.py").write_text("MINE = 1")
    return previous


def attempts() -> list[tuple[str, str]]:
    """Strategy and state of every attempt, oldest first."""
    with session() as opened:
        query = select(RecoveryAttemptRecord).order_by(RecoveryAttemptRecord.started_at)  # type: ignore[arg-type]
        return [(each.strategy, str(each.state)) for each in opened.exec(query).all()]


def wait_for_end(until: Callable[..., Any], operation_id: str, *states: str) -> RecoveryAttempt:
    def ended() -> RecoveryAttempt | None:
        found = attempt_of(operation_id)
        over = service.view(operation_id)
        return found if found and found.state in states and over and over.finished_at else None

    found: RecoveryAttempt = until(ended)
    return found


def wait_for_outcome(until: Callable[..., Any], operation_id: str, outcome: str) -> None:
    """Wait until a repair has helped and says what came of it, which is stored a moment later."""
    wait_for_end(until, operation_id, "verified")
    until(lambda: (found := attempt_of(operation_id)) and found.outcome == outcome)


def digests(place: Path, *also: Path) -> dict[str, str]:
    """Digests of everything that no repair may change: code, data and secrets of the app, records of sources, and the
    files beside."""
    found = {}
    for file in sorted(place.rglob("*")):
        name = file.relative_to(place)
        if file.is_file() and not any(part in CHANGING for part in name.parts):
            found[str(name)] = sha256(file.read_bytes()).hexdigest()
    for file in also:
        found[str(file)] = sha256(file.read_bytes()).hexdigest()
    with session() as opened:
        for source in opened.exec(select(SourceRecord)).all():
            given = source.model_dump(include={"id", "name", "kind", "config"})
            found[f"source {source.id}"] = repr(given)
        for secret in opened.exec(select(SecretRecord)).all():
            found[f"secret {secret.id}"] = repr(secret.model_dump())
    return found
