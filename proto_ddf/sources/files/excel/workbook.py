"""Opening an Excel workbook, and every reason why it cannot be."""

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
from proto_ddf.sources.files.errors import explained, file_error
from proto_ddf.sources.files.excel.package import read_workbook
from proto_ddf.sources.size_texts import size_text

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""A stream of the OLE container in which Office keeps a workbook with a password."""
_UNPACKED_TIMES = 10
"""A workbook may unpack to that many times the largest upload: XML packs well, but not without limit."""
_MOST_RATIO = 1_000
"""No sheet that people made packs better than that."""
_SMALL = 10_000_000
"""Bytes that do no harm, however well they are packed."""
_MOST_SHARED = 300_000_000
"""Bytes of texts that all cells share: they are held in memory."""
_CHUNK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, EOFError, NotImplementedError, InvalidFileException,
)  # fmt: skip
"""What openpyxl and the modules below it raise for a workbook that is damaged."""


def check_workbook(path: Path) -> None:
    """Make sure that a file is an .xlsx workbook of reasonable size.

    Raises:
        IntegrationError: `file_empty`, `file_not_excel`, `excel_old_format`, `excel_password`, `file_cut_short`,
            `excel_damaged`, `excel_too_large` (unpacked), `source_gone`, `file_unreadable`.
    """
    with explained(path), path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise file_error(path, "file_empty", "has no content")
    if start == _OLD_OFFICE:
        protected = _holds(path, _ENCRYPTED)
        raise file_error(path, "excel_password" if protected else "excel_old_format", "is OLE")
    if not start.startswith(b"PK"):
        raise _no_workbook(path, "it is some other kind of file")
    if not zipfile.is_zipfile(path):
        raise file_error(path, "file_cut_short", "has no end", what="workbook")
    with damage_told(path), zipfile.ZipFile(path) as archive:
        _check_contents(path, archive)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The workbook, read as a stream, with the results that its formulas had when it was saved.

    Raises:
        IntegrationError: `excel_damaged`; also for whatever is damaged further in.
    """
    with damage_told(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
        with path.open("rb") as file, read_workbook(file) as workbook:
            yield workbook


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Says of damage within a workbook which file it is in."""
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
        raise _no_workbook(path, "it is some other archive")
    sizes = [info.file_size for info in parts.values()]
    limit = get_settings().max_upload_mb * 1_000_000 * _UNPACKED_TIMES
    shared = parts.get("xl/sharedStrings.xml")
    if (
        sum(sizes) > limit
        or (shared and shared.file_size > _MOST_SHARED)
        or any(
            info.file_size > max(_SMALL, _MOST_RATIO * info.compress_size)
            for info in parts.values()
        )
    ):
        size = size_text(sum(sizes))
        raise file_error(path, "excel_too_large", f"unpacks to {size}", size=size)


def _holds(path: Path, wanted: bytes) -> bool:
    held = b""
    with explained(path), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if wanted in held + chunk:
                return True
            held = chunk[-len(wanted) :]
    return False


def _no_workbook(path: Path, reason: str) -> IntegrationError:
    return file_error(path, "file_not_excel", reason, reason=reason)
