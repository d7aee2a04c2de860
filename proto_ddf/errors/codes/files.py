"""What can be wrong with a file that is read. Mended outside, so Try Again is offered."""

from proto_ddf.errors.codes.model import Category, ErrorCode


def _file(
    code: str, title: str, message: str, hint: str, *, category: Category = "user"
) -> ErrorCode:
    return ErrorCode(
        code,
        "integration",
        category,
        "error",
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
        "Check that it is a whole file and that Proto-DDF may read it, then try again.",
        category="persistent",
    ),
    _file(
        "file_empty",
        "File is empty",
        "[“{path}”|The file] has no content.",
        "Choose a file with a header line and at least one row.",
    ),
    _file(
        "file_not_csv",
        "Not a CSV file",
        "[“{path}”|The file] does not look like text in columns[: {reason}].",
        "Choose a CSV or TSV file. A spreadsheet can be saved as CSV.",
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
        "[ Line {line} has {found}; {expected} were expected.]",
        "Correct the file[ at line {line}]: often a comma or a line break is not inside quotes. "
        "Then try again.",
    ),
    _file(
        "file_encoding",
        "Characters cannot be read",
        "[“{path}”|The file] is not encoded as UTF-8[; line {line} cannot be read].",
        "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”), then try again.",
    ),
    _file(
        "sqlite_not_a_database",
        "Not a SQLite database",
        "[“{path}”|The file] is not a SQLite database, or it is damaged.",
        "Choose another file, or put back a sound copy, then try again.",
    ),
    _file(
        "sqlite_locked",
        "Database is locked",
        "[“{path}”|The database] is in use by another program, which holds a lock on it.",
        "Wait until the other program is done or close it, then try again.",
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
        "[There is no table “{table}”|This table is not there][ in “{path}”]. "
        "It may have been renamed or deleted.",
        "Read the tables of the source anew, or put the table back, then try again.",
        category="persistent",
    ),
)
