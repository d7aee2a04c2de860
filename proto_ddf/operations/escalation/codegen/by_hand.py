"""Asks Codegen about an incident as its page shows it."""

from typing import NamedTuple

from proto_ddf.errors import IntegrationError
from proto_ddf.monitoring.incident_views import read_incident
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.escalation.codegen.availability import missing_setting
from proto_ddf.operations.escalation.codegen.integration import CodegenIntegration


class Askable(NamedTuple):
    app: str
    """The slug of the app that Codegen can repair; empty if there is none."""
    reason: str
    """Why Codegen cannot be asked, for people; empty if it can."""


def askable(incident_id: str) -> Askable:
    """Whether Codegen can be asked about an incident."""
    if missing := missing_setting():
        return Askable("", f"Codegen cannot be asked: {missing}.")
    details = read_incident(incident_id)
    apps = [each for each in details.incident.affected if each.kind == "app"] if details else []
    found = next((each.id for each in apps if repositories.find(each.id)), "")
    if found:
        return Askable(found, "")
    if apps:
        return Askable("", f"{apps[0].name} has no code repository, so Codegen cannot repair it.")
    return Askable("", "Codegen repairs the code of apps, and this concerns none.")


def ask_about(incident_id: str) -> str:
    """Ask Codegen to repair the app that an incident concerns, with the incident's newest error; returns the id of the
    operation.

    Raises:
        IntegrationError: code codegen_not_set_up; or repository_missing, if no app with a repository is concerned.
        SystemError: as `service.start`.
    """
    integration = CodegenIntegration()
    details = read_incident(incident_id)
    app = askable(incident_id).app
    if details is None or not app:
        raise IntegrationError(
            "No app with a repository is concerned.", "git", "read", code="repository_missing"
        )
    error = details.incident.last_error or details.incident.model_dump()
    context = {"log": _log(str(error.get("operation_id") or ""))}
    return integration.trigger_error_resolution(incident_id, app, error, context)


def _log(operation_id: str) -> list[str]:
    """What the failed step of the operation wrote."""
    view = service.view(operation_id) if operation_id else None
    failed = [step for step in view.steps if step.state == "failed"] if view else []
    return failed[-1].log_tail if failed else []
