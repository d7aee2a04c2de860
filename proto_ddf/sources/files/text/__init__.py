"""Text files: how they are encoded, and the delimited text that DuckDB is given.

The formats of files import all three modules.
"""
