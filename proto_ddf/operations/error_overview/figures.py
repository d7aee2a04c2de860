"""Figures about errors over a range of time, for the page of all errors."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from proto_ddf.monitoring.analytics.error_analytics import ErrorAnalytics
from proto_ddf.monitoring.analytics.failure_tracking import FailureTracking
from proto_ddf.monitoring.analytics.results import (
    CurvePoint,
    Patterns,
    Rates,
    RecoveryRates,
    RepairTimes,
    Trends,
)
from proto_ddf.monitoring.reports.words import DIRECTIONS, code_title
from proto_ddf.operations.recovery.strategies import STRATEGIES

RANGES = ("1h", "24h", "7d", "30d")
DEFAULT_RANGE = "24h"
LINES = 10
_LEAST_HEIGHT = 4.0
"""Percent: one error is seen beside a thousand."""


class Bar(BaseModel):
    """The errors of one hour or day."""

    at: str
    """When it begins, ISO 8601 with zone."""
    errors: int
    height: float
    """Percent of the highest bar."""


class TypeFigure(BaseModel):
    name: str
    count: int
    share: float
    change: float | None
    """Against the range before: 0.5 is half as many again."""


class ComponentFigure(BaseModel):
    """How one part of Proto-DDF, or one external system, did."""

    name: str
    errors: int
    failures: int
    """Times that an incident of it began."""
    mttr_seconds: float | None
    mtbf_seconds: float | None


class EffectFigure(BaseModel):
    """How often a way to repair was tried to its end, and how often its check showed that it helped."""

    name: str
    attempts: int
    verified: int
    share: float | None


class Pattern(BaseModel):
    """In words: what the errors have in common."""

    text: str
    at: str = ""
    """When it began, ISO 8601 with zone."""
    href: str = ""


class Figures(BaseModel):
    """None is no data. Durations are seconds, shares are from 0 to 1."""

    time_range: str = ""
    grain: str = "hour"
    bars: list[Bar] = []
    highest: int = 0
    errors: int = 0
    errors_per_hour: float = 0.0
    change: float | None = None
    direction: str = ""
    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    success_rate: float | None = None
    failure_rate: float | None = None
    repaired: int = 0
    mttr_seconds: float | None = None
    failures: int = 0
    mtbf_seconds: float | None = None
    types: list[TypeFigure] = []
    components: list[ComponentFigure] = []
    effects: list[EffectFigure] = []
    patterns: list[Pattern] = []


def read_figures(time_range: str) -> Figures:
    """The figures of one of RANGES; of another text those of DEFAULT_RANGE."""
    wanted = time_range if time_range in RANGES else DEFAULT_RANGE
    analytics, tracking = ErrorAnalytics(), FailureTracking()
    trends, repair = analytics.analyze_trends(wanted), tracking.repair_times(wanted)
    return Figures(
        time_range=wanted,
        **_of_trends(trends),
        **_of_rates(tracking.rates(wanted)),
        **_of_repairs(repair),
        components=_components(trends, repair),
        effects=_effects(tracking.recovery_success(wanted)),
        patterns=[*_patterns(analytics.analyze_patterns(wanted))][:LINES],
    )


def _of_trends(trends: Trends) -> dict[str, object]:
    return {
        "grain": trends.grain,
        "bars": _bars(trends.points),
        "highest": max((point.errors for point in trends.points), default=0),
        "errors": trends.errors,
        "errors_per_hour": trends.errors_per_hour,
        "change": trends.change,
        "direction": DIRECTIONS[trends.direction],
        "types": [
            TypeFigure(name=each.name, count=each.count, share=each.share, change=each.change)
            for each in trends.by_type[:LINES]
        ],
    }


def _bars(points: Sequence[CurvePoint]) -> list[Bar]:
    highest = max((point.errors for point in points), default=0) or 1
    return [
        Bar(
            at=point.at.isoformat(),
            errors=point.errors,
            height=max(_LEAST_HEIGHT, round(100 * point.errors / highest, 1))
            if point.errors
            else 0,
        )
        for point in points
    ]


def _of_rates(rates: Rates) -> dict[str, object]:
    every = rates.all
    return {
        "runs": every.n,
        "succeeded": every.succeeded,
        "failed": every.failed,
        "success_rate": every.success_rate,
        "failure_rate": every.failure_rate,
    }


def _of_repairs(repair: RepairTimes) -> dict[str, object]:
    every = repair.all
    return {
        "repaired": every.repaired,
        "mttr_seconds": every.mttr_seconds,
        "failures": every.failures,
        "mtbf_seconds": every.mtbf_seconds,
    }


def _components(trends: Trends, repair: RepairTimes) -> list[ComponentFigure]:
    errors = {each.name: each.count for each in trends.by_component}
    repairs = {each.name: each for each in repair.by_component}
    names = sorted({*errors, *repairs}, key=lambda name: (-errors.get(name, 0), name))
    return [
        ComponentFigure(
            name=name or "not known",
            errors=errors.get(name, 0),
            failures=repairs[name].failures if name in repairs else 0,
            mttr_seconds=repairs[name].mttr_seconds if name in repairs else None,
            mtbf_seconds=repairs[name].mtbf_seconds if name in repairs else None,
        )
        for name in names[:LINES]
    ]


def _effects(rates: RecoveryRates) -> list[EffectFigure]:
    return [
        EffectFigure(
            name=STRATEGIES[each.name].title if each.name in STRATEGIES else each.name,
            attempts=each.attempts,
            verified=each.verified,
            share=each.success_rate,
        )
        for each in rates.by_strategy[:LINES]
    ]


def _patterns(found: Patterns) -> Iterable[Pattern]:
    for burst in found.bursts:
        yield Pattern(
            text=f"{code_title(burst.code)}: {burst.count} errors at once, usually {burst.usual:g}.",
            at=burst.begin.isoformat(),
        )
    for daily in found.same_time:
        yield Pattern(
            text=f"{code_title(daily.code)}: mostly from {daily.hour:02}:00 to {(daily.hour + 1) % 24:02}:00 UTC, "
            f"on {daily.days} of {daily.of_days} days."
        )
    for after in found.after_change:
        yield Pattern(
            text=f"{after.title}: began soon after “{after.operation}”.",
            at=after.opened_at.isoformat(),
            href=f"/errors/{after.incident_id}",
        )
