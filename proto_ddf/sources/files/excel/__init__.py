"""Excel workbooks: each sheet is a table.

The registry imports `kind`.
"""
