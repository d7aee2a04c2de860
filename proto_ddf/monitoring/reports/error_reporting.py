"""`ErrorReporting`: makes reports on errors."""

from collections.abc import Callable
from datetime import datetime

from proto_ddf.db.tables import ReportRecord, new_id, utc_now
from proto_ddf.errors import ValidationError
from proto_ddf.monitoring.analytics.time_range import read_range
from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.collect import collect
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.monitoring.reports.rendering import render
from proto_ddf.monitoring.reports.store import ReportView


class ErrorReporting:
    """Reports on ranges that end at `clock()`."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def generate_report(
        self, options: ReportOptions, report_id: str = "", *, is_scheduled: bool = False
    ) -> ReportView:
        """Make a report and store it, in place of one with the same id.

        Raises:
            ValidationError: field "time_range" or "about".
            OSError: its file cannot be written.
        """
        check(options)
        content = collect(options, self._clock)
        file = render(content, options.format)
        record = ReportRecord(
            id=report_id or new_id(),
            type=options.type,
            format=options.format,
            title=content.title,
            time_range=options.time_range,
            created_at=content.made_at,
            size=len(file),
            is_scheduled=is_scheduled,
        )
        return store.save(record, file)


def check(options: ReportOptions) -> None:
    """Check what does not depend on what is stored.

    Raises:
        ValidationError: field "time_range" or "about".
    """
    read_range(options.time_range, utc_now())
    if options.type != "summary" and not options.about:
        what = {"app": "The app", "incident": "The error"}[options.type]
        raise ValidationError(
            f"{what} is missing.", field="about", value="", code="required", label=what
        )
