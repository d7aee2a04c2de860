"""Replaces an app by a new build, and rolls back to the old one.

    <slug>                       the app that is served
    <slug>.next-<operation>      the new app, before the switch
    <slug>.old-<operation>       the old app, from the switch until the new one is accepted
    <slug>.previous              the old app afterwards: its code and data, without its build

The existing folders show how far a switch came, so every function may be run again after a kill. The record says
all the time whether the app should run, so a server that was killed in between starts it again.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from proto_ddf.db.tables import AppRecord
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.hosting import records
from proto_ddf.hosting.app_locks import exclusive
from proto_ddf.hosting.app_processes import spawn, stop_processes, wait_until_listening
from proto_ddf.hosting.launch import (
    folder,
    next_folder,
    old_folder,
    previous_folder,
    sibling_folders,
)
from proto_ddf.hosting.processes import is_alive
from proto_ddf.progress import NoProgress, Progress

CARRIED_OVER = ("logs", ".env", ".submissions.db", ".views.db")
"""Copied from the old app to the new one."""
REBUILT = (".web", ".states")
"""Deleted from a replaced app, since a build makes them again."""


def switch(slug: str, operation_id: str, progress: Progress, *, kept: Sequence[str] = ()) -> None:
    """Put the operation's build in place, and start it if the app should run. `kept` are further files and folders that are
    copied from the old app to the new one.

    Raises:
        SystemError: code app_start_failed, port_in_use; the caller must roll back.
        ValidationError: code app_unknown; app_busy, if another operation's build is not accepted yet.
    """
    new, old, path = next_folder(slug, operation_id), old_folder(slug, operation_id), folder(slug)
    with exclusive(slug, progress):
        record = records.read(slug)
        if new.exists():
            _check_alone(record, old)
            stop_processes(record)
            if old.exists():
                _remove_empty_folder(slug)
            else:
                _carry_over(slug, operation_id, (*CARRIED_OVER, *kept))
                os.rename(path, old)
            os.rename(new, path)
        _start_if_wanted(slug, progress)


def roll_back(slug: str, operation_id: str) -> None:
    """Restore the old app, and start it if the app should run. The new build is moved back to its own folder."""
    new, old, path = next_folder(slug, operation_id), old_folder(slug, operation_id), folder(slug)
    with exclusive(slug, NoProgress()):
        record = records.find_record(slug)
        if record is None or not old.exists():
            return
        stop_processes(record)
        if new.exists():
            _remove_empty_folder(slug)
        elif path.exists():
            os.rename(path, new)
        os.rename(old, path)
        with suppress(ProtoDDFError):  # the watcher handles an app that does not start
            _start_if_wanted(slug, NoProgress())


def accept(slug: str, operation_id: str) -> None:
    """Keep the old app's code and data as the previous ones, and delete the earlier previous ones."""
    old, previous = old_folder(slug, operation_id), previous_folder(slug)
    if old.exists():
        shutil.rmtree(previous, ignore_errors=True)
        os.rename(old, previous)
    for name in REBUILT:
        shutil.rmtree(previous / name, ignore_errors=True)


def is_switched(slug: str, operation_id: str) -> bool:
    """Whether the operation's build is in place and not accepted yet."""
    return old_folder(slug, operation_id).exists() and not next_folder(slug, operation_id).exists()


def discard_build(slug: str, operation_id: str) -> None:
    """Remove the operation's build, if it was not switched to."""
    shutil.rmtree(next_folder(slug, operation_id), ignore_errors=True)


def discard_unfinished(slug: str) -> None:
    """Remove builds of the app by finished operations that never switched to them."""
    for path in sibling_folders(slug):
        if path.name.startswith(f"{slug}.next-"):
            shutil.rmtree(path, ignore_errors=True)


def app_busy(record: AppRecord) -> ValidationError:
    """The error if another operation already works on the app."""
    return ValidationError(
        f"{record.name} is already being generated.",
        field="slug",
        value=record.name,
        code="app_busy",
    )


def _check_alone(record: AppRecord, old: Path) -> None:
    others = [
        path for path in sibling_folders(record.slug) if path.name.startswith(f"{record.slug}.old-")
    ]
    if any(path != old for path in others):
        raise app_busy(record)


def _carry_over(slug: str, operation_id: str, names: Sequence[str]) -> None:
    new = next_folder(slug, operation_id)
    for name in names:
        kept = folder(slug) / name
        if kept.is_dir():
            shutil.copytree(kept, new / name, dirs_exist_ok=True)
        elif kept.exists():
            shutil.copy2(kept, new / name)


def _remove_empty_folder(slug: str) -> None:
    """If the server was killed between the two renames, the app has no folder, and an attempt to start it makes one
    for its log."""
    shutil.rmtree(folder(slug), ignore_errors=True)


def _start_if_wanted(slug: str, progress: Progress) -> None:
    record = records.read(slug)
    if not record.wanted_running:
        return
    if not is_alive(record.pid, record.pid_create_time):
        progress.report("Starting the app")
        record = spawn(record)
    wait_until_listening(record, progress)
