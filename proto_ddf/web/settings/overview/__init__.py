"""/settings: accounts, sessions, the own password, the server, and the way to the other pages of settings."""
