"""Errors: the exception types, the catalogue of codes, and the classification of any exception into a code.

Import the names below from here. `SystemError` would hide a builtin, so callers write `from proto_ddf import errors`
and `errors.SystemError`. Import the modules `next_attempt`, `exit_codes` and `settings_errors` by their own names.
"""

from proto_ddf.errors.catalogue import CATALOGUE, ErrorCode
from proto_ddf.errors.classify import Classification, classify
from proto_ddf.errors.context import enhance_error_context
from proto_ddf.errors.description import describe
from proto_ddf.errors.messages import ErrorMessageProvider
from proto_ddf.errors.types import (
    IntegrationError,
    ProtoDDFError,
    SystemError,  # noqa: A004 - the name of the API; callers qualify it
    ValidationError,
)

__all__ = [
    "CATALOGUE",
    "Classification",
    "ErrorCode",
    "ErrorMessageProvider",
    "IntegrationError",
    "ProtoDDFError",
    "SystemError",
    "ValidationError",
    "classify",
    "describe",
    "enhance_error_context",
]
