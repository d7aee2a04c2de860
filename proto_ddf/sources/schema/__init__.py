"""The schema of a source: tables, columns, keys, and how two schemas differ. It does no input or output.

Callers import `model`, `diff` and `column_types`.
"""
