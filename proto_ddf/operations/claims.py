"""Uploads and secrets that something on record still names, and those that nothing does, which can go."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import OperationRecord, OperationState, SourceRecord
from proto_ddf.db.writing import write
from proto_ddf.hosting.launch import databases_in_use
from proto_ddf.sources.files import uploads


def claims(opened: Session, *, failed: bool = True, going: str = "") -> str:
    """All that may name an upload or a secret, as one text: sources, and operations that are not over.

    Args:
        failed: with the operations that failed, which can be tried again.
        going: id of a source that is about to be deleted, and claims nothing.
    """
    goes_on = col(OperationRecord.finished_at).is_(None)
    may_go_on = (col(OperationRecord.state) == OperationState.FAILED) & failed
    inputs = opened.exec(select(OperationRecord.input).where(goes_on | may_go_on)).all()
    stays = col(SourceRecord.id) != going
    configs = opened.exec(select(SourceRecord.config).where(stays)).all()
    return "\n".join(json.dumps(each) for each in (*inputs, *configs))


def discard_secrets(references: Iterable[str], going: str = "") -> None:
    """Forget secrets that somebody let go of, but for those that are claimed; `going` as in `claims`."""
    vault.discard(references, partial(claims, failed=False, going=going))


def discard_uploads(paths: Iterable[str]) -> None:
    """Delete uploaded files that somebody let go of, but for those that are claimed."""
    remove_unclaimed(uploads.upload_folders(paths), failed=False)


def remove_unclaimed(folders: Iterable[Path], *, failed: bool = True) -> int:
    """Delete those folders of uploads that nothing claims, and no running app; `failed` as in `claims`. Returns
    how many."""
    wanted = list(folders)
    if not wanted:
        return 0
    linked = {path.parent.name for path in source_files()}
    unlinked = [each for each in wanted if each.name not in linked]
    # In one transaction that holds the write lock: nothing on record comes to refer to them meanwhile.
    removed = write(partial(_set_aside, unlinked, failed))
    uploads.remove_set_aside()
    return removed


def source_files() -> list[Path]:
    """The files that sources read, symlinks resolved."""
    with session() as opened:
        configs = opened.exec(select(SourceRecord.config)).all()
    return list(uploads.real_paths(path for config in configs for path in file_paths(dict(config))))


def file_paths(config: dict[str, Any]) -> list[str]:
    """The files that a source names."""
    return [config["path"]] if "path" in config else list(config.get("paths", []))


def _set_aside(folders: Iterable[Path], failed: bool, opened: Session) -> int:
    named = "\n".join([claims(opened, failed=failed), *databases_in_use()])
    return uploads.set_aside(each for each in folders if each.name not in named)
