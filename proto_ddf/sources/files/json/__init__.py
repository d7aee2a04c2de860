"""JSON and JSON Lines files.

The registry imports `kind`.
"""
