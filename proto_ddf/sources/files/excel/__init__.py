"""Excel workbooks: each sheet is a table.

`kind` has the kind for the registry.
"""
