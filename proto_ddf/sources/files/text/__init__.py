"""Text files: their encodings, and the delimited text that is passed to DuckDB.

The file formats import all three modules.
"""
