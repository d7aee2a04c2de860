"""Prints results as a table and keeps it in docs/benchmarks.md, a section for each benchmark."""

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FILE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Written by `make bench`; `python -m benchmarks resilience` runs one group. Every line compares Proto-DDF with a peer
measured in the same run, in turns, and the ratio is what counts: the times themselves are of the machine named.
"""


@dataclass(frozen=True)
class Comparison:
    """What was measured of both, the unit, and the highest ratio of the medians that is good enough.

    `limit` is None where the figure is shown for information. `more` is good enough too, whatever the ratio: so
    much on top, in the unit.
    """

    title: str
    ours: list[float]
    peer: list[float]
    unit: str
    limit: float | None
    more: float = 0.0

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.peer)

    @property
    def row(self) -> str:
        ours, peer = median(self.ours), median(self.peer)
        measured = (
            f"| {self.title} | {ours:.2f} {self.unit} | {peer:.2f} {self.unit} | {self.ratio:.2f} |"
        )
        if self.limit is None:
            return f"{measured} | |"
        verdict = "reached" if self.ratio <= self.limit or ours <= peer + self.more else "missed"
        most = f"{self.limit:.2f}" + (f" or {self.more:g} {self.unit} more" if self.more else "")
        return f"{measured} {most} | {verdict} |"


def publish(section: str, text: str, comparisons: list[Comparison], peer: str = "by hand") -> None:
    """Print the table, and put it in place of the section's last one. `peer` heads the other's column."""
    rounds = max(len(comparison.ours) for comparison in comparisons)
    table = [
        f"| measured | Proto-DDF | {peer} | ratio | at most | |",
        "|---|---|---|---|---|---|",
        *(comparison.row for comparison in comparisons),
    ]
    _keep(section, ["", text, "", *table, "", f"Medians of {rounds}. {machine()}"])


def publish_table(section: str, text: str, *tables: list[list[str]]) -> None:
    """Print tables of figures without a peer, and put them in place of the section's last ones. The first row of each is
    its head."""
    lines = ["", text]
    for head, *rows in tables:
        lines += ["", _row(head), "|" + "---|" * len(head), *map(_row, rows)]
    _keep(section, lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("  |", " |")


def _keep(section: str, lines: list[str]) -> None:
    written = "\n".join([f"## {section}", *lines]) + "\n"
    print(written, flush=True)
    known = FILE.read_text() if FILE.exists() else INTRODUCTION
    before = re.split(rf"^## {re.escape(section)}$", known, flags=re.M)[0].rstrip()
    rest = re.search(rf"^## {re.escape(section)}$.*?(?=^## |\Z)(.*)", known, flags=re.M | re.S)
    after = rest.group(1) if rest else ""
    FILE.write_text(f"{before}\n\n{written}\n{after}".rstrip() + "\n")


def machine() -> str:
    """Processor, cores, memory, Python."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"Machine: {_processor()}, {cores} cores, {memory:.0f} GB; "
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
