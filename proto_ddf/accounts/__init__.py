"""Who may come in, and what they did: accounts, roles, sessions, one-time tokens and the audit.

Import the modules: `management` (for pages of admins), `sign_in`, `sessions` (`SESSIONS`), `one_time_tokens`,
`passwords`, `audit`, `roles`. All but `sessions.SESSIONS.find` and `.get` use the database: call them in a thread.
"""
