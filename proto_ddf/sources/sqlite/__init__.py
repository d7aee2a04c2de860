"""SQLite files as a source.

The registry imports `source`; the other modules are internal.
"""
