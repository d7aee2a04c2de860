"""What users start, watch, cancel and try again: durable operations made of steps. Pages import `service`, `views`,
`change_events`, `planning`, the inputs in `kinds`, `retention.references` and `watches`; `journal` and `engine` are the inside."""

from proto_ddf.logs import log_operation

__all__ = ["log_operation"]
