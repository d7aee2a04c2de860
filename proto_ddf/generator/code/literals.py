"""Turns text from any source into safe code: the filters that templates apply to everything a person can name.

`py` makes a Python literal, `docstring` a whole docstring, `comment` and `markdown` text for one line.
"""

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel


def py(value: Any) -> str:
    """A Python expression equal to `value`. An enum becomes its value, a model a dict.

    Raises:
        TypeError: the value is not plain data.
    """
    if isinstance(value, Enum):
        return py(value.value)
    if isinstance(value, BaseModel):
        return py(value.model_dump(mode="python"))
    if value is None or isinstance(value, bool | int | str | bytes):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, Decimal):
        return f"Decimal({str(value)!r})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{py(key)}: {py(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(py, value)) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(f"{py(item)}, " for item in value) + ")"
    raise TypeError(f"no literal for {type(value).__name__}")


def docstring(text: str) -> str:
    """A docstring literal with quotes, on one line."""
    escaped = _printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{escaped}"""'


def comment(text: str) -> str:
    """`text` on one line, for use after `# ` in Python, TOML or .env files."""
    return _printable(text)


def markdown(text: str) -> str:
    """`text` on one line, escaped so that Markdown shows it unchanged in text, headings and tables."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|&~$-])", r"\\\1", _printable(text))


def to_json(value: Any) -> str:
    """JSON of `value` that is also valid JavaScript. A model becomes an object."""
    data = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(data, ensure_ascii=True)


def _printable(text: str) -> str:
    """`text` on one line, with white space as single spaces and without invisible characters."""
    joined = " ".join(text.split())
    return "".join(character for character in joined if character.isprintable())


FILTERS: dict[str, Callable[[Any], str]] = {
    "py": py,
    "docstring": docstring,
    "comment": comment,
    "markdown": markdown,
    "json": to_json,
}
