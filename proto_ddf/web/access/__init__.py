"""Who may come in and do what: the gate in front of all routes, the guard of all events, and the one table of least roles.

`guard_access(app)` protects the app; the modules `binding` and `request_session` are for routes of other packages.
"""
