"""Replaces an app by a new build, and rolls back to the old one.

    <slug>                       the app that is served
    <slug>.next-<operation>      the new one, until it is switched to
    <slug>.old-<operation>       the old one, from then on until the new one is accepted
    <slug>.previous              the old one, accepted away: its code and data, without its build

Which of these are there tells how far a switch came: every function may be run again after a kill. Whether
the app should run is what its record says all along, so that a server killed in between starts it again.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from proto_ddf.db.tables import AppRecord
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.hosting import records
from proto_ddf.hosting.apps import exclusive, spawn, stop_processes, wait_until_listening
from proto_ddf.hosting.launch import (
    folder,
    next_folder,
    old_folder,
    previous_folder,
    sibling_folders,
)
from proto_ddf.hosting.processes import is_alive
from proto_ddf.progress import NoProgress, Progress

CARRIED_OVER = ("logs", ".env", ".form_tokens.db")
"""What a new build takes over from the old one."""
REBUILT = (".web", ".states")
"""What of a replaced app is of no use any more."""


def switch(slug: str, operation_id: str, progress: Progress) -> None:
    """Put the operation's build in place, and start it if the app is to run.

    Raises:
        SystemError: code app_start_failed, port_in_use: the caller puts the old one back.
        ValidationError: code app_unknown; app_busy, when another operation's build is on trial.
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
                _carry_over(slug, operation_id)
                os.rename(path, old)
            os.rename(new, path)
        _start_if_wanted(slug, progress)


def roll_back(slug: str, operation_id: str) -> None:
    """Restore the old app, and start it if the app is wanted running. The new build is kept aside."""
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
        with suppress(ProtoDDFError):  # it is looked after as any app is that does not start
            _start_if_wanted(slug, NoProgress())


def accept(slug: str, operation_id: str) -> None:
    """Keep the old app's code and data as the previous ones, and forget those before."""
    old, previous = old_folder(slug, operation_id), previous_folder(slug)
    if old.exists():
        shutil.rmtree(previous, ignore_errors=True)
        os.rename(old, previous)
    for name in REBUILT:
        shutil.rmtree(previous / name, ignore_errors=True)


def is_switched(slug: str, operation_id: str) -> bool:
    """Whether the operation's build is in place, on trial."""
    return old_folder(slug, operation_id).exists() and not next_folder(slug, operation_id).exists()


def discard_build(slug: str, operation_id: str) -> None:
    """Remove what the operation made."""
    shutil.rmtree(next_folder(slug, operation_id), ignore_errors=True)


def discard_unfinished(slug: str) -> None:
    """Remove what operations that are over made of the app and never switched to."""
    for path in sibling_folders(slug):
        if path.name.startswith(f"{slug}.next-"):
            shutil.rmtree(path, ignore_errors=True)


def app_busy(record: AppRecord) -> ValidationError:
    """What is raised where two operations would take an app from each other."""
    return ValidationError(
        f"{record.name} is being made already.",
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


def _carry_over(slug: str, operation_id: str) -> None:
    new = next_folder(slug, operation_id)
    for name in CARRIED_OVER:
        kept = folder(slug) / name
        if kept.is_dir():
            shutil.copytree(kept, new / name, dirs_exist_ok=True)
        elif kept.exists():
            shutil.copy2(kept, new / name)


def _remove_empty_folder(slug: str) -> None:
    """Killed between two renames, the app has no folder, and a try to start it makes one for its log."""
    shutil.rmtree(folder(slug), ignore_errors=True)


def _start_if_wanted(slug: str, progress: Progress) -> None:
    record = records.read(slug)
    if not record.wanted_running:
        return
    if not is_alive(record.pid, record.pid_create_time):
        progress.report("Starting the app")
        record = spawn(record)
    wait_until_listening(record, progress)
