"""What went wrong, and how to say it."""

from proto_ddf.errors.catalogue import CATALOGUE, ErrorCode
from proto_ddf.errors.classify import Classification, classify
from proto_ddf.errors.context import enhance_error_context
from proto_ddf.errors.description import describe
from proto_ddf.errors.messages import ErrorMessageProvider
from proto_ddf.errors.types import (
    IntegrationError,
    ProtoDDFError,
    SystemError,
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
