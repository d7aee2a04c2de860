"""Errors that are reported and stored at once, for tests that read them back."""

from typing import Any

from proto_ddf.errors import describe
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.reported import OperationEnded

SECONDS = 30.0


def report(
    error: BaseException | dict[str, Any], operation: str, *given: Any, **options: Any
) -> str:
    """Report an error, or its description, and wait until it is stored; returns the id of its incident."""
    described = error if isinstance(error, dict) else describe(error)
    incident_id = intake.report(described, operation, *given, **options)
    assert intake.flush(SECONDS)
    return incident_id


def succeed(operation_id: str) -> None:
    """Report that an operation succeeded, and wait until that is stored."""
    intake.report_end(OperationEnded(operation_id, "test", "", "succeeded", 1.0))
    assert intake.flush(SECONDS)
