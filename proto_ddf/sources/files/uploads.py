"""Uploaded files: each has a folder of its own, so that it keeps its name."""

import contextlib
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from proto_ddf.db.tables import new_id
from proto_ddf.errors.types import ValidationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.files import cache
from proto_ddf.sources.files.file_age import last_written
from proto_ddf.sources.paths import expand

_NAME_BYTES = 120
"""Leaves room for suffixes within the 255 bytes that file systems allow."""
_FOLDER = re.compile(r"[0-9a-f]{12}")
"""The name of an upload's folder, as `new_id` makes it."""
_ANY_FOLDER = re.compile(f"(?=({_FOLDER.pattern}))")
"""Also finds names that overlap."""
_ASIDE = ".removed-"


def upload_path(filename: str) -> Path:
    """A new path below the uploads folder that ends in a safe form of `filename`.

    Makes the folder, but not the file.

    Raises:
        OSError: the folder cannot be made.
    """
    folder = get_settings().uploads_folder / new_id()
    folder.mkdir(mode=0o700, parents=True)
    return folder / safe_name(filename)


def safe_name(filename: str) -> str:
    """The file's name without folders, control characters and leading dots; never empty."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", name).lstrip(". ").rstrip()
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix[:10]
    stem_bytes = stem.encode("utf-8", "replace")[: _NAME_BYTES - len(suffix.encode())]
    return (stem_bytes.decode("utf-8", "ignore") or "upload") + suffix


def release_files(paths: Iterable[str], kept: Iterable[str]) -> int:
    """Remove the files at `paths`, as sources name them, except those that are also at `kept`.

    Their typed copies are deleted, and uploaded files as well. Returns the number of uploads deleted.
    """
    in_use = set(real_paths(kept))
    gone = set(real_paths(paths)) - in_use
    for path in gone:
        cache.forget(path)
    folders_in_use = {path.parent for path in in_use}
    return remove_uploads(path for path in gone if path.parent not in folders_in_use)


def real_paths(paths: Iterable[str]) -> Iterator[Path]:
    """The real paths of files that sources name. A name that matches no file in an allowed folder is left out."""
    for path in paths:
        try:
            yield from expand([path], field="path")
        except (ValidationError, UnicodeError):
            continue


def remove_uploads(paths: Iterable[str | Path]) -> int:
    """Delete those of `paths` that are uploaded files, with their folders. Returns how many.

    Other files (samples, files in allowed folders) are not touched.
    """
    folders = upload_folders(paths)
    for folder in folders:
        for file in folder.iterdir():
            cache.forget(file)
        shutil.rmtree(folder, ignore_errors=True)
    return len(folders)


def upload_folders(paths: Iterable[str | Path]) -> set[Path]:
    """The folders of those of `paths` that are uploaded files."""
    root = get_settings().uploads_folder.resolve()
    folders = {Path(path).resolve().parent for path in paths}
    return {
        each
        for each in folders
        if each.parent == root and not each.name.startswith(".") and each.is_dir()
    }


def folder_names_in(text: str) -> set[str]:
    """Every part of a text that may be the name of an upload's folder."""
    return set(_ANY_FOLDER.findall(text))


def stale_uploads(before: float) -> list[Path]:
    """Folders of uploads without a write since `before` (seconds since the epoch), including uploads that were
    interrupted. Other files in the uploads folder are ignored."""
    uploads = get_settings().uploads_folder
    folders = [path for path in uploads.iterdir() if _FOLDER.fullmatch(path.name)]
    return [each for each in folders if not each.is_symlink() and last_written(each) < before]


def set_aside(folders: Iterable[Path]) -> int:
    """Make the folders of uploads unavailable at once, and delete their typed copies. Returns how many.
    `remove_set_aside` frees the space later."""
    moved = 0
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):  # it was removed meanwhile
            for file in folder.resolve().iterdir():
                cache.forget(file)
            folder.rename(folder.with_name(_ASIDE + folder.name))
            moved += 1
    return moved


def remove_set_aside() -> None:
    """Delete the folders that were set aside, also those that a killed server left."""
    for folder in get_settings().uploads_folder.glob(f"{_ASIDE}*"):
        shutil.rmtree(folder, ignore_errors=True)
