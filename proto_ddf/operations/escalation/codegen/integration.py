"""Asks Codegen to repair an app, and tests the connection."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proto_ddf.db.tables import CodegenRunRecord
from proto_ddf.errors import IntegrationError, classify
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import repositories, runs
from proto_ddf.operations.escalation.codegen.client import CodegenClient
from proto_ddf.operations.escalation.codegen.fix_kind import KIND, CodegenFixInput
from proto_ddf.operations.journal import records
from proto_ddf.redaction import scrub, scrub_text

LOG_LINES = 200
_KEPT = (
    *("error_type", "code", "family", "category", "type", "severity", "suggested_action"),
    *("title", "message", "hint", "context"),
)
_starting = threading.Lock()


@dataclass(frozen=True)
class ConnectionReport:
    works: bool
    message: str
    """For people: what was found, or what is wrong and what to do."""


class CodegenIntegration:
    """Thread-safe; call it from an event loop by `asyncio.to_thread`."""

    def trigger_error_resolution(
        self,
        incident_id: str,
        app: str,
        described: Mapping[str, Any],
        context: Mapping[str, Any] | None = None,
    ) -> str:
        """Ask Codegen to repair an app, in an operation of its own; returns the operation's id.

        While a request about the incident has not ended, its operation is returned, after a failure with another try.

        Args:
            app: its slug.
            described: the error, in the form of `proto_ddf.errors.describe`.
            context: `log`, the lines of the failed step; `user_id`.

        Raises:
            IntegrationError: code codegen_not_set_up or repository_missing.
            SystemError: as `service.start` and `service.retry`.
        """
        CodegenClient()
        repositories.read(app)
        more = context or {}
        given = CodegenFixInput(
            incident_id=incident_id,
            app=app,
            error=scrub({name: described[name] for name in _KEPT if name in described}),
            log=[scrub_text(str(line)) for line in (more.get("log") or [])[-LOG_LINES:]],
        )
        with _starting:
            going_on = _go_on(incident_id)
            return going_on or service.start(KIND, given, more.get("user_id"))

    def test_codegen_connection(self) -> ConnectionReport:
        """Ask for the list of runs, which costs nothing. Never raises an error of the connection."""
        try:
            count = CodegenClient().check()
        except Exception as error:
            found = classify(error)
            return ConnectionReport(False, f"{found.message} {found.hint}")
        runs_so_far = "1 run" if count == 1 else f"{count:,} runs"
        return ConnectionReport(
            True, f"Codegen answers. The organization has {runs_so_far} so far."
        )


def _go_on(incident_id: str) -> str:
    """The operation that asks about the incident already; empty if there is none."""
    run = runs.live_run(incident_id)
    view = service.view(run.key) if run else None
    if run is None:
        return _under_way(incident_id)
    if view is None:  # removed as old
        _give_up(run)
        return ""
    if view.state == "failed":
        service.retry(view.id)
    return view.id


def _give_up(run: CodegenRunRecord) -> None:
    """End a run that no operation asks about any more. Raises IntegrationError, code codegen_running, if Codegen has it."""
    asked_at = run.asked_at
    if run.remote_id or (asked_at and CodegenClient().find(run.key, asked_at)):
        raise IntegrationError("Codegen has a run.", "Codegen", "ask", code="codegen_running")
    runs.cancelled(run.key)


def _under_way(incident_id: str) -> str:
    """An operation whose first step has not written its record yet."""
    for view in service.recent(20, kind=KIND):
        if view.state in ("pending", "running") and _asks_about(view.id, incident_id):
            return view.id
    return ""


def _asks_about(operation_id: str, incident_id: str) -> bool:
    record = records.read(operation_id)
    return record is not None and record.input.get("incident_id") == incident_id
