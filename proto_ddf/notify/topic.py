"""The topic of `change_events` for channels and deliveries."""

TOPIC = "notifications"
