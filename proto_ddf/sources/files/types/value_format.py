"""What a form of texts is: one way of writing values, the same for all values of a column."""

from collections.abc import Iterable
from dataclasses import dataclass

from proto_ddf.sources.schema.column_types import ChosenType


@dataclass(frozen=True)
class TextForm:
    """One form. `fits` and `value` are SQL with `{v}` for the text of a value."""

    type: ChosenType
    """What a person chooses for a column of such texts, of which some are written otherwise."""
    fits: str
    """Whether a text is exactly what this form writes for its value. NULL counts as false."""
    value: str
    """The value of a text that fits."""
    reading: str = ""
    """Where texts of this form could be read in another way: "point" or "comma" for the decimal sign, "day" or
    "month" for what stands first."""
    sure: bool = True
    """False: texts of this form are believed only where another column of the file has the same reading."""
    words: tuple[str, ...] = ()
    """Each of them must be in the column: one that holds `NO` alone may hold countries."""


@dataclass(frozen=True)
class Forms:
    """The forms that a text may be written in."""

    first: tuple[TextForm, ...] = ()
    """The usual one first."""
    later: tuple[TextForm, ...] = ()
    """Those of whose signs the text has none, as 750 does not show how thousands are parted. They are looked at where
    none of the first fits."""

    @property
    def all(self) -> tuple[TextForm, ...]:
        return self.first + self.later


def joined(parts: Iterable[Forms]) -> Forms:
    """The forms of several kinds of values."""
    listed = list(parts)
    return Forms(
        tuple(form for part in listed for form in part.first),
        tuple(form for part in listed for form in part.later),
    )
