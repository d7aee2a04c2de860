"""What the bytes of a text file tell: its encoding, and whether DuckDB may read it.

DuckDB reads CSV files many times faster than Python does, and the same of all that follow the rules. It is not
as strict: it takes blanks around quotes for nothing, loses rows where quoted line ends meet the borders of its
threads' parts, and copes badly with line ends of several kinds. Files in which that may matter are not for it,
and it has to find as many rows as the file has lines.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from proto_ddf.progress import current_progress
from proto_ddf.sources.file_errors import file_error

_CHUNK = 1 << 20
_CHUNKS_BETWEEN_REPORTS = 64
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_BLANKS_AT_QUOTES = [
    *(each + b' "' for each in (b",", b";", b"\t", b"|", b"\n", b"\r", b" ", b'"')),
    *(b'" ' + each for each in (b",", b";", b"\t", b"|", b"\n", b"\r", b" ")),
]
_OVERLAP = 2
"""Bytes of a chunk that may be the start of one of these."""


@dataclass(frozen=True)
class TextScan:
    encoding: str
    lines: int
    """Of a file that DuckDB may read; 0: it may not."""


def scan(stream: BinaryIO, path: Path) -> TextScan:
    """Look at every byte of a file.

    Raises:
        IntegrationError: `file_empty`, `file_not_csv`.
    """
    start = stream.read(4)
    stream.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextScan("utf-16", 0)
    lines = _Lines()
    utf8 = _scan_utf8(stream, path, lines)
    if not utf8:
        stream.seek(0)
        return TextScan(_single_byte_encoding(stream, path), 0)
    return TextScan("utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8", lines.plain)


class _Lines:
    """Counts lines as long as nothing stands against reading the file by them."""

    def __init__(self) -> None:
        self.newlines = self.returns = self.pairs = 0
        self.plain_quotes = True
        self.end = b""

    def add(self, chunk: bytes) -> None:
        returns = chunk.count(b"\r")
        self.newlines += chunk.count(b"\n")
        self.returns += returns
        if returns or self.end.endswith(b"\r"):
            self.pairs += (self.end[-1:] + chunk).count(b"\r\n")
        if self.plain_quotes and (b'"' in chunk or b'"' in self.end):
            seen = self.end + chunk
            self.plain_quotes = not any(each in seen for each in _BLANKS_AT_QUOTES)
        self.end = (self.end + chunk)[-_OVERLAP:]

    @property
    def plain(self) -> int:
        """How many there are; 0 where they end in several ways, or blanks stand around quotes."""
        same = self.returns == 0 or self.returns == self.newlines == self.pairs
        if not same or not self.plain_quotes or self.end == b'" ':
            return 0
        return self.newlines + (not self.end.endswith(b"\n"))


def _scan_utf8(stream: BinaryIO, path: Path, lines: _Lines) -> bool:
    """Whether it is UTF-8; tells `lines` of what it reads."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    number, size = 0, path.stat().st_size
    while chunk := stream.read(_CHUNK):
        _pause(path, number, size)
        number += 1
        if b"\0" in chunk:
            raise file_error(path, "file_not_csv", "is binary", reason="it holds binary data")
        if not _decodes(decoder, chunk):
            return False
        lines.add(chunk)
    if not number:
        raise file_error(path, "file_empty", "has no content")
    return _decodes(decoder, b"", final=True)


def _single_byte_encoding(stream: BinaryIO, path: Path) -> str:
    cp1252, size, controls = True, 0, 0
    while chunk := stream.read(_CHUNK):
        current_progress.get().check_stop()
        if b"\0" in chunk:
            raise file_error(path, "file_not_csv", "is binary", reason="it holds binary data")
        cp1252 = cp1252 and not chunk.translate(None, _all_but(_NOT_IN_CP1252))
        controls += len(chunk.translate(None, _all_but(_CONTROLS)))
        size += len(chunk)
    if controls > size / 1_000:
        raise file_error(path, "file_not_csv", "is binary", reason="it holds binary data")
    return "cp1252" if cp1252 else "latin-1"


def _pause(path: Path, number: int, size: int) -> None:
    progress = current_progress.get()
    progress.check_stop()
    done = number * _CHUNK
    if number and number % _CHUNKS_BETWEEN_REPORTS == 0 and done < size:
        progress.report(f"Looking at {path.name}, {100 * done / size:.0f} %")


def _all_but(wanted: bytes) -> bytes:
    return bytes(value for value in range(256) if value not in wanted)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    if chunk.isascii() and decoder.getstate()[0] == b"" and not final:
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
