"""What happened over time: patterns and trends of errors, and how often operations fail and are repaired.

Import `ErrorAnalytics` from `error_analytics`, `FailureTracking` from `failure_tracking`, their results from `results`.
Counts come from the roll-ups, durations from the episodes of incidents, so that nothing is lost by a restart.
"""
