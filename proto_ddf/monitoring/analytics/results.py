"""What the analyses return. Times are UTC, durations are seconds, and a share of nothing is None."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

Direction = Literal["rising", "falling", "steady", "unknown"]


class Analysis(BaseModel):
    """Of a range from `begin` up to `end`."""

    begin: datetime
    end: datetime


class ErrorPoint(BaseModel):
    """The errors of one hour or day."""

    at: datetime
    """When it begins."""
    errors: int


class CurvePoint(ErrorPoint):
    """With the ended runs of operations."""

    succeeded: int
    failed: int


class Share(BaseModel):
    """The errors of one type, code, component or severity."""

    name: str
    count: int
    share: float
    """Of all errors in the range, from 0 to 1."""
    count_before: int
    """In the range of the same length before."""
    change: float | None
    """Of the number per hour against the range before: 0.5 is half as many again; None if there were none before."""


class IncidentCount(BaseModel):
    incident_id: str
    title: str
    state: str
    count: int


class Trends(Analysis):
    grain: Literal["hour", "day"]
    """Of the points."""
    points: list[CurvePoint]
    errors: int
    errors_per_hour: float
    change: float | None
    """Of errors_per_hour against the range before; None if there were no errors before."""
    direction: Direction
    by_type: list[Share]
    by_code: list[Share]
    by_component: list[Share]
    by_severity: list[Share]
    incidents: list[IncidentCount]
    """Those with the most errors."""


class Burst(BaseModel):
    """Consecutive hours or days in which errors of one code were far more than usual."""

    code: str
    begin: datetime
    end: datetime
    count: int
    usual: float
    """The median of an hour or day in the range."""


class DailyTime(BaseModel):
    """Most errors of one code come in the same hour of the day."""

    code: str
    hour: int
    """0 to 23, UTC."""
    days: int
    """With errors in that hour."""
    of_days: int
    count: int
    """In that hour, all days together."""
    share: float
    """Of all errors of the code."""


class AfterChange(BaseModel):
    """An incident began shortly after its app or source was changed."""

    incident_id: str
    title: str
    subject: str
    operation_id: str
    """Of the operation that changed it."""
    operation: str
    """Its title."""
    opened_at: datetime
    seconds: float
    """From the end of the operation to the first error."""


class Patterns(Analysis):
    bursts: list[Burst]
    """The largest first."""
    same_time: list[DailyTime]
    after_change: list[AfterChange]
    """The newest first."""


class Rate(BaseModel):
    """How runs of operations ended. Cancelled ones are not counted."""

    name: str
    """The kind of operation or the subject; empty for all."""
    n: int
    succeeded: int
    failed: int
    success_rate: float | None
    failure_rate: float | None
    mean_seconds: float | None
    """Of a run."""


class Rates(Analysis):
    all: Rate
    by_kind: list[Rate]
    """Those with the most failures first, as `by_subject`."""
    by_subject: list[Rate]


class RepairTime(BaseModel):
    """How often something failed, and how long it took until it was repaired."""

    name: str
    failures: int
    """Times that an incident began."""
    repaired: int
    """Times that one was resolved."""
    mttr_seconds: float | None
    mtbf_seconds: float | None


class RepairTimes(Analysis):
    all: RepairTime
    by_type: list[RepairTime]
    """Those with the most failures first, as the others."""
    by_code: list[RepairTime]
    by_component: list[RepairTime]


class RecoveryRate(BaseModel):
    """How often attempts to repair helped."""

    name: str
    attempts: int
    """That ended, without those that a person superseded."""
    verified: int
    """Whose check showed that they helped."""
    success_rate: float | None


class RecoveryRates(Analysis):
    all: RecoveryRate
    by_strategy: list[RecoveryRate]
    """Those with the most attempts first, as the others."""
    by_type: list[RecoveryRate]
    by_code: list[RecoveryRate]
    by_component: list[RecoveryRate]
