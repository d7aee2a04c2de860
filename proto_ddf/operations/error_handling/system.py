"""The front of error handling: wires its parts together."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import IncidentRecord
from proto_ddf.errors import classify
from proto_ddf.errors.classify import Classification
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_tracker import ErrorTracker
from proto_ddf.monitoring.reports.error_reporting import ErrorReporting
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.monitoring.reports.store import ReportView
from proto_ddf.monitoring.retention import discarded_errors
from proto_ddf.notify.delivery_views import undelivered_count
from proto_ddf.operations.error_handling.acting import Action, IncidentActions
from proto_ddf.operations.error_handling.configuration import ErrorHandlingConfig, current_config
from proto_ddf.operations.error_handling.incident_loop import act_on_incidents
from proto_ddf.operations.escalation.codegen.integration import (
    CodegenIntegration,
    ConnectionReport,
)
from proto_ddf.operations.recovery import attempts, choice
from proto_ddf.resilience import BreakerState, policies

STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """What follows from an error."""

    incident_id: str
    classification: Classification
    planned_action: Action
    """What the loop will do if nothing else is known of the incident: a repair may be used up, or run already."""


@dataclass(frozen=True)
class HealthStatus:
    status: str
    """healthy or degraded."""
    problems: tuple[str, ...]
    """For people."""
    parts: Mapping[str, bool]
    """Which parts are switched on."""


class ErrorHandlingSystem:
    """Handles errors from their report to their end.

    Args:
        config: which parts are switched on; by default as the settings say.
    """

    def __init__(self, config: ErrorHandlingConfig | None = None) -> None:
        self.config = config or current_config()
        self._actions = IncidentActions(self.config)

    def handle_error(
        self, error: BaseException, context: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Report an error; returns what follows, and never waits.

        `context` may have `operation` (what was being done, for people), `operation_id`, `user_id`, `subject` (the slug
        of an app or the id of a source), `log` (lines that a child process wrote) with its `exit_code`, and anything else
        that explains the error.
        """
        given = dict(context or {})
        lines = [str(line) for line in given.get("log") or ()]
        found = classify(error, "\n".join(lines), {"exit_code": given.get("exit_code")})
        incident_id = ErrorTracker().track_error(error, {**given, "log": lines})
        return Outcome(incident_id, found, self._planned(found))

    async def run(self) -> None:
        """Act on what was reported, until cancelled. Run it once, for the server's life."""
        await act_on_incidents(self._actions.act)

    def get_statistics(self) -> dict[str, Any]:
        """Numbers since the start of the process (`intake`) and of all that is stored."""
        with session() as opened:
            by_state = opened.exec(
                select(IncidentRecord.state, func.count()).group_by(col(IncidentRecord.state))
            ).all()
            total = opened.exec(select(func.coalesce(func.sum(IncidentRecord.count), 0))).one()
        effects = attempts.effects()
        return {
            "errors": int(total),
            "incidents": {str(state): count for state, count in by_state},
            "discarded_errors": discarded_errors(),
            "intake": asdict(intake.statistics()),
            "recovery": {name: asdict(effect) for name, effect in effects.items()},
        }

    def get_health_status(self) -> HealthStatus:
        """Whether errors are stored and told, and calls are made."""
        problems = tuple(_problems())
        return HealthStatus("degraded" if problems else "healthy", problems, asdict(self.config))

    def generate_report(self, options: ReportOptions) -> ReportView:
        """Make a report and store it. It takes seconds: call it in a thread."""
        return ErrorReporting().generate_report(options)

    def test_codegen_connection(self) -> ConnectionReport:
        return CodegenIntegration().test_codegen_connection()

    def reset(self) -> None:
        """Close all open circuits. Records stay."""
        for policy in policies():
            if policy.breaker:
                policy.breaker.reset()

    def stop(self) -> None:
        """Store what was reported. The loop ends with its task."""
        intake.close(STOP_SECONDS)

    def _planned(self, found: Classification) -> Action:
        if found.family == "validation":
            return "none"
        if self.config.retry and choice.candidates(found):
            return "repair"
        if self.config.escalation and found.category in ("user", "persistent"):
            return "escalate"
        return "notify"


def _problems() -> Iterator[str]:
    stored = intake.statistics()
    if stored.is_failing:
        yield f"{stored.waiting:,} errors wait to be stored: the database cannot be written."
    open_circuits = [
        each.name
        for each in policies()
        if each.breaker and each.breaker.state is not BreakerState.CLOSED
    ]
    if open_circuits:
        yield f"Calls are paused: {', '.join(open_circuits)}."
    if messages := undelivered_count():
        yield f"{messages:,} notifications are not delivered."
