"""A report as people read it: sections with facts, curves and tables, all of them texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    """So many columns from the left have texts, the others numbers."""


@dataclass(frozen=True)
class Bar:
    label: str
    """"2026-06-15 12:00: 3 errors"."""
    height: float
    """From 0 to 100, of the highest."""


@dataclass(frozen=True)
class Chart:
    title: str
    """With the unit: "Errors per hour"."""
    begin: str
    end: str
    highest: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Section:
    title: str
    text: str = ""
    facts: Sequence[tuple[str, str]] = ()
    """Label and value, the most important figures."""
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True)
class Document:
    title: str
    kind: str
    """"Error report: summary"."""
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(default_factory=list)
