"""Monitoring: records the errors of people's actions, groups them into incidents, and lists both.

Import the functions of `tracker`, `incidents` and `incident_views`.
"""
