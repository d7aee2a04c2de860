"""Reads a report as a browser would see it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.store import ReportView


class Page(HTMLParser):
    """The elements, the attributes and the tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.tables: dict[str, list[list[str]]] = {}
        """Rows of cells, by the heading above."""
        self._heading = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside = tag
        if tag == "h2":
            self._heading = ""
        if tag == "tr":
            self.tables.setdefault(self._heading, []).append([])
        if tag in ("td", "th"):
            self.tables[self._heading][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside == "h2":
            self._heading += data
        if self._inside in ("td", "th"):
            self.tables[self._heading][-1][-1] += data


def file_of(report: ReportView) -> Path:
    found = store.find(report.id)
    assert found is not None
    return found[1]


def page_of(report: ReportView) -> Page:
    return Page(file_of(report).read_text("utf-8"))


def texts(value: object) -> Iterator[str]:
    """All texts in what JSON holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from (name, *texts(each))
