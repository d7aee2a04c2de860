"""What is reported to the intake, until it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proto_ddf.current_user import current_user
from proto_ddf.db.tables import new_id, utc_now
from proto_ddf.errors.fingerprint import fingerprint, incident_id
from proto_ddf.redaction import scrub_text

LONGEST_OPERATION = 500
_COPIED = ("error_type", "code", "family", "title", "message")
_TOLD_APART = ("operation", "operation_id", "user_id", "subject")


@dataclass
class ReportedError:
    """An error, and how often it was reported equally for the same operation since it waits to be stored."""

    id: str
    fingerprint: str
    incident_id: str
    columns: dict[str, Any]
    """Of its ErrorRecord, without those that follow from the incident."""
    described: dict[str, Any]
    """Its type, severity and category: small values of its description."""
    body: bytes
    """The rest of its description, packed; empty if it was left out."""
    at: datetime = field(default_factory=utc_now)
    times: int = 1

    @property
    def merge_key(self) -> tuple[str | None, ...]:
        """Errors with the same one may be stored as one."""
        return (self.fingerprint, *(self.columns[name] for name in _TOLD_APART))


def reported_error(
    described: Mapping[str, Any],
    operation: str,
    operation_id: str | None,
    user_id: str | None,
    subject: str,
    error_id: str,
) -> ReportedError:
    """An error to report, without its body. The arguments are those of `Intake.report`."""
    context = described.get("context") or {}
    key = fingerprint(described)
    return ReportedError(
        id=error_id or new_id(),
        fingerprint=key,
        incident_id=incident_id(key),
        columns={
            "operation": scrub_text(str(operation), LONGEST_OPERATION),
            "operation_id": operation_id,
            "user_id": str(user_id or context.get("user_id") or current_user()),
            "subject": subject,
            "component": str(context.get("component") or context.get("system") or ""),
            **{name: described[name] for name in _COPIED},
            "hint": described.get("hint") or "",
            "field": described.get("field"),
            "retry_possible": described.get("retry_possible", False),
        },
        described={
            "type": described.get("type", "unknown"),
            "severity": described.get("severity", "medium"),
        },
        body=b"",
    )


@dataclass(frozen=True)
class OperationEnded:
    """A run of an operation succeeded or failed. If it succeeded, its errors are resolved."""

    operation_id: str
    kind: str
    subject: str
    outcome: str
    """succeeded or failed."""
    seconds: float
    at: datetime = field(default_factory=utc_now)


@dataclass(frozen=True)
class NetworkError:
    """Attempts to call an external system failed, all with the same code."""

    target: str
    code: str
    times: int = 1
    at: datetime = field(default_factory=utc_now)


Reported = ReportedError | OperationEnded | NetworkError
