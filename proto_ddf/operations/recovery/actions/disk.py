"""Free disk space: what can be made again or has been read, never data."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from proto_ddf.db.tables import OperationState
from proto_ddf.errors import ProtoDDFError
from proto_ddf.hosting import replacement
from proto_ddf.operations.journal.records import read
from proto_ddf.operations.recovery.actions.packages import WEB, clear_package_cache
from proto_ddf.operations.recovery.model import Recovering
from proto_ddf.settings import get_settings
from proto_ddf.sources.size_texts import size_text

_OVER = (OperationState.SUCCEEDED, OperationState.CANCELLED)
CACHES = ("__pycache__", ".states")
"""Folders of an app that Python and Reflex make again."""


def free_space(context: Recovering) -> None:
    """Remove builds that nothing uses any more, rotated logs, and the cache of packages."""
    before = shutil.disk_usage(get_settings().home).free
    for path in (*_left_builds(), *_old_logs()):
        context.check_stop()
        context.log(f"Removed {path}")
        _remove(path)
    try:
        clear_package_cache(context)
    except (
        OSError,
        ProtoDDFError,
    ) as error:  # it may be on another disk, and the rest is free already
        context.log(f"The cache of packages stays: {error}")
    freed = max(0, shutil.disk_usage(get_settings().home).free - before)
    context.report(f"{size_text(freed)} freed")


def remove_temporary_files(context: Recovering) -> None:
    """Remove what Python and Reflex keep beside the app's code, and builds of it that nothing uses any more."""
    folder = context.input.folder
    for name in CACHES:
        for path in folder.rglob(name):
            if WEB not in path.parts:
                shutil.rmtree(path, ignore_errors=True)
    for path in _left_builds():
        _remove(path)
    context.report("The temporary files are removed")


def _left_builds() -> Iterator[Path]:
    """Builds of apps whose operations are over, and what a build leaves in the kept copy of a replaced app."""
    for path in get_settings().apps_folder.glob("*.*"):
        what = path.name.partition(".")[2]
        if what == "previous":
            yield from (path / name for name in replacement.REBUILT if (path / name).exists())
        elif what.startswith("next-") and _is_over(what.removeprefix("next-")):
            yield path


def _is_over(operation_id: str) -> bool:
    operation = read(operation_id)
    return operation is None or operation.state in _OVER


def _old_logs() -> Iterator[Path]:
    settings = get_settings()
    yield from settings.logs_folder.glob("*.log.*")
    yield from settings.apps_folder.glob("*/logs/*.log.*")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
