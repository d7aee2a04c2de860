"""CSV and TSV files: their encoding and delimiter, a fast reader (DuckDB's) and a strict one (Python's).

The registry imports `kind`.
"""
