"""Finds the uploads and secrets that sources and operations refer to. All others may be deleted."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pydantic
from sqlmodel import Session, col, select

from proto_ddf import vault
from proto_ddf.db.tables import OperationRecord, OperationState, RepositoryRecord, SourceRecord
from proto_ddf.db.writing import write
from proto_ddf.errors import ValidationError
from proto_ddf.hosting.launch import databases_in_use
from proto_ddf.notify import connected as channels
from proto_ddf.operations.model import KINDS
from proto_ddf.sources.connected.references import (
    References,
    possible_references,
    references_of,
)
from proto_ddf.sources.connected.store import configured_sources
from proto_ddf.sources.files import uploads


def references_on_record(
    opened: Session, *, failed: bool = True, except_source: str = ""
) -> References:
    """What the sources name, the channels of notifications, the repositories of apps, and the operations that have not
    ended.

    Args:
        failed: with the operations that failed, which can be tried again.
        except_source: id of a source that is about to be deleted, and does not count.
    """
    unfinished = col(OperationRecord.finished_at).is_(None)
    retryable = (col(OperationRecord.state) == OperationState.FAILED) & failed
    operations = select(OperationRecord.kind, OperationRecord.input).where(unfinished | retryable)
    stays = col(SourceRecord.id) != except_source
    sources = select(SourceRecord.kind, SourceRecord.config).where(stays)
    tokens = opened.exec(select(RepositoryRecord.token)).all()
    return References.union(
        [
            References(secrets=channels.references(opened)),
            References(frozenset(filter(None, tokens))),
            *(_of_operation(kind, given) for kind, given in opened.exec(operations)),
            *(references_of(kind, config) for kind, config in opened.exec(sources)),
        ]
    )


def discard_secrets(references: Iterable[str], except_source: str = "") -> None:
    """Delete those secrets that nothing refers to any more; `except_source` as in `references_on_record`."""

    def kept(opened: Session) -> frozenset[str]:
        return references_on_record(opened, failed=False, except_source=except_source).secrets

    vault.discard(references, kept)


def discard_uploads(paths: Iterable[str]) -> None:
    """Delete those uploaded files that nothing refers to any more."""
    remove_unreferenced(uploads.upload_folders(paths), failed=False)


def remove_unreferenced(folders: Iterable[Path], *, failed: bool = True) -> int:
    """Delete those folders of uploads that no record and no running app refers to; `failed` as in `references_on_record`.
    Returns how many."""
    wanted = list(folders)
    if not wanted:
        return 0
    linked = {path.parent.name for path in source_files()}
    unlinked = [each for each in wanted if each.name not in linked]
    # The write lock is held meanwhile, so that no new record can refer to them.
    removed = write(partial(_set_aside, unlinked, failed))
    uploads.remove_set_aside()
    return removed


def source_files() -> list[Path]:
    """The files that sources read, symlinks resolved."""
    named = References.union(references_of(each.kind, each.config) for each in configured_sources())
    return list(uploads.real_paths(named.files))


def _of_operation(kind: str, given: Mapping[str, Any]) -> References:
    """What the input of an operation names. An unknown kind or an invalid input comes from another version of Proto-DDF:
    everything it may name counts."""
    known = KINDS.get(kind)
    if known is None:
        return possible_references(given)
    try:
        return known.references(known.input_model.model_validate(given))
    except (pydantic.ValidationError, ValidationError):
        return possible_references(given)


def _set_aside(folders: Iterable[Path], failed: bool, opened: Session) -> int:
    files = references_on_record(opened, failed=failed).files
    named = {part for path in files for part in Path(path.strip()).parts}
    urls = "\n".join(databases_in_use())
    return uploads.set_aside(
        each for each in folders if each.name not in named and each.name not in urls
    )
