"""CSV and TSV files: how they are written, and two readers, DuckDB's and a strict one.

`kind` has the kind for the registry.
"""
