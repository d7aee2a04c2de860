"""The topic of `change_events` for channels and deliveries, and the page that shows them."""

TOPIC = "notifications"
PAGE = "/settings/notifications"
