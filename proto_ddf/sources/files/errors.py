"""Errors about one of the files of a source."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proto_ddf.errors.types import IntegrationError, ValidationError

FIELD = "paths"
"""The field of every form that names files."""


def file_error(path: Path, code: str, words: str, **context: object) -> IntegrationError:
    named = {"path": path.name, "name": path.name, "field": FIELD, **context}
    return IntegrationError(f"{path.name}: {words}", "file", "read", code=code, **named)


def too_large(path: Path, limit_mb: int) -> ValidationError:
    """The error for a file that unpacks to more than is allowed."""
    return ValidationError(
        f"{path.name} unpacks to more than {limit_mb} MB.",
        FIELD,
        path.name,
        code="file_too_large",
        path=path.name,
        limit_mb=limit_mb,
    )


@contextmanager
def os_errors_translated(path: Path) -> Iterator[None]:
    """Turn an OSError into an error that names the file.

    Raises:
        IntegrationError: `source_gone`, `file_unreadable`.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise file_error(path, "source_gone", "is gone") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise file_error(path, "file_unreadable", reason, reason=reason) from error
