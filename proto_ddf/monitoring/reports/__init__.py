"""Reports on errors: one file each, HTML that can be read alone and printed, or JSON with the same figures.

Import `ErrorReporting` from `error_reporting`, `ReportOptions` from `options`, `store` to list and delete, and
`schedule` for those that are made regularly.
"""
