"""Opens Excel workbooks, and explains why one cannot be opened."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl.utils.exceptions import InvalidFileException

from proto_ddf.errors.types import IntegrationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.errors import file_error, os_errors_translated
from proto_ddf.sources.files.excel.package import read_workbook
from proto_ddf.sources.size_texts import size_text

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""A stream of the OLE container in which Office stores a workbook with a password."""
_UNPACKED_TIMES = 10
"""The limit of a workbook's unpacked size, in multiples of the largest upload."""
_MOST_RATIO = 1_000
"""A higher compression ratio than any real sheet has."""
_SMALL = 10_000_000
"""Parts of up to this many bytes may have any compression ratio."""
_MOST_SHARED_TEXT = 300_000_000
"""Limit in bytes of the texts that cells share, because they are held in memory."""
_CHUNK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, EOFError, NotImplementedError, InvalidFileException,
)  # fmt: skip
"""What openpyxl and the modules below it raise for a damaged workbook."""


def check_workbook(path: Path) -> None:
    """Check that a file is an .xlsx workbook of reasonable size.

    Raises:
        IntegrationError: `file_empty`, `file_not_excel`, `excel_old_format`, `excel_password`, `file_cut_short`,
            `excel_damaged`, `excel_too_large` (unpacked), `source_gone`, `file_unreadable`.
    """
    with os_errors_translated(path), path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise file_error(path, "file_empty", "has no content")
    if start == _OLD_OFFICE:
        protected = _holds(path, _ENCRYPTED)
        raise file_error(path, "excel_password" if protected else "excel_old_format", "is OLE")
    if not start.startswith(b"PK"):
        raise _no_workbook(path, "it is another kind of file")
    if not zipfile.is_zipfile(path):
        raise file_error(path, "file_cut_short", "has no end", what="workbook")
    with damage_errors_translated(path), zipfile.ZipFile(path) as archive:
        _check_contents(path, archive)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The workbook as a stream, with the stored results of its formulas.

    Raises:
        IntegrationError: `excel_damaged`, also if damage is found later while reading.
    """
    with damage_errors_translated(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are not used
        with path.open("rb") as file, read_workbook(file) as workbook:
            yield workbook


@contextmanager
def damage_errors_translated(path: Path) -> Iterator[None]:
    """Turn errors about damage within a workbook into one that names the file."""
    try:
        yield
    except _BROKEN as error:
        reason = f"{type(error).__name__}: {error}"
        raise file_error(path, "excel_damaged", reason) from error


def _check_contents(path: Path, archive: zipfile.ZipFile) -> None:
    parts = {info.filename: info for info in archive.infolist()}
    if "xl/workbook.bin" in parts:
        raise _no_workbook(path, "it is a binary workbook (.xlsb)")
    if "content.xml" in parts and "mimetype" in parts:
        raise _no_workbook(path, "it is an OpenDocument file")
    if "[Content_Types].xml" not in parts or not any(name.startswith("xl/") for name in parts):
        raise _no_workbook(path, "it is another kind of archive")
    sizes = [info.file_size for info in parts.values()]
    limit = get_settings().max_upload_mb * 1_000_000 * _UNPACKED_TIMES
    shared = parts.get("xl/sharedStrings.xml")
    if (
        sum(sizes) > limit
        or (shared and shared.file_size > _MOST_SHARED_TEXT)
        or any(
            info.file_size > max(_SMALL, _MOST_RATIO * info.compress_size)
            for info in parts.values()
        )
    ):
        size = size_text(sum(sizes))
        raise file_error(path, "excel_too_large", f"unpacks to {size}", size=size)


def _holds(path: Path, wanted: bytes) -> bool:
    held = b""
    with os_errors_translated(path), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if wanted in held + chunk:
                return True
            held = chunk[-len(wanted) :]
    return False


def _no_workbook(path: Path, reason: str) -> IntegrationError:
    return file_error(path, "file_not_excel", reason, reason=reason)
