"""Finds the encoding of a text file from all of its bytes, or checks the one a person chose.

If the bytes are ambiguous, nothing is guessed: the error gives line, character and byte, and the encodings that fit,
and the person chooses one.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from proto_ddf.errors.types import IntegrationError
from proto_ddf.progress import current_progress
from proto_ddf.sources.files.errors import file_error
from proto_ddf.sources.files.text.encodings import (
    AUTO,
    codec,
    encoding_candidates,
    is_plausible,
    label,
    mixed_candidates,
)

FIELD = "encoding"
"""The form field for the encoding."""
OpenBytes = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens the file's bytes from the start."""

_CHUNK = 1 << 17
_BETWEEN_REPORTS = _CHUNK * 256
_SAMPLE = 1 << 16
"""Bytes of lines beyond ASCII that are used to find the encoding."""
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_NOT_CONTROLS = bytes(value for value in range(256) if value not in _CONTROLS)
_PRINTABLE = frozenset([*range(32, 127), 9, 10, 13])
_MOSTLY = 0.85
_NOT_FREE = bytes(value for value in range(256) if value not in b"\x81\x8d\x8f\x90\x9d")
_NOT_PADDING = re.compile(rb'\0[^\0,;\t|"\r\n]')
"""A NUL that is not padding, because text follows it."""
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # it begins like the mark of UTF-16 (low byte first)
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class FoundEncoding:
    """How to decode the file."""

    name: str
    """A name that `encodings.codec` accepts."""
    padded: bool = False
    """Whether NULs stand at the ends of fields; they are not part of the text."""


@dataclass(frozen=True)
class _File:
    open_bytes: OpenBytes
    path: Path

    def chunks(self) -> Iterator[bytes]:
        """All bytes; reports progress."""
        progress, size, done = current_progress.get(), self.path.stat().st_size, 0
        with self.open_bytes() as stream:
            while chunk := stream.read(_CHUNK):
                progress.check_stop()
                yield chunk
                done += len(chunk)
                if done % _BETWEEN_REPORTS == 0 and done < size:
                    progress.report(f"Looking at {self.path.name}, {100 * done / size:.0f} %")


@dataclass(frozen=True)
class _DecodingError:
    at: int
    """The position of the first byte that cannot be decoded."""
    byte: int
    left: int = 0
    """If the file ends within a character: the number of its bytes that are there."""


@dataclass
class _Sample:
    """Findings about a text that is not UTF-8."""

    lines: bytes = b""
    """The first lines beyond ASCII."""
    size: int = 0
    controls: int = 0
    free: int = 0
    """Number of bytes that Windows-1252 does not define."""

    @property
    def sequences(self) -> tuple[int, int]:
        """The number of characters beyond ASCII that are UTF-8, and the number of bytes that are not."""
        text = self.lines.decode("utf-8", "surrogateescape")
        bad = sum("\udc80" <= each <= "\udcff" for each in text)
        return sum(not each.isascii() for each in text) - bad, bad


def bom_encoding(start: bytes) -> str | None:
    """The encoding that the byte order mark in a file's first four bytes declares; None if they have none."""
    return next((name for bom, name in _BOMS if start.startswith(bom)), None)


