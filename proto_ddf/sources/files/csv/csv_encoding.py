"""The format of a CSV or TSV file: its encoding, its delimiter, its header.

Files are read as streams, whatever their size. A ZIP file that holds one CSV file is read as that file.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.errors import file_error, os_errors_translated, too_large
from proto_ddf.sources.files.format import unique_names
from proto_ddf.sources.files.text.encodings import AUTO, codec, label
from proto_ddf.sources.files.text.text_encoding import find_encoding

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_ZIP = b"PK\x03\x04"
"""The first bytes of a ZIP file; its directory is at its end."""
SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_SAMPLE = 1 << 16
_SAMPLE_RECORDS = 200
_START = 1_024
"""The first bytes of a file, which show whether it has another format."""
_OTHER_FORMATS = ("<!doctype", "<html", "<?xml", "<svg", "{", "[{", "%pdf", "{\\rtf")
PADDING = re.compile('\0+(?=[,;\t|"\r\n]|\\Z)')
"""NULs at the end of a field."""
LONGEST_LINE = 16 << 20
"""Characters. A longer line or field is refused, because it would have to be held in memory."""
_KNOWN = 64
"""Number of files whose format is kept in memory."""

csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True)
class CsvFormat:
    """How to read a file's text."""

    encoding: str
    """A name that `encodings.codec` accepts."""
    delimiter: str
    names: tuple[str, ...]
    """Column names, cleaned and unique, ignoring case."""
    skip: int
    """Number of lines before the header: Excel's "sep=;"."""
    rows_at: int = 0
    """The byte where the rows begin, if DuckDB may try to read them; otherwise 0."""
    line_end: int = 1
    """Length in bytes of the line end after the header."""
    padded: bool = False
    """Whether NULs at the ends of fields are removed."""
    unnamed: int = 0
    """Number of columns at the end whose names are empty in the header. They may hold no values."""
    sample: str = ""

    @property
    def summary(self) -> str:
        words = label(self.encoding)
        padding = ", NUL bytes at the ends of fields left out" if self.padded else ""
        return f"{DELIMITERS.get(self.delimiter, self.delimiter)}, {words}{padding}"


def recognise(path: Path, encoding: str = AUTO) -> CsvFormat:
    """Detect the format of a file. Its encoding is detected from all of its bytes, unless one was chosen.

    Raises:
        IntegrationError: at field "paths": `file_empty`, `file_not_csv`, `file_cut_short`, `file_unreadable`, or
            `source_gone`; at field "encoding": see `text_encoding.find_encoding`.
        ValidationError: code `file_too_large`, for a ZIP file whose content is too large.
    """
    with os_errors_translated(path):
        found = path.stat()
    limit = get_settings().max_upload_mb
    return _recognised(path, encoding, found.st_size, found.st_mtime_ns, limit)


@lru_cache(_KNOWN)
def _recognised(path: Path, chosen: str, *_version: int) -> CsvFormat:
    with open_bytes(path) as stream:
        _refuse_other_format(path, stream.read(_START).decode("latin-1").removeprefix("ï»¿"))
    found = find_encoding(lambda: open_bytes(path), path, chosen)
    encoding = found.name
    with open_bytes(path) as stream, as_text(stream, encoding) as text:
        sample = text.read(_SAMPLE)
        whole = not text.read(1)
    if found.padded:
        sample = PADDING.sub("", sample)
    if not sample.strip():
        raise file_error(path, "file_empty", "has no content")
    _refuse_other_format(path, sample)
    declared = re.match(r"sep=([,;\t|])\r?\n", sample)
    skip = 1 if declared else 0
    body = sample[declared.end() :] if declared else sample
    delimiter = declared[1] if declared else _delimiter(body, whole)
    header = next((record for record in _sample_records(body, delimiter, whole) if record), [])
    csv_format = CsvFormat(encoding, delimiter, unique_names(header), skip, padded=found.padded)
    csv_format = replace(csv_format, unnamed=_unnamed(header), sample=sample)
    line = sample.partition("\n")[0]
    utf8 = encoding in ("utf-8", "utf-8-sig")
    may_be_plain = (
        utf8 and not found.padded and not skip and len(header) > 1 and not csv_format.unnamed
    )
    if not may_be_plain or not _is_header(line, header, delimiter) or zipfile.is_zipfile(path):
        return csv_format
    start = len(line.encode(encoding)) + 1
    return replace(csv_format, rows_at=start, line_end=2 if line.endswith("\r") else 1)


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    try:
        with os_errors_translated(path):
            if not zipfile.is_zipfile(path):
                with path.open("rb") as stream:
                    if stream.peek(4).startswith(_ZIP):
                        raise file_error(path, "file_cut_short", "has no end", what="ZIP file")
                    yield stream
                return
            with zipfile.ZipFile(path) as archive, archive.open(_member(path, archive)) as unpacked:
                yield unpacked  # type: ignore[misc]  # typeshed types it as IO[bytes]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise file_error(path, "file_unreadable", "is damaged", reason=str(error)) from error


