"""Compares a plan with what a careful person would decide, one verdict a decision."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from proto_ddf.generator.spec import AppSpec
from tests.catalogue.decisions import ColumnDecision, Decisions, TableDecision, decisions_of
from tests.catalogue.expectations import (
    PLAIN,
    ChartExpectation,
    ColumnExpectation,
    Expectations,
    TableExpectation,
)

Kind = Literal["row name", "type", "label", "page", "navigation", "key figure", "chart"]
MOST_FIGURES = 6
MOST_CHARTS = 8
PERIODS = "(day|week|month|quarter|year)"


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    where: str
    wanted: str
    found: str
    is_right: bool


def score(expected: Expectations, spec: AppSpec) -> list[Verdict]:
    return compare(expected, decisions_of(spec))


def compare(expected: Expectations, found: Decisions) -> list[Verdict]:
    verdicts = [
        verdict
        for name, table in expected.tables.items()
        for verdict in _table(name, table, found.tables.get(name))
    ]
    verdicts += _first_page(expected, found)
    verdicts += _figures(expected, found.figures)
    return verdicts + list(_charts(expected, found))


def _one_of(kind: Kind, where: str, wanted: Iterable[str], found: str | None) -> Verdict:
    listed = tuple(wanted)
    return Verdict(kind, where, " | ".join(listed), found or "nothing", found in listed)


def _table(name: str, wanted: TableExpectation, found: TableDecision | None) -> Iterator[Verdict]:
    section = found.section if found else "no page"
    yield _one_of("navigation", name, wanted.sections, section)
    if wanted.sections == ("no page",):
        return
    if wanted.names:
        yield _row_name(name, wanted, found)
    if wanted.beside:
        beside = found.beside if found else None
        yield _one_of("row name", f"{name}, beside the key", wanted.beside, beside)
    titles: list[tuple[Kind, str, tuple[str, ...], str | None]] = [
        ("page", "its page", wanted.pages, found.page if found else None),
        ("page", "a row", wanted.singulars, found.singular if found else None),
        ("label", "children", wanted.children, found.children if found else None),
    ]
    for kind, what, texts, shown in titles:
        if texts:
            yield _label(kind, f"{name}, {what}", texts, shown)
    for column, decision in wanted.columns.items():
        shown_column = found.columns.get(column) if found else None
        yield from _column(f"{name}.{column}", decision, shown_column)


def _row_name(name: str, wanted: TableExpectation, found: TableDecision | None) -> Verdict:
    shown = found.row_name if found else None
    is_right = shown is not None and _parts(shown) in map(_parts, wanted.names)
    return Verdict("row name", name, " | ".join(wanted.names), shown or "nothing", is_right)


def _parts(row_name: str) -> frozenset[str]:
    """First and last name may stand in either order."""
    return frozenset(row_name.split(" + "))


def _column(
    where: str, wanted: ColumnExpectation, found: ColumnDecision | None
) -> Iterator[Verdict]:
    shown = found.type if found else None
    verdict = _one_of("type", where, wanted.types, shown)
    is_plain = "plain" in wanted.types and shown in PLAIN
    yield Verdict("type", where, verdict.wanted, verdict.found, verdict.is_right or is_plain)
    if wanted.labels:
        yield _label("label", where, wanted.labels, found.label if found else None)


def _label(kind: Kind, where: str, wanted: tuple[str, ...], found: str | None) -> Verdict:
    is_right = found is not None and any(same_label(text, found) for text in wanted)
    return Verdict(kind, where, " | ".join(wanted), found or "nothing", is_right)


def same_label(wanted: str, found: str) -> bool:
    """The same words, the first with the same letter; later words may begin with a capital letter ("Birth Date")."""
    first, *rest = wanted.split(" ")
    shown_first, *shown_rest = found.split(" ")
    return (
        first == shown_first
        and len(rest) == len(shown_rest)
        and all(
            shown in (word, word[:1].upper() + word[1:])
            for word, shown in zip(rest, shown_rest, strict=True)
        )
    )


def _first_page(expected: Expectations, found: Decisions) -> list[Verdict]:
    pages = [name for name, table in found.tables.items() if table.section != "no page"]
    first = pages[0] if pages else None
    return [_one_of("navigation", "the first page", expected.first_pages, first)]


def _figures(expected: Expectations, found: tuple[str, ...] | None) -> Iterator[Verdict]:
    shown = found or ()
    for wanted in expected.figures:
        chosen = [figure for figure in shown if figure in wanted]
        yield Verdict(
            "key figure", "wanted", " | ".join(wanted), ", ".join(shown) or "nothing", bool(chosen)
        )
    allowed = {*expected.other_figures, *(one for wanted in expected.figures for one in wanted)}
    others = [figure for figure in shown if figure not in allowed]
    yield Verdict(
        "key figure", "no other", "none", ", ".join(others) or "none", bool(shown) and not others
    )
    least = min(4, len(expected.figures))
    is_right = least <= len(shown) <= MOST_FIGURES
    yield Verdict("key figure", "how many", f"{least} to {MOST_FIGURES}", str(len(shown)), is_right)


def _charts(expected: Expectations, found: Decisions) -> Iterator[Verdict]:
    shown = ", ".join(chart.text for chart in found.charts) or "nothing"
    for wanted in expected.charts:
        yield from _wanted_chart(wanted, found, shown)
    if patterns := expected.forbidden_charts:
        texts = [chart.text for chart in found.charts]
        bad = [text for text in texts if any(fnmatchcase(text, one) for one in patterns)]
        none_of = f"none of {', '.join(patterns)}"
        yield Verdict("chart", "forbidden", none_of, ", ".join(bad) or "none", not bad)
    faults = list(_faults(expected, found))
    yield Verdict("chart", "all", "no fault", "; ".join(faults) or "no fault", not faults)


def _wanted_chart(wanted: ChartExpectation, found: Decisions, shown: str) -> Iterator[Verdict]:
    matching = [chart for chart in found.charts if chart.text in wanted.charts]
    where = wanted.charts[0]
    yield Verdict("chart", "wanted", " | ".join(wanted.charts), shown, bool(matching))
    if wanted.title:
        titles = [chart.title for chart in matching]
        pattern = re.compile(wanted.title.replace("month", PERIODS), re.IGNORECASE)
        is_right = any(map(pattern.search, titles))
        found_titles = ", ".join(titles) or "nothing"
        yield Verdict("chart", f"title of {where}", wanted.title, found_titles, is_right)


def _faults(expected: Expectations, found: Decisions) -> Iterator[str]:
    """What no plan may have, whatever the schema."""
    if len(found.charts) > MOST_CHARTS:
        yield f"{len(found.charts)} charts"
    texts = [chart.text for chart in found.charts]
    yield from (f"twice: {text}" for text in dict.fromkeys(texts) if texts.count(text) > 1)
    for chart in found.charts:
        table = expected.tables.get(chart.table)
        if table and table.sections == ("no page",):
            yield f"of a link table: {chart.text}"
        if table and table.sections == ("report",) and expected.charts:
            yield f"of a view: {chart.text}"
        if "_" in chart.title or not chart.title[:1].isupper():
            yield f"not in words: {chart.title}"
