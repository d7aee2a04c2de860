"""Errors of files that are read. A person can correct the file, so Try Again is offered."""

from proto_ddf.errors.codes.model import Category, ErrorCode


def _file(
    code: str, title: str, message: str, hint: str, *, category: Category = "user"
) -> ErrorCode:
    return ErrorCode(
        code,
        "integration",
        category,
        "medium",
        category == "transient",
        title,
        message,
        hint,
        "path",
        try_again=True,
    )


CODES = (
    _file(
        "file_not_found",
        "File not found",
        "[“{path}”|The file] does not exist. It may have been moved, renamed or deleted.",
        "Put the file back or choose another one, then try again.",
        category="persistent",
    ),
    _file(
        "file_unreadable",
        "File cannot be read",
        "[“{path}”|The file] exists but cannot be read[: {reason}].",
        "Check that the file is complete and that Proto-DDF may read it, then try again.",
        category="persistent",
    ),
    _file(
        "file_empty",
        "File is empty",
        "[“{path}”|The file] has no content.",
        "Choose a file with at least one row.",
    ),
    _file(
        "file_not_csv",
        "Not a CSV file",
        "[“{path}”|The file] does not look like text in columns[: {reason}].",
        "Choose a CSV or TSV file, or the kind of source that fits the file.",
    ),
    _file(
        "file_header_only",
        "File has no rows",
        "[“{path}”|The file] has a header line and no rows below it.",
        "Choose a file with at least one row.",
    ),
    _file(
        "file_ragged_rows",
        "Rows of different length",
        "[In “{path}” not|Not] every line has the same number of columns."
        "[ Line {line} has {found}; {expected} were expected.][ Look at this first: {doubt}.]",
        "Correct the file[ at line {line}]: often a comma or a line break is not inside quotes. "
        "Then try again.",
    ),
    _file(
        "file_encoding",
        "Characters cannot be read",
        "[“{path}”|The file] is not encoded as [{encoding}|UTF-8]"
        "[: the byte {byte} in line {line}, character {character} cannot be read|; line {line} cannot be read|].",
        "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”), then try again.",
    ),
    _file(
        "file_stray_byte",
        "A byte is not UTF-8",
        "[“{path}”|The file] is UTF-8 except for [the byte {byte} in line {line}, character {character}|some bytes]."
        "[ It can be read as {fitting}.]",
        "Choose under “Encoding” (More options) how to read such bytes, or correct the line, then try again.",
    ),
    _file(
        "encoding_unclear",
        "Encoding is unclear",
        "[“{path}”|The file] is not UTF-8[: line {line}, character {character} holds the byte {byte}]. "
        "Its encoding cannot be determined with certainty.[ These are possible: {fitting}.]",
        "Choose under “Encoding” (More options) the encoding that shows the text correctly. Or save the file as UTF-8, "
        "then try again.",
    ),
    _file(
        "encoding_wrong",
        "Encoding does not fit",
        "[“{path}”|The file] is not [{encoding}|of this encoding][: the byte {byte} in line {line}, character "
        "{character} cannot be read].",
        "Choose another encoding under “Encoding” (More options), or correct the line, then try again.",
    ),
    _file(
        "file_no_rows",
        "File has no rows",
        "[“{path}”|The file] has no rows.",
        "Choose a file with at least one row. In an Excel file, hidden sheets and sheets that have only a header are "
        "left out.",
    ),
    _file(
        "file_cut_short",
        "File is incomplete",
        "[“{path}”|The file] ends too early[: the end of the {what} is missing][ (line {line})].",
        "It was probably not copied or downloaded completely. Get the complete file, then try again.",
        category="persistent",
    ),
    _file(
        "too_many_columns",
        "Too many columns",
        "[“{path}”|The file] has [{found}|too many] columns[; an app can have at most {limit}].",
        "Choose a file with fewer columns. Convert JSON objects that use ids or dates as keys into lists.",
    ),
    _file(
        "value_not_of_type",
        "Value does not fit the type",
        "[In “{table}” the|The] column [“{column}”|whose type was chosen] holds [“{value}”|a value][ in row {row}], "
        "which is not [{wanted}|of that type].",
        "Choose another type for the column on the page of the source, or correct the value in the file. "
        "Then try again.",
    ),
    _file(
        "file_not_json",
        "Not JSON",
        "[“{path}”|The file] is not JSON[: {reason}].",
        "Choose a file with a list of objects, or with an object on each line (JSON Lines).",
    ),
    _file(
        "json_broken_line",
        "A line is not JSON",
        "[Line {line}|A line] of [“{path}”|the file] cannot be read[: {reason}].",
        "Correct or remove the line[ {line}], then try again.",
    ),
    _file(
        "json_half_character",
        "Incomplete character",
        "[Line {line} of|Row {row} of|A row of] [“{path}”|the file] has one half of a surrogate pair[ ({character})]"
        "[ in “{name}”]; the other half is missing.",
        "Correct the text: characters beyond \\uffff are written as a pair, as in \\ud83d\\ude00. Then try again.",
    ),
    _file(
        "json_no_records",
        "JSON has no rows",
        "[“{path}”|The file] has [{found}|other values][ (row {row})] where objects are needed.",
        "Choose a file with a list of objects, or with an object on each line (JSON Lines).",
    ),
    _file(
        "json_duplicate_key",
        "Duplicate key",
        "[Object {row}|An object] of [“{path}”|the file] has [the key “{name}”|a key] twice, so it is unclear which "
        "value is meant.",
        "Rename or remove one of them, then try again.",
    ),
    _file(
        "file_not_parquet",
        "Not a Parquet file",
        "[“{path}”|The file] is not a Parquet file.",
        "Choose a Parquet file, or the kind of source that fits the file.",
    ),
    _file(
        "parquet_damaged",
        "Parquet file is damaged",
        "[“{path}”|The file] cannot be decoded[: {reason}].",
        "Get an undamaged copy of the file, then try again.",
        category="persistent",
    ),
    _file(
        "parquet_encrypted",
        "Parquet file is encrypted",
        "[“{path}”|The file] is encrypted, and its key cannot be given here.",
        "Save it without encryption, then try again.",
    ),
    _file(
        "file_not_excel",
        "Not an Excel workbook",
        "[“{path}”|The file] is not an Excel workbook (.xlsx)[: {reason}].",
        "Save it as an Excel workbook (.xlsx), or choose the kind of source that fits the file.",
    ),
    _file(
        "excel_old_format",
        "Old Excel format",
        "[“{path}”|The file] is in the format of Excel before 2007 (.xls), or another old Office format.",
        "Open it in a spreadsheet program and save it as an Excel workbook (.xlsx), then choose that one.",
    ),
    _file(
        "excel_password",
        "Workbook has a password",
        "[“{path}”|The workbook] is protected by a password, so it cannot be read.",
        "Open it in a spreadsheet program, remove the password, save it, then try again.",
    ),
    _file(
        "excel_too_large",
        "Workbook is too large",
        "[“{path}”|The workbook] has an unpacked size of [{size}|very many bytes], more than can be read safely.",
        "Choose a smaller workbook, or save its sheets as CSV files.",
    ),
    _file(
        "excel_damaged",
        "Workbook is damaged",
        "[“{path}”|The workbook] cannot be read: its packed content is damaged.",
        "Open it in a spreadsheet program, let the program repair it, save it, then try again.",
        category="persistent",
    ),
    _file(
        "sqlite_not_a_database",
        "Not a SQLite database",
        "[“{path}”|The file] is not a SQLite database, or it is damaged.",
        "Choose another file, or replace it with an undamaged copy, then try again.",
    ),
    _file(
        "sqlite_locked",
        "Database is locked",
        "[“{path}”|The database] is in use by another program, which holds a lock on it.",
        "Wait until the other program has finished, or close it, then try again.",
        category="transient",
    ),
    _file(
        "sqlite_empty",
        "Database has no tables",
        "[“{path}”|The database] has no tables, so there is nothing to show.",
        "Choose another file, or create a table in it, then try again.",
    ),
    _file(
        "sqlite_read_only",
        "Database is read-only",
        "[“{path}”|The database] may be read but not written.",
        "Allow writing to the file and its folder, or switch off “Allow editing data”, then try again.",
        category="persistent",
    ),
    _file(
        "table_unknown",
        "Table not found",
        "[There is no table “{table}”|This table does not exist][ in “{path}”]. "
        "It may have been renamed or deleted.",
        "Refresh the source, or put the table back, then try again.",
        category="persistent",
    ),
)