def wide_encoding_without_bom(start: bytes) -> str | None:
    """UTF-16 or UTF-32, if the start of a file without a byte order mark is in one of them; otherwise None.

    In the right encoding the text has no NULs, and either most characters are ASCII, or the text has lines while most
    bytes are not ASCII. The last condition excludes text that is padded with NULs, where most bytes are ASCII.
    """
    ascii_bytes = sum(each in _PRINTABLE for each in start)
    padded = ascii_bytes > _MOSTLY * sum(each > 0 for each in start)
    for name in _WIDE:
        width = 4 if name.startswith("utf-32") else 2
        try:
            text = start[: len(start) // width * width].decode(name)
        except UnicodeDecodeError as error:
            if error.end < len(start) - width:
                continue
            text = start[: error.start].decode(name)
        ascii_share = sum(each.isascii() for each in text) / max(len(text), 1)
        lines = not padded and len(start) % width == 0 and ("\n" in text or "\r" in text)
        if text and "\0" not in text and (ascii_share > 0.5 or lines):
            return name
    return None


def find_encoding(open_bytes: OpenBytes, path: Path, chosen: str = AUTO) -> FoundEncoding:
    """The encoding of a file's text, found from all of its bytes.

    Args:
        path: the file's path, for errors.
        chosen: the encoding a person chose, a key of `encodings.LABELS`, or AUTO.

    Raises:
        IntegrationError: `file_empty`, `file_not_csv` (binary), `file_cut_short` (within a character); at the field
            "encoding": `file_stray_byte`, `encoding_unclear`, `encoding_wrong`.
    """
    file = _File(open_bytes, path)
    with open_bytes() as stream:
        start = stream.read(_SAMPLE)
    if not start:
        raise file_error(path, "file_empty", "has no content")
    marked = bom_encoding(start[:4])
    if chosen == AUTO and marked not in (None, "utf-8-sig"):
        return _checked(file, str(marked))
    if chosen == AUTO and _first_decoding_error(file, "utf-8", or_nul=True) is None:
        return FoundEncoding(marked or "utf-8")
    if chosen.startswith("utf-16"):
        return _checked(file, "utf-16" if marked == "utf-16" else chosen)
    has_nul = any(b"\0" in chunk for chunk in file.chunks())
    within = _nul_within(file) if has_nul else None
    error = _first_decoding_error(file, "utf-8") if chosen == AUTO else None
    odd = within or error or len(start.translate(None, _NOT_CONTROLS)) > len(start) / 10
    if chosen == AUTO and has_nul and odd and (wide := wide_encoding_without_bom(start)):
        return _checked(file, wide)
    if within:
        where = _location(file, within, "latin-1")
        reason = f"it holds binary data (line {where['line']})"
        raise file_error(path, "file_not_csv", "is binary", reason=reason, **where)
    if chosen != AUTO:
        return _checked(file, str(marked) if marked and chosen == "utf-8" else chosen, has_nul)
    name = _not_utf8(file, error) if error else marked or "utf-8"
    return FoundEncoding(name, has_nul)


def encoding_error(open_bytes: OpenBytes, path: Path, encoding: str) -> IntegrationError:
    """The error for a file that does not have its required encoding: `file_encoding`, `file_cut_short`."""
    file = _File(open_bytes, path)
    error = _first_decoding_error(file, encoding)
    if error and error.left:
        return _cut_short(path)
    where = _location(file, error, encoding) if error else {}
    words = f"is not {label(encoding)}"
    return file_error(path, "file_encoding", words, encoding=label(encoding), **where)


def _checked(file: _File, name: str, padded: bool = False) -> FoundEncoding:
    error = _first_decoding_error(file, name)
    if error and error.left:
        raise _cut_short(file.path)
    if error:
        words = f"is not {label(name)}"
        where = _location(file, error, name)
        raise file_error(
            file.path, "encoding_wrong", words, encoding=label(name), **where, field=FIELD
        )
    return FoundEncoding(name, padded)


def _nul_within(file: _File) -> _DecodingError | None:
    """The first NUL that is not padding."""
    before, at = b"", 0
    for chunk in file.chunks():
        held = before + chunk
        if found := _NOT_PADDING.search(held):
            return _DecodingError(at - len(before) + found.start(), 0)
        before, at = held[-1:], at + len(chunk)
    return None


def _not_utf8(file: _File, error: _DecodingError) -> str:
    """The encoding of a text that is not UTF-8, if it is certain: only Windows-1252 can be."""
    sample = _sample_of(file)
    if sample.controls > sample.size / 1_000:
        raise file_error(file.path, "file_not_csv", "is binary", reason="it holds binary data")
    valid, bad = sample.sequences
    western = _western(sample.lines)
    if error.left > 1 or (error.left and (valid or not western)):
        raise _cut_short(file.path)
    if valid and valid >= bad:
        where = _location(file, error, "utf-8")
        fitting = mixed_candidates(_line_of(file, error))
        raise _uncertain_encoding_error(
            file.path, "file_stray_byte", "a byte is not UTF-8", fitting, where
        )
    if western and not sample.free:
        return "cp1252"
    where, fitting = _location(file, error, "utf-8"), encoding_candidates(sample.lines)
    raise _uncertain_encoding_error(file.path, "encoding_unclear", "is not UTF-8", fitting, where)


def _uncertain_encoding_error(
    path: Path, code: str, words: str, fitting: list[str], where: dict[str, object]
) -> IntegrationError:
    return file_error(path, code, words, fitting=", ".join(fitting), **where, field=FIELD)


def _cut_short(path: Path) -> IntegrationError:
    return file_error(path, "file_cut_short", "ends within a character", what="last character")


def _western(lines: bytes) -> bool:
    """Whether a text looks correctly decoded as Windows-1252."""
    try:
        return is_plausible(lines.decode("cp1252"))
    except UnicodeDecodeError:
        return False


def _sample_of(file: _File) -> _Sample:
    sample, rest = _Sample(), b""
    for chunk in file.chunks():
        sample.size += len(chunk)
        sample.controls += len(chunk.translate(None, _NOT_CONTROLS))
        sample.free += len(chunk.translate(None, _NOT_FREE))
        if len(sample.lines) >= _SAMPLE:
            continue
        *lines, rest = (rest + chunk).splitlines(keepends=True)
        if len(rest) > _SAMPLE:
            lines, rest = [*lines, rest], b""
        sample.lines += b"".join(line for line in lines if not line.isascii())
    if not rest.isascii():
        sample.lines += rest
    return sample


def _first_decoding_error(
    file: _File, encoding: str, *, or_nul: bool = False
) -> _DecodingError | None:
    """The first byte that does not fit the encoding, or the first NUL."""
    way = codec(encoding)
    decoder, at = codecs.getincrementaldecoder(way.name)(way.errors), 0
    for chunk in file.chunks():
        if or_nul and b"\0" in chunk:
            return _DecodingError(at + chunk.index(b"\0"), 0)
        held = len(decoder.getstate()[0])
        if chunk.isascii() and not held and way.name.startswith(("utf-8", "cp125")):
            at += len(chunk)
            continue
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return _DecodingError(at - held + error.start, error.object[error.start])
        at += len(chunk)
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        held = len(error.object)
        return _DecodingError(
            at - held + error.start, error.object[error.start], held - error.start
        )
    return None


def _location(file: _File, error: _DecodingError, encoding: str) -> dict[str, object]:
    """The line and the character of an error, both counted from 1, and the byte as hexadecimal text."""
    decoder = codecs.getincrementaldecoder(codec(encoding).name)("replace")
    left, feeds, returns, last = error.at, 0, 0, ""
    with file.open_bytes() as stream:
        while left and (chunk := stream.read(min(_CHUNK, left))):
            text = decoder.decode(chunk)
            left -= len(chunk)
            feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
            last = (last + text).rpartition("\n" if feeds else "\r")[2]
    character = len(last.removeprefix("\ufeff")) + 1
    return {"line": (feeds or returns) + 1, "character": character, "byte": f"0x{error.byte:02X}"}


def _line_of(file: _File, error: _DecodingError) -> bytes:
    """The line of an error, or the part around it if the line is long."""
    start = max(error.at - _SAMPLE, 0)
    with file.open_bytes() as stream:
        for _ in range(start // _CHUNK):  # a compressed stream does not support seeking
            stream.read(_CHUNK)
        stream.read(start % _CHUNK)
        near = stream.read(2 * _SAMPLE)
    offset = error.at - start
    begin = max(near.rfind(b"\n", 0, offset), near.rfind(b"\r", 0, offset)) + 1
    end = min(
        (at for at in (near.find(b"\n", offset), near.find(b"\r", offset)) if at >= 0),
        default=len(near),
    )
    return near[begin:end]
