"""A value format: one way of writing values as text, the same for all values of a column."""

from collections.abc import Iterable
from dataclasses import dataclass

from proto_ddf.sources.schema.column_types import ChosenType


@dataclass(frozen=True)
class ValueFormat:
    """One way of writing values. `fits` and `value` are SQL with `{v}` for the text of a value."""

    type: ChosenType
    """The type a person would choose for a column that has this format except for a few texts."""
    fits: str
    """True where a text is exactly what this format writes for its value. NULL counts as false."""
    value: str
    """The value of a text that fits."""
    convention: str = ""
    """Set where texts of this format could also be read another way: "point" or "comma" for the decimal sign, "day" or
    "month" for the part that comes first."""
    certain: bool = True
    """False: use this format only if another column of the file has the same convention."""
    words: tuple[str, ...] = ()
    """Words that must all occur in the column: a column that only holds `NO` may hold country codes."""


@dataclass(frozen=True)
class PossibleFormats:
    """The formats that a text may be written in."""

    likely: tuple[ValueFormat, ...] = ()
    """The most common one first."""
    fallback: tuple[ValueFormat, ...] = ()
    """Formats whose separators do not occur in the text: 750 does not show how thousands are separated. They are tried
    if no likely one fits."""

    @property
    def all(self) -> tuple[ValueFormat, ...]:
        return self.likely + self.fallback


def joined(parts: Iterable[PossibleFormats]) -> PossibleFormats:
    """The formats of several kinds of values."""
    listed = list(parts)
    return PossibleFormats(
        tuple(value_format for part in listed for value_format in part.likely),
        tuple(value_format for part in listed for value_format in part.fallback),
    )
