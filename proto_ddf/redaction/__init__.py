"""Redaction: copies of values and texts for logs, records and pages, without secrets and in a form that JSON can hold.

Import the names below.
"""

from proto_ddf.redaction.names import is_secret_name
from proto_ddf.redaction.texts import HIDDEN, hide, holds_secret, scrub_text, valid_text
from proto_ddf.redaction.values import plain_text, scrub

__all__ = [
    "HIDDEN",
    "hide",
    "holds_secret",
    "is_secret_name",
    "plain_text",
    "scrub",
    "scrub_text",
    "valid_text",
]
