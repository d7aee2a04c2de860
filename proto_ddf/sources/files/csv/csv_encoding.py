"""The text of a CSV or TSV file: its encoding, its delimiter, its header, its records.

Files are read as a stream, whatever their size. A ZIP file that holds one CSV is read as that CSV.
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
from typing import BinaryIO, NoReturn

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.errors import explained, file_error, too_large
from proto_ddf.sources.files.text.encodings import AUTO, codec, label
from proto_ddf.sources.files.text.text_encoding import find_encoding

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_ZIP = b"PK\x03\x04"
"""How a ZIP file begins; what makes it one is at its end."""
SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_SAMPLE = 1 << 16
_SAMPLE_RECORDS = 200
_START = 1_024
"""Bytes in which another format shows itself, whatever its encoding is."""
_LONGEST_LINE = 16 << 20
"""Characters; a longer line or field is no table's, and would have to be held in memory."""
_OTHER_FORMATS = ("<!doctype", "<html", "<?xml", "<svg", "{", "[{", "%pdf", "{\\rtf")
_PADDING = re.compile('\0+(?=[,;\t|"\r\n]|\\Z)')
_KNOWN = 64
"""Files whose format is remembered."""

csv.field_size_limit(_LONGEST_LINE)


@dataclass(frozen=True)
class CsvFormat:
    """How a file's text is read."""

    encoding: str
    """As `encodings.codec` takes it."""
    delimiter: str
    names: tuple[str, ...]
    """Column names, cleaned and unique whatever their case."""
    skip: int
    """Lines before the header: Excel's "sep=;"."""
    rows_at: int = 0
    """The byte where the rows begin, where DuckDB may try to read them; 0: it may not."""
    line_end: int = 1
    """Bytes of the line end after the header."""
    padded: bool = False
    """NULs at the ends of fields are left out."""
    unnamed: int = 0
    """How many columns at the end the header has delimiters for, and no names: they may hold nothing."""
    sample: str = ""
    """The start of the text."""

    @property
    def summary(self) -> str:
        words = label(self.encoding)
        padding = ", NUL bytes at the ends of fields left out" if self.padded else ""
        return f"{DELIMITERS.get(self.delimiter, self.delimiter)}, {words}{padding}"


def recognise(path: Path, encoding: str = AUTO) -> CsvFormat:
    """Find out how a file is read; the whole file is looked at for its encoding, unless one was chosen.

    Raises:
        IntegrationError: at field "paths": `file_empty`, `file_not_csv`, `file_cut_short`, `file_unreadable`, or
            `source_gone`; at field "encoding": see `text_encoding.find_encoding`.
        ValidationError: code `file_too_large`, for a ZIP file that unpacks to too much.
    """
    with explained(path):
        found = path.stat()
    limit = get_settings().max_upload_mb
    return _recognised(path, encoding, found.st_size, found.st_mtime_ns, limit)


@lru_cache(_KNOWN)
def _recognised(path: Path, chosen: str, *_version: int) -> CsvFormat:
    with open_bytes(path) as stream:
        _refuse_other_format(path, stream.read(_START).decode("latin-1").removeprefix("ï»¿"))
    found = find_encoding(lambda: open_bytes(path), path, chosen)
    encoding = found.name
    with open_bytes(path) as stream, _as_text(stream, encoding) as text:
        sample = text.read(_SAMPLE)
        whole = not text.read(1)
    if found.padded:
        sample = _PADDING.sub("", sample)
    if not sample.strip():
        raise file_error(path, "file_empty", "has no content")
    _refuse_other_format(path, sample)
    declared = re.match(r"sep=([,;\t|])\r?\n", sample)
    skip = 1 if declared else 0
    body = sample[declared.end() :] if declared else sample
    delimiter = declared[1] if declared else _delimiter(body, whole)
    header = next((record for record in _sample_records(body, delimiter, whole) if record), [])
    form = CsvFormat(encoding, delimiter, unique_names(header), skip, padded=found.padded)
    form = replace(form, unnamed=_unnamed(header), sample=sample)
    line = sample.partition("\n")[0]
    utf8 = encoding in ("utf-8", "utf-8-sig")
    may_be_plain = utf8 and not found.padded and not skip and len(header) > 1 and not form.unnamed
    if not may_be_plain or not _is_header(line, header, delimiter) or zipfile.is_zipfile(path):
        return form
    start = len(line.encode(encoding)) + 1
    return replace(form, rows_at=start, line_end=2 if line.endswith("\r") else 1)


