"""Monitoring: records the errors of people's actions, groups them into incidents, and lists both.

Import the functions of `intake` to report, `error_views`, `incident_views` and `incidents` to read and change.
"""
