"""What the bytes of a text file tell: its encoding, and what is needed to prove how DuckDB read its rows."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from proto_ddf.progress import current_progress
from proto_ddf.sources.file_errors import file_error

_CHUNK = 1 << 17
_CHUNKS_BETWEEN_REPORTS = 256
_BLANKS = re.compile(b'" +"')
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True)
class RowBytes:
    """The bytes of a file's rows, with the line ends between them."""

    size: int
    """How many there are, but for those that are `"`."""
    blanks_between_quotes: bool


def encoding(stream: BinaryIO, path: Path) -> str:
    """How a file's text is encoded; every byte is looked at.

    Raises:
        IntegrationError: `file_empty`, `file_not_csv`.
    """
    start = stream.read(4)
    stream.seek(0)
    if not start:
        raise file_error(path, "file_empty", "has no content")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf8(stream, path):
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    stream.seek(0)
    return _single_byte_encoding(stream, path)


def row_bytes(stream: BinaryIO) -> RowBytes:
    """Look at every byte from where the stream is, which is where the rows begin."""
    size = ends = 0
    blanks, end = False, b""
    while chunk := stream.read(_CHUNK):
        current_progress.get().check_stop()
        bare = chunk.replace(b'"', b"")  # to count them takes longer
        joined = end + chunk if end else chunk
        blanks = blanks or (len(bare) < len(chunk) and bool(_BLANKS.search(joined)))
        end = _open_end(joined)
        stripped = len(chunk.rstrip(b"\r\n"))
        ends = len(chunk) - stripped + (0 if stripped else ends)
        size += len(bare)
    return RowBytes(size - ends, blanks)


def _open_end(text: bytes) -> bytes:
    """A last quote, and one of the blanks after it: what _BLANKS may need to see before the next chunk."""
    last = len(text.rstrip(b" "))
    return text[last - 1 : last + 1] if text[:last].endswith(b'"') else b""


def _is_utf8(stream: BinaryIO, path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    number, whole = 0, path.stat().st_size
    while chunk := stream.read(_CHUNK):
        _pause(path, number, whole)
        _refuse_binary(chunk, path)
        if not _decodes(decoder, chunk):
            return False
        number += 1
    return _decodes(decoder, b"", final=True)


def _single_byte_encoding(stream: BinaryIO, path: Path) -> str:
    cp1252, size, controls = True, 0, 0
    while chunk := stream.read(_CHUNK):
        current_progress.get().check_stop()
        _refuse_binary(chunk, path)
        cp1252 = cp1252 and not chunk.translate(None, _all_but(_NOT_IN_CP1252))
        controls += len(chunk.translate(None, _all_but(_CONTROLS)))
        size += len(chunk)
    if controls > size / 1_000:
        raise file_error(path, "file_not_csv", "is binary", reason="it holds binary data")
    return "cp1252" if cp1252 else "latin-1"


def _refuse_binary(chunk: bytes, path: Path) -> None:
    if b"\0" in chunk:
        raise file_error(path, "file_not_csv", "is binary", reason="it holds binary data")


def _pause(path: Path, number: int, size: int) -> None:
    progress = current_progress.get()
    progress.check_stop()
    done = number * _CHUNK
    if number and number % _CHUNKS_BETWEEN_REPORTS == 0 and done < size:
        progress.report(f"Looking at {path.name}, {100 * done / size:.0f} %")


def _all_but(wanted: bytes) -> bytes:
    return bytes(value for value in range(256) if value not in wanted)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    if not final and chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
