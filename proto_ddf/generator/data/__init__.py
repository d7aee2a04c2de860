"""The app's own SQLite file: its schema, and the import of rows from files.

Callers import `importer`.
"""
