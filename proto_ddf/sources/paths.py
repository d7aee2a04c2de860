"""The files that sources may read: only those in the uploads, the samples and the allowed folders."""

import os
from collections.abc import Sequence
from pathlib import Path

from proto_ddf.errors.types import ValidationError
from proto_ddf.settings import get_settings

MAX_FILES = 100
"""Limit for one source."""
_WILDCARDS = "*?["


def allowed_roots() -> list[Path]:
    """The folders that files may be read from, with symlinks resolved."""
    settings = get_settings()
    folders = [settings.uploads_folder, settings.samples_folder, *settings.allowed_folders]
    return [folder.expanduser().resolve() for folder in folders]


def confine(path: str | Path, *, field: str = "path", must_exist: bool = True) -> Path:
    """The real path of a file that sources may read, with symlinks resolved.

    A relative path is searched in the uploads, then the samples, then the allowed folders.

    Raises:
        ValidationError: at `field`, with code `file_required` (empty), `path_not_allowed` (outside of those folders, or
            `..` in a relative path), and if `must_exist` also `file_not_found` (missing, or not a regular file) or
            `file_unreadable`.
    """
    text = str(path).strip()
    if not text:
        raise _refused(text, field, "file_required", "A file is required.")
    resolved = _resolve(text)
    if resolved is None:
        raise _refused(
            text, field, "path_not_allowed", f"{text!r} is outside of the allowed folders."
        )
    if must_exist and not _is_file(resolved, text, field):
        raise _refused(text, field, "file_not_found", f"There is no file {text!r}.")
    return resolved


def expand(paths: Sequence[str], *, field: str) -> list[Path]:
    """The real paths of files in the given order, each once. A path with `*`, `?` or `[...]` that is not itself a file
    stands for all files that match, sorted by name. Other paths need not exist.

    Raises:
        ValidationError: at `field`; see `confine`; `no_file_matches`, `too_many_files` (over MAX_FILES).
    """
    found: dict[Path, None] = {}
    for text in paths:
        found |= dict.fromkeys(_matches(text, field))
    if len(found) > MAX_FILES:
        raise _refused(
            str(paths[0]),
            field,
            "too_many_files",
            f"There are more than {MAX_FILES} files.",
            limit=str(MAX_FILES),
        )
    return list(found)


def _matches(text: str, field: str) -> list[Path]:
    whole = confine(text, field=field, must_exist=False)
    if not any(mark in text for mark in _WILDCARDS) or os.path.exists(whole):
        return [whole]
    for root in allowed_roots():
        pattern = Path(text.strip()).expanduser()
        if pattern.is_absolute():
            if not whole.is_relative_to(root):
                continue
            pattern = whole.relative_to(root)
        matching = (path for path in root.glob(str(pattern)) if not path.name.startswith("."))
        files = [real for path in matching if (real := _below_root(path)) and real.is_file()]
        if files:
            return sorted(files)
    raise _refused(text, field, "no_file_matches", f"No file matches {text!r}.")


def _is_file(path: Path, text: str, field: str) -> bool:
    try:
        return path.is_file()
    except PermissionError as error:
        reason = "its folder cannot be opened"
        refused = _refused(text, field, "file_unreadable", f"{text!r}: {reason}.", reason=reason)
        raise refused from error
    except OSError:  # such as a name that is too long
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
