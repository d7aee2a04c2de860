"""What the reports contain. Times are UTC, durations are seconds, and a share of nothing is None."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from proto_ddf.monitoring.analytics.results import (
    AfterChange,
    CurvePoint,
    ErrorPoint,
    Patterns,
    Rates,
    RecoveryRates,
    RepairTimes,
    Trends,
)


class ReportedIncident(BaseModel):
    id: str
    title: str
    message: str
    """Of its last error."""
    code: str
    type: str
    severity: str
    component: str
    state: str
    """When the report was made."""
    first_seen: datetime
    last_seen: datetime
    count: int
    """Of all its errors ever; in the report on an app, of those of the app in the range."""


class Episode(BaseModel):
    opened_at: datetime
    resolved_at: datetime | None


class ErrorEvent(BaseModel):
    at: datetime
    operation: str
    message: str
    times: int
    """How many equal errors of one moment it stands for."""


class Attempt(BaseModel):
    """An attempt to repair."""

    strategy: str
    state: str
    """running, verified, failed or superseded."""
    started_at: datetime
    finished_at: datetime | None


class Note(BaseModel):
    at: datetime
    text: str


class Report(BaseModel):
    """What every report has."""

    title: str
    time_range: str
    begin: datetime
    end: datetime
    made_at: datetime


class Summary(Report):
    type: Literal["summary"] = "summary"
    trends: Trends
    rates: Rates
    repair_times: RepairTimes
    recoveries: RecoveryRates
    patterns: Patterns
    open_incidents: list[ReportedIncident]
    """The most urgent first."""
    discarded: dict[str, int]
    """Errors that were not stored or were removed since the day on which the range begins, by reason."""
    subjects: dict[str, str]
    """The names of apps and sources, by slug or id."""


class IncidentReport(Report):
    type: Literal["incident"] = "incident"
    incident: ReportedIncident
    grain: Literal["hour", "day"]
    points: list[ErrorPoint]
    episodes: list[Episode]
    """Those open in the range, the newest first, as all of these."""
    errors: list[ErrorEvent]
    attempts: list[Attempt]
    notes: list[Note]


class AppReport(Report):
    type: Literal["app"] = "app"
    slug: str
    state: str
    """When the report was made."""
    grain: Literal["hour", "day"]
    points: list[CurvePoint]
    rates: Rates
    incidents: list[ReportedIncident]
    """Those with errors of the app in the range, the most frequent first."""
    after_change: list[AfterChange]
    attempts: list[Attempt]
    """To repair it in the range, the newest first."""


Content = Summary | IncidentReport | AppReport
