"""What is reported to the intake, until it is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proto_ddf.db.tables import utc_now


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
