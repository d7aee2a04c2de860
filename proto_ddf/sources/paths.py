"""Which files a source may read: only those below the uploads, the samples and the allowed folders."""

import os
from pathlib import Path

from proto_ddf.errors.types import ValidationError
from proto_ddf.settings import get_settings


def allowed_roots() -> list[Path]:
    """The folders files may be read from, symlinks resolved."""
    settings = get_settings()
    folders = [settings.uploads_folder, settings.samples_folder, *settings.allowed_folders]
    return [folder.expanduser().resolve() for folder in folders]


def confine(path: str | Path, *, field: str = "path", must_exist: bool = True) -> Path:
    """The real path of a file that may be read, symlinks resolved.

    A relative path is looked for below the uploads, then the samples, then the allowed folders.

    Raises:
        ValidationError: at `field`, with code `file_required` (empty), `path_not_allowed` (outside
            of those folders, or `..` in a relative path), and if `must_exist` also
            `file_not_found` (not there, or no regular file) or `file_unreadable`.
    """
    text = str(path).strip()
    if not text:
        raise _refused(text, field, "file_required", "A file is required.")
    resolved = _resolve(text)
    if resolved is None:
        raise _refused(
            text, field, "path_not_allowed", f"{text!r} is outside of the folders allowed."
        )
    if must_exist and not _is_file(resolved, text, field):
        raise _refused(text, field, "file_not_found", f"There is no file {text!r}.")
    return resolved


def _is_file(path: Path, text: str, field: str) -> bool:
    try:
        return path.is_file()
    except PermissionError as error:
        reason = "its folder may not be entered"
        refused = _refused(text, field, "file_unreadable", f"{text!r}: {reason}.", reason=reason)
        raise refused from error
    except OSError:  # e.g. a name too long
        return False


def _resolve(text: str) -> Path | None:
    if "\0" in text:
        return None
    try:
        path = Path(text).expanduser()
        if path.is_absolute():
            return _below_root(path)
        if ".." in path.parts:
            return None
        candidates = [found for root in allowed_roots() if (found := _below_root(root / path))]
        existing = [candidate for candidate in candidates if os.path.exists(candidate)]
        return next(iter(existing or candidates), None)
    except (OSError, RuntimeError):  # a loop of symlinks, a name too long, "~nobody"
        return None


def _below_root(path: Path) -> Path | None:
    resolved = path.resolve()
    inside = any(resolved.is_relative_to(root) and resolved != root for root in allowed_roots())
    return resolved if inside else None


def _refused(value: str, field: str, code: str, message: str, **context: str) -> ValidationError:
    return ValidationError(message, field, value, code=code, path=Path(value).name, **context)
