"""Monitoring: records the errors of people's actions and lists them.

Import the functions of `tracker`.
"""
