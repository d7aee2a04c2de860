"""Files as sources: CSV, Excel, JSON and Parquet, read by DuckDB into typed tables.

The registry imports the `KIND` of each format; other callers import `uploads`, `cache` and `key_suggestions`.
"""
