"""SQLite files as a source.

`source` has the kind for the registry; the other modules are its inside.
"""
