"""The catalogue of all error codes."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from proto_ddf.errors.codes import (
    apps,
    codegen,
    databases,
    files,
    integration,
    recovery,
    system,
    validation,
)
from proto_ddf.errors.codes.model import ErrorCode

__all__ = ["CATALOGUE", "UNKNOWN", "ErrorCode"]


def _by_code(*groups: tuple[ErrorCode, ...]) -> dict[str, ErrorCode]:
    entries = [entry for group in groups for entry in group]
    twice = [code for code, times in Counter(entry.code for entry in entries).items() if times > 1]
    if twice:
        raise ValueError(f"error codes defined twice: {', '.join(twice)}")
    return {entry.code: entry for entry in entries}


CATALOGUE: Mapping[str, ErrorCode] = MappingProxyType(
    _by_code(
        validation.CODES,
        files.CODES,
        databases.CODES,
        system.CODES,
        apps.CODES,
        integration.CODES,
        codegen.CODES,
        recovery.CODES,
    )
)
UNKNOWN = CATALOGUE["unknown"]
