"""Monitoring: records the errors of people's actions, groups them into incidents, and lists, analyses and reports them.

Import the functions of `intake` to report, `error_views`, `incident_views` and `incidents` to read and change, and see
`analytics` and `reports`.
"""
