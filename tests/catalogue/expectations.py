"""What a careful person would decide about an app of a schema, read from its TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from tests.catalogue.decisions import Section, ShownType

PLAIN = ("text", "integer", "number", "choice", "relation")
"""What the type "plain" accepts: the value as it is."""
TRAPS = (
    "e-mail",
    "job title",
    "postal code",
    "receiver",
    "numbered in spite of a description",
)
"""By what rows were called wrongly in apps that were judged."""


@dataclass(frozen=True)
class ColumnExpectation:
    types: tuple[str, ...]
    labels: tuple[str, ...]
    """Empty: not judged."""


@dataclass(frozen=True)
class TableExpectation:
    """Each tuple lists what is acceptable; an empty one is not judged."""

    names: tuple[str, ...]
    beside: tuple[str, ...]
    pages: tuple[str, ...]
    singulars: tuple[str, ...]
    children: tuple[str, ...]
    sections: tuple[Section, ...]
    columns: Mapping[str, ColumnExpectation]


@dataclass(frozen=True)
class ChartExpectation:
    charts: tuple[str, ...]
    title: str
    """A regular expression; empty: not judged. "month" stands for any period that fits the dates."""


@dataclass(frozen=True)
class Expectations:
    title: str
    traps: tuple[str, ...]
    tables: Mapping[str, TableExpectation]
    first_pages: tuple[str, ...]
    figures: tuple[tuple[str, ...], ...]
    """One of each tuple is wanted."""
    other_figures: tuple[str, ...]
    charts: tuple[ChartExpectation, ...]
    forbidden_charts: tuple[str, ...]


def read_expectations(path: Path) -> Expectations:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    navigation, figures = document.pop("navigation"), document.pop("key_figures")
    charts = document.pop("charts")
    title, traps = document.pop("title"), tuple(document.pop("traps", ()))
    first = tuple(navigation.pop("first"))
    return Expectations(
        title=title,
        traps=traps,
        tables=_tables(document, navigation),
        first_pages=first,
        figures=tuple(map(alternatives, figures["wanted"])),
        other_figures=tuple(figures.get("allowed", ())),
        charts=tuple(
            ChartExpectation(alternatives(one["chart"]), one.get("title", ""))
            for one in charts.get("wanted", ())
        ),
        forbidden_charts=tuple(charts.get("forbidden", ())),
    )


def alternatives(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _tables(
    documents: dict[str, Any], navigation: dict[str, list[str]]
) -> dict[str, TableExpectation]:
    sections: dict[str, tuple[Section, ...]] = {}
    for names, tables in navigation.items():
        for table in tables:
            assert table not in sections, f"{table} has two sections"
            sections[table] = tuple(_section(name) for name in alternatives(names))
    assert documents.keys() <= sections.keys(), documents.keys() - sections.keys()
    return {table: _table(documents.get(table, {}), chosen) for table, chosen in sections.items()}


def _section(name: str) -> Section:
    (section,) = [known for known in get_args(Section) if known == name]
    return section


def _table(document: dict[str, Any], sections: tuple[Section, ...]) -> TableExpectation:
    known = {"name", "beside", "page", "row", "children", "columns"}
    assert document.keys() <= known, document.keys() - known
    columns = document.get("columns", {})
    return TableExpectation(
        names=alternatives(document.get("name", "")),
        beside=alternatives(document.get("beside", "")),
        pages=alternatives(document.get("page", "")),
        singulars=alternatives(document.get("row", "")),
        children=alternatives(document.get("children", "")),
        sections=sections,
        columns={name: _column(text) for name, text in columns.items()},
    )


def _column(text: str) -> ColumnExpectation:
    types, _, labels = text.partition(":")
    unknown = set(alternatives(types)) - {"plain", *get_args(ShownType)}
    assert not unknown, unknown
    return ColumnExpectation(alternatives(types), alternatives(labels))
