"""Errors of a person's input. They are shown at the form field, and a retry does not help."""

from proto_ddf.errors.codes.model import ErrorCode


def _input(code: str, field: str | None, title: str, message: str, hint: str) -> ErrorCode:
    return ErrorCode(code, "validation", "user", "low", False, title, message, hint, field)


CODES = (
    _input(
        "project_name_required",
        "name",
        "Project name is missing",
        "The project name is required: it names the app and its folder.",
        "Enter a name of 3 to 64 characters.",
    ),
    _input(
        "project_name_too_short",
        "name",
        "Project name is too short",
        "The project name must have at least [{minimum}|3] characters[; “{value}” has {length}].",
        "Enter a longer name.",
    ),
    _input(
        "project_name_too_long",
        "name",
        "Project name is too long",
        "The project name may have at most [{maximum}|64] characters[; this one has {length}].",
        "Enter a shorter name. The description may be longer.",
    ),
    _input(
        "invalid_characters",
        "name",
        "Invalid characters",
        "The name contains characters that cannot be used[: {characters}].",
        "Use only the letters A to Z, digits, spaces and hyphens.",
    ),
    _input(
        "project_name_reserved",
        "name",
        "Project name is reserved",
        "[“{value}”|This name] cannot be used: Python or one of its modules already has that name.",
        "Choose another name, for example by adding a word.",
    ),
    _input(
        "project_name_taken",
        "name",
        "Project name is taken",
        "There is already an app [named “{taken_by}”|[named “{value}”|of this name]].",
        "Choose another name, or delete that app first.",
    ),
    _input(
        "source_name_required",
        "name",
        "Source name is missing",
        "The source needs a name, so that you can find it again.",
        "Enter a name.",
    ),
    _input(
        "source_name_taken",
        "name",
        "Source name is taken",
        "There is already a source [named “{value}”|of this name].",
        "Choose another name.",
    ),
    _input(
        "source_required",
        "source",
        "No source chosen",
        "An app needs a source to take its data from.",
        "Choose a source, or connect one first.",
    ),
    _input(
        "source_in_use",
        "source",
        "Source is in use",
        "[“{name}”|This source] has the data that [{apps}|an app] works on.",
        "Delete the app first, or keep the source.",
    ),
    _input(
        "app_unknown",
        "slug",
        "There is no such app",
        "[There is no app “{value}”.|There is no such app.]",
        "It may have been deleted. Reload the page.",
    ),
    _input(
        "app_busy",
        "slug",
        "App is being generated",
        "[“{value}”|This app] is already being generated.",
        "Wait until that has finished, or cancel it.",
    ),
    _input(
        "tables_required",
        "tables",
        "No table chosen",
        "An app needs at least one table.",
        "Choose one or more tables.",
    ),
    _input(
        "invalid_value",
        None,
        "Value cannot be used",
        "[{message}|This value cannot be used.]",
        "Change the value and send the form again.",
    ),
    _input(
        "required",
        None,
        "Field is required",
        "[{label} is required.|This field is required.]",
        "Fill it in and send the form again.",
    ),
    _input(
        "number_required",
        None,
        "Invalid number",
        "[{label}|This] must be a whole number[ from {minimum} to {maximum}].",
        "Correct it and send the form again.",
    ),
    _input(
        "file_required",
        "path",
        "No file chosen",
        "A file is needed.",
        "Upload a file, or give the path of one.",
    ),
    _input(
        "file_too_large",
        "path",
        "File is too large",
        "[“{path}”|The file] is larger than the limit[ of {limit_mb} MB].",
        "Choose a smaller file, or raise MAX_UPLOAD_MB in the settings and restart.",
    ),
    _input(
        "no_file_matches",
        "path",
        "No file matches",
        "[No file matches “{path}”|No file matches] below the folders that files may be read from.",
        "Check the path: * stands for any part of a name, ** for any folders.",
    ),
    _input(
        "too_many_files",
        "path",
        "Too many files",
        "These are more files than one source may have[ ({limit})].",
        "Give a path that matches fewer files, or make several sources.",
    ),
    _input(
        "path_not_allowed",
        "path",
        "Path is not allowed",
        "[“{path}”|This path] is outside the folders that files may be read from.",
        "Upload the file, or add its folder to ALLOWED_FOLDERS in the settings and restart.",
    ),
    _input(
        "field_unknown",
        None,
        "Unknown field",
        "[There is no field “{name}”.|There is no such field.]",
        "Reload the page; the form may have changed.",
    ),
    _input(
        "note_empty",
        "note",
        "Note is empty",
        "A note needs some text.",
        "Write what others should know about this error.",
    ),
    _input(
        "note_too_long",
        "note",
        "Note is too long",
        "A note may have at most [{maximum}|2000] characters[; this one has {length}].",
        "Shorten it, or write two notes.",
    ),
)
