"""What the bytes of a text file tell of its rows: what is needed to prove how DuckDB read them."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from proto_ddf.progress import current_progress

_CHUNK = 1 << 17
_BLANKS = re.compile(b'" +"')


@dataclass(frozen=True)
class RowBytes:
    """The bytes of a file's rows, with the line ends between them."""

    size: int
    """How many there are, but for those that are `"`."""
    blanks_between_quotes: bool


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