def records(path: Path, form: CsvFormat) -> Iterator[list[str]]:
    """The records after the header, as wide as it is; blank lines are left out.

    Delimiters at the end of a record that the header has not, or that it has and the record has not, are no columns.

    Raises:
        IntegrationError: `file_ragged_rows` (with line, expected, found) or `file_not_csv`.
    """
    with open_bytes(path) as stream, _as_text(stream, form.encoding) as text:
        for _ in range(form.skip):
            text.readline()
        lines = _lines(text, path)
        if form.padded:
            lines = (_PADDING.sub("", line) for line in lines)
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        width, start, header = len(form.names), form.skip, True
        try:
            for record in reader:
                if record and not header:
                    yield _fitted(record, form) or _refuse(path, start + 1, width, len(record))
                header = header and not record
                start = form.skip + reader.line_num
        except csv.Error as error:
            reason = f"line {start + 1}: {error}"
            raise file_error(path, "file_not_csv", reason, reason=reason) from error


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, or of the one CSV in a ZIP file."""
    try:
        with explained(path):
            if not zipfile.is_zipfile(path):
                with path.open("rb") as stream:
                    if stream.peek(4).startswith(_ZIP):
                        raise file_error(path, "file_cut_short", "has no end", what="ZIP file")
                    yield stream
                return
            with zipfile.ZipFile(path) as archive, archive.open(_member(path, archive)) as unpacked:
                yield unpacked  # type: ignore[misc]  # typeshed has it as IO[bytes]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise file_error(path, "file_unreadable", "is damaged", reason=str(error)) from error


def csv_name(path: Path) -> str:
    """The name of the file that is read: that of the CSV in a ZIP file, or the file's own."""
    if path.suffix.lower() != ".zip":
        return path.name
    try:
        with zipfile.ZipFile(path) as archive:
            return PurePosixPath(_member(path, archive).filename).name
    except (zipfile.BadZipFile, OSError, IntegrationError, ValidationError):
        return path.stem  # what is wrong is told when the file is read


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names from a header: spaces tidied, empty ones numbered, repeated ones numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(header, start=1):
        base = " ".join(raw.replace("\0", "").split()) or f"column_{position}"
        name, number = base, 2
        while name.casefold() in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


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
        reason = f"the ZIP file holds {len(found) or 'no'} CSV files, expected was one"
        raise file_error(path, "file_not_csv", reason, reason=reason)
    if found[0].flag_bits & 1:
        reason = "the ZIP file is encrypted"
        raise file_error(path, "file_unreadable", reason, reason=reason)
    limit = get_settings().max_upload_mb
    if found[0].file_size > limit * 1_000_000:
        raise too_large(path, limit)
    return found[0]


@contextmanager
def _as_text(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    way = codec(encoding)
    text = io.TextIOWrapper(stream, encoding=way.name, errors=way.errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            reason = "a line is longer than any table's"
            raise file_error(path, "file_not_csv", reason, reason=reason)
        yield line


def _is_header(line: str, header: Sequence[str], delimiter: str) -> bool:
    try:
        reader = csv.reader([line.removesuffix("\r")], delimiter=delimiter, strict=True)
        return next(reader, None) == header
    except csv.Error:
        return False


def _delimiter(sample: str, whole: bool) -> str:
    """The delimiter that splits the header and gives most records the header's width."""
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
    # The last record of a part of a file may be cut off.
    return found if whole or len(found) == 1 or len(found) > _SAMPLE_RECORDS else found[:-1]


def _unnamed(header: Sequence[str]) -> int:
    named = max((at for at, name in enumerate(header, start=1) if name.strip()), default=0)
    return len(header) - named if named else 0


def _fitted(record: list[str], form: CsvFormat) -> list[str] | None:
    """The record with as many fields as the header; None where a value would be lost or be missing."""
    width = len(form.names)
    if len(record) == width:
        return record
    if len(record) > width:
        return None if any(record[width:]) else record[:width]
    missing = width - len(record)
    return record + [""] * missing if missing <= form.unnamed else None


def _refuse(path: Path, line: int, expected: int, found: int) -> NoReturn:
    words = f"line {line} has {found} columns, expected were {expected}"
    raise file_error(path, "file_ragged_rows", words, line=line, expected=expected, found=found)
