"""What sources and operations on record refer to: their uploads and secrets are kept, others may be deleted."""

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


def reference_text(opened: Session, *, failed: bool = True, except_source: str = "") -> str:
    """All that may refer to an upload or a secret, as one text: sources, and operations that are not over.

    Args:
        failed: with the operations that failed, which can be tried again.
        except_source: id of a source that is about to be deleted, and counts no more.
    """
    goes_on = col(OperationRecord.finished_at).is_(None)
    may_go_on = (col(OperationRecord.state) == OperationState.FAILED) & failed
    inputs = opened.exec(select(OperationRecord.input).where(goes_on | may_go_on)).all()
    stays = col(SourceRecord.id) != except_source
    configs = opened.exec(select(SourceRecord.config).where(stays)).all()
    return "\n".join(json.dumps(each) for each in (*inputs, *configs))


def discard_secrets(references: Iterable[str], except_source: str = "") -> None:
    """Delete those secrets that nothing refers to any more; `except_source` as in `reference_text`."""
    vault.discard(references, partial(reference_text, failed=False, except_source=except_source))


def discard_uploads(paths: Iterable[str]) -> None:
    """Delete those uploaded files that nothing refers to any more."""
    remove_unreferenced(uploads.upload_folders(paths), failed=False)


def remove_unreferenced(folders: Iterable[Path], *, failed: bool = True) -> int:
    """Delete those folders of uploads that nothing refers to, and no running app; `failed` as in `reference_text`.
    Returns how many."""
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
    named = "\n".join([reference_text(opened, failed=failed), *databases_in_use()])
    return uploads.set_aside(each for each in folders if each.name not in named)
