"""What is done about one incident: repair it, or ask those who can, and tell people, each once."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlmodel import col

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    EscalationLevel,
    IncidentRecord,
    IncidentState,
    OperationRecord,
)
from proto_ddf.errors import ProtoDDFError
from proto_ddf.logs import get_logger
from proto_ddf.monitoring.error_views import errors_where
from proto_ddf.notify import NotificationSystem
from proto_ddf.notify.notification import Notification
from proto_ddf.operations.error_handling import notices
from proto_ddf.operations.error_handling.configuration import ErrorHandlingConfig
from proto_ddf.operations.escalation.attempts import open_since
from proto_ddf.operations.escalation.codegen.integration import CodegenIntegration
from proto_ddf.operations.escalation.manager import Escalation, EscalationManager
from proto_ddf.operations.recovery import attempts
from proto_ddf.operations.recovery.model import PREFIX, RecoveryContext
from proto_ddf.operations.recovery.runner import act_on, context_of, is_anything_left

Action = Literal["none", "repair", "escalate", "notify"]
_TESTS = frozenset({"test_channel"})
"""Kinds of operation whose failure is the answer that a person has asked for."""
_LEFT_ALONE = (IncidentState.MUTED, IncidentState.RESOLVED)

log = get_logger(__name__)


class IncidentActions:
    """Acts on incidents with the parts that the configuration switches on."""

    def __init__(self, config: ErrorHandlingConfig) -> None:
        self._config = config
        self._notifications = NotificationSystem(config.notifications)
        self._escalation = EscalationManager()
        self._codegen = CodegenIntegration()

    def act(self, incident_id: str) -> Action:
        """Act on the newest error of an incident; returns what was done."""
        with session() as opened:
            incident = opened.get(IncidentRecord, incident_id)
            newest = errors_where(opened, 1, *_errors_of(incident_id)) if incident else []
            operation_id = newest[0]["operation_id"] if newest else None
            operation = opened.get(OperationRecord, operation_id) if operation_id else None
        if incident is None or not newest or incident.state in _LEFT_ALONE:
            return "none"
        if operation is not None and operation.kind in _TESTS:
            return "none"
        if operation is not None and operation.kind.startswith(PREFIX):
            return self._act_on_failed_repair(operation, newest[0])
        if newest[0]["family"] == "validation":  # the person who typed it has been told
            return "none"
        context = context_of(incident_id, newest[0], newest[0]["operation_id"])
        if self._repairs(newest[0], context):
            return "repair"
        return self._tell(incident, newest[0], context)

    def _repairs(self, described: Mapping[str, Any], context: RecoveryContext) -> bool:
        """Whether the error is being repaired, by a new attempt or by one that runs."""
        if not self._config.retry:
            return False
        return act_on(described, context) is not None or attempts.is_being_repaired(context.subject)

    def _act_on_failed_repair(self, repair: OperationRecord, error: dict[str, Any]) -> Action:
        """The repair's own error starts none. What it was to repair is escalated once nothing is left to try."""
        with session() as opened:
            incident = opened.get(IncidentRecord, str(repair.input.get("incident_id")))
        if incident is None or incident.state in _LEFT_ALONE:
            return "none"
        why = f"{repair.title} did not help: {error['message']}"
        self._send(notices.about_failed_recovery(incident, repair.title, why))
        with session() as opened:
            newest = errors_where(opened, 1, *_errors_of(incident.id))
        if not newest:
            return "none"
        context = context_of(incident.id, newest[0], newest[0]["operation_id"])
        if attempts.is_being_repaired(context.subject, incident.id):
            return "repair"
        return self._tell(incident, newest[0], context, why)

    def _tell(
        self,
        incident: IncidentRecord,
        described: dict[str, Any],
        context: RecoveryContext,
        why: str = "",
    ) -> Action:
        """`why`: the last repair did not help."""
        escalation = self._escalate(incident, described, context)
        if escalation and escalation.raised:
            self._send(notices.about_escalation(incident, escalation, why))
            if escalation.level is EscalationLevel.CODEGEN:
                self._ask_codegen(incident.id, context, described)
            return "escalate"
        was_escalated = escalation is not None and escalation.level is not EscalationLevel.NONE
        news = notices.about_state(incident)
        if news is None or incident.acknowledged_at is not None:
            return "none"
        if was_escalated and news.reason != "escalating":
            return "none"
        self._send(news)
        return "notify"

    def _escalate(
        self, incident: IncidentRecord, described: dict[str, Any], context: RecoveryContext
    ) -> Escalation | None:
        if not self._config.escalation:
            return None
        failed = attempts.failed_since(incident.id, open_since(incident))
        return self._escalation.escalate_error(
            described,
            {
                "incident_id": incident.id,
                "app": context.slug,
                "failed_recoveries": failed,
                "nothing_left": failed > 0 and not is_anything_left(described, context),
            },
        )

    def _ask_codegen(
        self, incident_id: str, context: RecoveryContext, described: dict[str, Any]
    ) -> None:
        if not self._config.codegen:
            return
        more = {"log": (described.get("context") or {}).get("log") or []}
        try:
            self._codegen.trigger_error_resolution(incident_id, context.slug, described, more)
        except ProtoDDFError as error:  # it was usable when the level was chosen
            log.warning("Codegen could not be asked", reason=error.message)

    def _send(self, notification: Notification) -> None:
        self._notifications.send_notification(notification)


def _errors_of(incident_id: str) -> tuple[Any, ...]:
    return (ErrorRecord.incident_id == incident_id, col(ErrorRecord.resolved_at).is_(None))
