"""Excel workbooks as a source: each sheet is a table.

`sheets` is imported when a workbook is read: openpyxl takes a tenth of the server's start.
"""

from collections.abc import Sequence
from pathlib import Path

from proto_ddf.sources.files.format import RawTable, table_name
from proto_ddf.sources.files.source import file_kind
from proto_ddf.sources.size_texts import count_text

_SUFFIXES = (".xlsx", ".xlsm")


class ExcelFiles:
    name = "excel"
    version = 4
    variant = ""
    multiple_tables = True
    has_header = True

    def table_name(self, path: Path) -> str:
        return table_name(path.name, _SUFFIXES)

    def recognise(self, path: Path) -> str:
        """The number of sheets, as text.

        Raises:
            ProtoDDFError: see `workbook.check_workbook`.
        """
        from proto_ddf.sources.files.excel.sheets import sheet_count

        return f"Excel, {count_text(sheet_count(path), 'sheet')}"

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """The visible sheets that have rows.

        Raises:
            ProtoDDFError: see `workbook.check_workbook`; `file_no_rows`, `too_many_columns`.
        """
        from proto_ddf.sources.files.excel.sheets import read_sheets

        return read_sheets(path, folder)


KIND = file_kind(
    ExcelFiles(),
    label="Excel files",
    description="Workbooks (.xlsx), each sheet a table. The app works on a typed copy of their rows.",
    icon="sheet",
    help_text="Upload Excel workbooks, or give paths Proto-DDF may read (* stands for any name).",
    accept=(*_SUFFIXES, ".xls"),  # reading an .xls file gives an error that says how to convert it
)
