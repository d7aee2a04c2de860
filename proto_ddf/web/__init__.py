"""The browser UI: pages, their states, and the components they share."""

from proto_ddf.web.literal_guard import guard_literals

guard_literals()
