"""What users start, watch, cancel and try again: durable operations made of steps."""

from proto_ddf.logs import log_operation

__all__ = ["log_operation"]
