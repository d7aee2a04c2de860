"""Monitoring: the errors that people met, recorded and listed.

Import the functions of `tracker`.
"""
