"""`ErrorAnalytics`: patterns and trends of errors over a range such as 1h, 24h, 7d or 30d."""

from collections.abc import Callable
from datetime import datetime

from proto_ddf.db.engine import session
from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring.analytics import patterns
from proto_ddf.monitoring.analytics.results import Patterns, Trends
from proto_ddf.monitoring.analytics.time_range import DAYS_BY_HOUR, TimeRange, read_range
from proto_ddf.monitoring.analytics.trends import trends
from proto_ddf.monitoring.rollups import bucket


class ErrorAnalytics:
    """Analyses what is stored. Ranges end at `clock()` and are rounded outwards to whole hours, UTC."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def analyze_patterns(self, time_range: str) -> Patterns:
        """What errors have in common, at most 20 of each:

        - Bursts: an hour (of ranges over 7 days: a day) with at least 10 errors of one code, and at least five times the
          median of the range's hours, those without errors included. Consecutive ones are one burst.
        - Same time of day: more than half of a code's errors came in one hour of the day (UTC), on at least 3 days and
          half of all days. Of longer ranges the last 7 days are looked at.
        - After a change: an incident began within 30 minutes after its app or source was connected, generated,
          regenerated, refreshed or retyped. The last 200 such operations in the range are looked at, without those that
          were removed.

        Raises:
            ValidationError: field "time_range".
        """
        found = read_range(time_range, self._clock())
        recent = max(found.begin, bucket(found.end - DAYS_BY_HOUR, "hour"))
        with session() as opened:
            hourly = patterns.read_curves(opened, TimeRange(recent, found.end), "hour")
            curves = (
                hourly
                if found.grain == "hour"
                else patterns.read_curves(opened, found, found.grain)
            )
            return Patterns(
                begin=found.begin,
                end=found.end,
                bursts=patterns.bursts(curves),
                same_time=patterns.same_time(hourly),
                after_change=patterns.after_change(opened, found),
            )

    def analyze_trends(self, time_range: str) -> Trends:
        """How many errors there were by hour (of ranges over 7 days: by day) and by type, code, component and severity,
        and how that changed against the range of the same length before.

        The direction is that of the complete hours or days, by the Mann-Kendall test at 5 % (see `trend_test`).

        Raises:
            ValidationError: field "time_range".
        """
        with session() as opened:
            return trends(opened, read_range(time_range, self._clock()))
