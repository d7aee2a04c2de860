"""The app's own SQLite file: its schema, and the rows of files that are imported into it.

Callers import `importer`.
"""
