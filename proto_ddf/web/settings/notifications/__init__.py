"""/settings/notifications: the channels, their form, and what was not delivered."""
