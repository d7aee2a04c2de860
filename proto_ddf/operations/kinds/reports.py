"""The operation that makes a report on errors."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.error_reporting import ErrorReporting, check
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.operations.model import JSON, Kind, Step, StepContext, UndoContext

KIND = "generate_report"


class GenerateReportInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    options: ReportOptions
    scheduled_id: str = ""
    """The id of a scheduled report; otherwise a report has the id of its operation."""
    end: datetime | None = None
    """Of its range; None: when it is made."""


def _prepare(given: GenerateReportInput) -> GenerateReportInput:
    check(given.options)
    return given


def _generate(context: StepContext[GenerateReportInput]) -> JSON:
    given = context.input
    end = given.end or utc_now()
    report = ErrorReporting(lambda: end).generate_report(
        given.options,
        given.scheduled_id or context.operation_id,
        is_scheduled=bool(given.scheduled_id),
    )
    context.report(f"{report.title}: {report.size // 1000 + 1} KB")
    return {"report_id": report.id}


def _discard(context: UndoContext[GenerateReportInput]) -> None:
    store.delete(context.input.scheduled_id or context.operation_id)


def _title(given: GenerateReportInput) -> str:
    words = {"summary": "Report on all errors", "incident": "Report on an error"}
    return words.get(given.options.type, f"Report on {given.options.about}")


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name=KIND,
        title=_title,
        input_model=GenerateReportInput,
        steps=(Step("generate", "Generate the report", _generate),),
        prepare=_prepare,
        undo=_discard,
    ),
)
