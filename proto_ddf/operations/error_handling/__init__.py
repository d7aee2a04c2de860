"""Error handling as a whole: what is done about the errors that were reported.

Import `ErrorHandlingSystem` from `system`; `incident_loop` runs with the server.
"""
