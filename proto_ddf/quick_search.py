"""Whether a pattern occurs in a text, in one fast pass: a first look, before a text is searched closely.

The patterns are matched by pydantic's engine (Rust's `regex`), in a tenth of the time that Python's takes. It has no
lookaround, and its `\\s` knows no separators like \\x1c.
"""

from collections.abc import Callable

from pydantic_core import CoreSchema, SchemaValidator


def quick_search(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern occurs in a text, which must be valid Unicode: in one with surrogates nothing is found."""
    schema: CoreSchema = {"type": "str", "pattern": pattern}
    return SchemaValidator(schema).isinstance_python
