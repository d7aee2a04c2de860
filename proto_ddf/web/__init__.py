"""The browser UI: a package per feature with pages, components and states, and the parts that they share."""

from proto_ddf.web.literal_guard import guard_literals

guard_literals()