def csv_name(path: Path) -> str:
    """The name of the file that is read: the CSV file in a ZIP file, or the file itself."""
    if path.suffix.lower() != ".zip":
        return path.name
    try:
        with zipfile.ZipFile(path) as archive:
            return PurePosixPath(_member(path, archive).filename).name
    except (zipfile.BadZipFile, OSError, IntegrationError, ValidationError):
        return path.stem  # reading the file reports the error


def _refuse_other_format(path: Path, start: str) -> None:
    if start.lstrip().lower().startswith(_OTHER_FORMATS):
        raise file_error(path, "file_not_csv", "is another format", reason="it is another format")


def _member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [
        info
        for info in archive.infolist()
        if info.filename.lower().endswith(SUFFIXES)
        and not PurePosixPath(info.filename).name.startswith(".")
        and not info.filename.startswith("__MACOSX/")
    ]
    if len(found) != 1:
        reason = f"the ZIP file holds {len(found) or 'no'} CSV files instead of one"
        raise file_error(path, "file_not_csv", reason, reason=reason)
    if found[0].flag_bits & 1:
        reason = "the ZIP file is encrypted"
        raise file_error(path, "file_unreadable", reason, reason=reason)
    limit = get_settings().max_upload_mb
    if found[0].file_size > limit * 1_000_000:
        raise too_large(path, limit)
    return found[0]


@contextmanager
def as_text(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    way = codec(encoding)
    text = io.TextIOWrapper(stream, encoding=way.name, errors=way.errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _is_header(line: str, header: Sequence[str], delimiter: str) -> bool:
    try:
        reader = csv.reader([line.removesuffix("\r")], delimiter=delimiter, strict=True)
        return next(reader, None) == header
    except csv.Error:
        return False


def _delimiter(sample: str, whole: bool) -> str:
    """The delimiter that splits the header, and gives the most records the same width as the header."""
    scores: dict[str, tuple[bool, float, int]] = {}
    for delimiter in DELIMITERS:
        found = [record for record in _sample_records(sample, delimiter, whole) if record]
        width = len(found[0]) if found else 0
        same = sum(len(record) == width for record in found) / max(len(found), 1)
        scores[delimiter] = (width > 1, same, width)
    return max(scores, key=lambda delimiter: scores[delimiter])


def _sample_records(sample: str, delimiter: str, whole: bool) -> list[list[str]]:
    found: list[list[str]] = []
    lines = io.StringIO(sample, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for record in reader:
            found.append(record)
            if len(found) > _SAMPLE_RECORDS:
                break
    except csv.Error:
        return found
    # The sample may end within a record.
    return found if whole or len(found) == 1 or len(found) > _SAMPLE_RECORDS else found[:-1]


def _unnamed(header: Sequence[str]) -> int:
    named = max((at for at, name in enumerate(header, start=1) if name.strip()), default=0)
    return len(header) - named if named else 0
