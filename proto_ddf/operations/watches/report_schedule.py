"""Starts the reports that are made by themselves, by the setting REPORT_SCHEDULE."""

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo

from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring import own_errors
from proto_ddf.monitoring.reports import schedule
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.operations import service
from proto_ddf.operations.kinds.reports import KIND, GenerateReportInput
from proto_ddf.settings import get_settings

INTERVAL_SECONDS = 30.0


async def run_report_schedule() -> None:
    """Start what is due, every half minute, for as long as the server runs."""
    while True:
        with own_errors.reported("report schedule", "Start the reports that are due"):
            await asyncio.to_thread(start_due_reports)
        await asyncio.sleep(INTERVAL_SECONDS)


def start_due_reports(
    clock: Callable[[], datetime] = utc_now, zone: tzinfo | None = None
) -> list[str]:
    """Start an operation for each report that is due; returns the ids of the reports.

    If the process is killed between a start and its mark, the same report is started again and takes the place of the
    first.
    """
    wanted = get_settings().report_schedule
    if wanted == "none":
        schedule.end_schedules()
        return []
    schedule.end_schedules(but=wanted)
    started = []
    for report in schedule.due_reports(wanted, clock(), zone):
        options = ReportOptions(time_range=f"{report.hours}h")
        given = GenerateReportInput(options=options, scheduled_id=report.id, end=report.at)
        service.start(KIND, given)
        schedule.mark_started(wanted, report)
        started.append(report.id)
    return started
