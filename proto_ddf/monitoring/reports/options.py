"""What a report is asked for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ReportType = Literal["summary", "incident", "app"]
ReportFormat = Literal["html", "json"]


class ReportOptions(BaseModel):
    """A report on all errors (summary), on one incident, or on one app."""

    model_config = ConfigDict(extra="forbid")

    type: ReportType = "summary"
    format: ReportFormat = "html"
    time_range: str = "24h"
    """Such as 1h, 24h, 7d or 30d; at most 90 days."""
    about: str = ""
    """The id of the incident or the slug of the app; a summary has none."""
