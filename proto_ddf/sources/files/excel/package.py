"""The parts inside an Excel workbook, adapted so that openpyxl can read them.

openpyxl only knows the namespaces of Transitional Open XML, refuses a whole workbook because of an empty fill in its
style sheet, and drops half of the escapes in shared texts. Therefore the namespaces of Strict Open XML are replaced
while a part is read, only the number formats of styles are kept, and shared texts are not unescaped.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, SubElement, tostring

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import fromstring, iterparse

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = {
    _STRICT + b"spreadsheetml/main": SHEET_MAIN_NS.encode(),
    _STRICT + b"officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    _STRICT + b"drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}
"""Namespaces of Strict Open XML and their Transitional equivalents (ISO/IEC 29500, parts 1 and 4)."""
_LONGEST = max(map(len, _NAMES))
_PARTS_WITH_NAMESPACES = ("_rels/.rels", "xl/workbook.xml")
_CHUNK = 1 << 16


@contextmanager
def read_workbook(file: BinaryIO) -> Iterator[Any]:
    """Open a workbook with openpyxl as a stream, with the stored results of its formulas.

    Raises:
        Exception: any exception of openpyxl and the modules below it, if the workbook is damaged.
    """
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = _Package(file)
    reader.read()
    try:
        yield reader.wb
    finally:
        reader.wb.close()


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    def read(self) -> None:
        """Read only what cells need, since properties and themes may be damaged."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self.read_worksheets()

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(Text.from_tree(node).content)
                    node.clear()


class _Package(zipfile.ZipFile):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        present = [name for name in _PARTS_WITH_NAMESPACES if name in self.namelist()]
        self._strict = any(_STRICT in super(_Package, self).read(name) for name in present)

    def open(self, *args: Any, **options: Any) -> Any:
        part = super().open(*args, **options)
        return _WithTransitionalNames(part) if getattr(self, "_strict", False) else part

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        content = super().read(name, pwd)
        return _number_formats(content) if name == ARC_STYLE else content


class _WithTransitionalNames:
    """A part of a strict workbook, with the namespaces of a transitional one."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._buffer = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._buffer) < size + _LONGEST:
            chunk = self._part.read(_CHUNK)
            self._buffer += chunk
            if not chunk:
                break
        for strict, transitional in _NAMES.items():
            self._buffer = self._buffer.replace(strict, transitional)
        size = len(self._buffer) if size < 0 else size
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def close(self) -> None:
        self._part.close()

    def __enter__(self) -> "_WithTransitionalNames":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _number_formats(content: bytes) -> bytes:
    """The style sheet reduced to the number formats of cells."""
    main = f"{{{SHEET_MAIN_NS}}}"
    given, made = fromstring(content), Element(f"{main}styleSheet")
    formats = SubElement(made, f"{main}numFmts")
    for each in given.iterfind(f"{main}numFmts/{main}numFmt"):
        if each.get("formatCode") is not None and each.get("numFmtId", "").isdecimal():
            SubElement(formats, f"{main}numFmt", each.attrib)
    cells = SubElement(made, f"{main}cellXfs")
    for each in given.iterfind(f"{main}cellXfs/{main}xf"):
        SubElement(cells, f"{main}xf", {"numFmtId": each.get("numFmtId", "0")})
    if not len(cells):
        SubElement(cells, f"{main}xf", {"numFmtId": "0"})
    return tostring(made)
