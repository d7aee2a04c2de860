"""Bad settings, told on the console."""

from pydantic import ValidationError as BadSettings

from proto_ddf.redaction import is_secret_name


def describe_bad_settings(error: BadSettings) -> list[str]:
    """One line for each bad setting: the variable, what is wrong with it, and what it is."""
    lines = []
    for problem in error.errors(include_url=False):
        name = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        shown = isinstance(problem["input"], str | int | float) and not is_secret_name(name)
        given = f" (it is {problem['input']!r})" if shown else ""
        lines.append(f"{name}: {message}{given}" if name else message)
    return lines
