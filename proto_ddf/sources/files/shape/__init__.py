"""Finds likely mistakes in the shape of a table that was read from a file.

`source` imports `shape_checks`. `table_shape` holds the rules and does no input or output.
"""
